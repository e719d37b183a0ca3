from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from live_polls.domain.lifecycle import open_poll
from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.rooms import create_room
from live_polls.kinds import KINDS
from live_polls.models import Account, Ballot, Poll, Room
from tests.web.conftest import As

EDITORS = ["host", "co_host", "operator"]
OTHERS = ["moderator", "stranger"]
FIELDS: dict[str, Any] = {
    "prompt": "Which do you use?",
    "kind": "single_choice",
    "option": ["Redis", "", "SQLite", ""],
    "seconds": "",
    "results": "",
}


def address(name: str, *args: str) -> str:
    return reverse(f"live_polls:{name}", args=args)


def texts(poll: Poll) -> list[str]:
    return list(poll.options.values_list("text", flat=True))


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


def lines_of(page: str) -> list[str]:
    """What stands in the option inputs of the form; the preview below it has options of its own."""
    form = page.split('id="preview"')[0]
    return re.findall(r'name="option"\s+value="([^"]*)"', form)


# Adding


@pytest.mark.parametrize("who", EDITORS)
def test_editors_add_a_poll(as_: As, room: Room, who: str):
    answer = as_(who).post(address("poll-new", room.join_code), FIELDS | {"seconds": "30", "results": "host"})

    poll = room.polls.get()
    assert answer["Location"] == address("room-edit", room.join_code)
    assert (poll.prompt, poll.kind, poll.seconds, poll.results) == ("Which do you use?", "single_choice", 30, "host")
    assert texts(poll) == ["Redis", "SQLite"]


def test_the_form_offers_every_kind_with_its_settings(as_: As, room: Room):
    page = page_of(as_("host").get(address("poll-new", room.join_code)))

    for kind in KINDS.values():
        assert f'value="{kind.name}"' in page
        for setting in kind.setting_fields:
            assert f'name="{kind.name}-{setting.name}"' in page


def test_a_poll_takes_the_settings_of_its_own_kind_only(as_: As, room: Room):
    fields = FIELDS | {"kind": "multiple_choice", "multiple_choice-max_choices": "1", "ranking-max_choices": "2"}

    as_("host").post(address("poll-new", room.join_code), fields)

    assert room.polls.get().settings == {"min_choices": 1, "max_choices": 1, "abstain": False}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prompt": ""}, "Write the question."),
        ({"prompt": "x" * 301}, "at most 300"),
        ({"kind": "essay"}, "not one of the available choices"),
        ({"option": ["Only one"]}, "Give at least 2 options."),
        ({"option": ["Same", "Same"]}, "Two options have the same text."),
        ({"option": ["Short", "x" * 201]}, "Option B is longer than 200 characters."),
        ({"seconds": "4"}, "A countdown takes 5 to 3600 seconds."),
        ({"seconds": "soon"}, "whole number"),
        ({"results": "never"}, "not one of the available choices"),
        ({"kind": "ranking", "ranking-max_choices": "3"}, "“Rank at most” must be a whole number from 1 to 2."),
        (
            {"kind": "multiple_choice", "multiple_choice-min_choices": "2", "multiple_choice-max_choices": "1"},
            "“At most” is smaller than “At least”.",
        ),
    ],
)
def test_a_mistake_is_told_at_its_field_which_gets_the_focus(as_: As, room: Room, wrong: dict[str, Any], said: str):
    page = page_of(as_("host").post(address("poll-new", room.join_code), FIELDS | wrong))

    assert said in page
    assert "autofocus" in page
    assert not room.polls.exists()


def test_what_was_typed_survives_a_mistake(as_: As, room: Room):
    page = page_of(as_("host").post(address("poll-new", room.join_code), FIELDS | {"prompt": "", "seconds": "77"}))

    assert lines_of(page)[:3] == ["Redis", "", "SQLite"]
    assert 'value="77"' in page


def test_copying_starts_from_another_poll_of_the_room(as_: As, room: Room, poll: Poll):
    page = page_of(as_("host").get(address("poll-new", room.join_code) + f"?like={poll.code}"))

    assert lines_of(page)[:2] == ["Tabs", "Spaces"]
    assert "Tabs or spaces?" in page


def test_polls_of_other_rooms_cannot_be_copied(as_: As, room: Room, cast: dict[str, Account]):
    other = create_room(title="Other", owner=cast["stranger"])
    secret = add_poll(other, PollDraft(kind="single_choice", prompt="Secret?", options=["Yes", "No"]))

    page = page_of(as_("host").get(address("poll-new", room.join_code) + f"?like={secret.code}"))

    assert "Secret?" not in page


# The list of options, without scripts


@pytest.mark.parametrize(
    ("button", "lines", "focus"),
    [
        ({"add_option": "1"}, ["A", "B", "C", "D", ""], 5),
        ({"option_up": "2"}, ["B", "A", "C", "D"], 1),
        ({"option_down": "2"}, ["A", "C", "B", "D"], 3),
        ({"option_remove": "2"}, ["A", "C", "D", ""], 2),
        ({"option_up": "1"}, ["A", "B", "C", "D"], 0),
        ({"option_down": "4"}, ["A", "B", "C", "D"], 0),
        ({"option_up": "99"}, ["A", "B", "C", "D"], 0),
        ({"option_up": "x" * 5000}, ["A", "B", "C", "D"], 0),
        ({"preview": "1"}, ["A", "B", "C", "D"], 0),
    ],
)
def test_buttons_of_the_list_only_rearrange_the_form(
    as_: As, room: Room, button: dict[str, str], lines: list[str], focus: int
):
    fields = FIELDS | {"prompt": "", "option": ["A", "B", "C", "D"]} | button

    page = page_of(as_("host").post(address("poll-new", room.join_code), fields))

    assert lines_of(page) == lines
    assert page.count("autofocus") == (1 if focus else 0)
    assert "Write the question." not in page
    assert not room.polls.exists()


def test_the_preview_is_the_card_that_phones_get(as_: As, room: Room):
    fields = FIELDS | {"kind": "multiple_choice", "multiple_choice-max_choices": "1", "preview": "1"}

    page = page_of(as_("host").post(address("poll-new", room.join_code), fields)).split('id="preview"')[1]

    assert "Which do you use?" in page
    assert "Choose exactly 1." in page
    assert page.count('type="checkbox"') == 2


@pytest.mark.parametrize("kind", [*KINDS, "essay"])
def test_a_preview_of_nothing_yet_does_no_harm(as_: As, room: Room, kind: str):
    fields = {"kind": kind, "preview": "1", f"{kind}-max_choices": "9"}

    assert as_("host").post(address("poll-new", room.join_code), fields).status_code == 200


# Editing


def test_the_form_comes_as_the_poll_stands(as_: As, room: Room):
    draft = PollDraft(kind="ranking", prompt="Rank", options=["A", "B", "C"], settings={"max_choices": 2}, seconds=20)
    poll = add_poll(room, draft)

    page = page_of(as_("host").get(address("poll-edit", room.join_code, poll.code)))

    assert lines_of(page) == ["A", "B", "C", ""]
    assert 'name="ranking-max_choices" value="2"' in page
    assert 'name="ranking-min_choices" value=' not in page  # the kind's own default is left open
    assert 'name="seconds" value="20"' in page


@pytest.mark.parametrize("who", EDITORS)
def test_editors_rewrite_a_poll(as_: As, room: Room, poll: Poll, who: str):
    fields = FIELDS | {"kind": "ranking", "option": ["C", "A", "B"]}

    answer = as_(who).post(address("poll-edit", room.join_code, poll.code), fields)

    poll.refresh_from_db()
    assert answer.status_code == 302
    assert (poll.kind, texts(poll)) == ("ranking", ["C", "A", "B"])


def test_a_change_that_would_falsify_ballots_is_refused(as_: As, room: Room, poll: Poll):
    Ballot.objects.create(poll=poll, round=1, participant="0" * 32, seq=1, answer='{"option":1}')
    client, url = as_("host"), address("poll-edit", room.join_code, poll.code)

    assert "People have voted in this poll." in page_of(client.get(url))
    page = page_of(client.post(url, FIELDS))

    assert "Nothing was saved" in page
    assert lines_of(page)[:3] == ["Redis", "", "SQLite"]
    assert texts(poll) == ["Tabs", "Spaces"]


def test_countdown_and_visibility_may_change_while_people_vote(as_: As, room: Room, poll: Poll):
    open_poll(poll)
    same = FIELDS | {"prompt": poll.prompt, "option": ["Tabs", "Spaces"]}

    as_("host").post(address("poll-edit", room.join_code, poll.code), same | {"seconds": "60", "results": "host"})

    poll.refresh_from_db()
    assert (poll.seconds, poll.results) == (60, "host")


# Moving


def prompts(room: Room) -> list[str]:
    return list(room.polls.values_list("prompt", flat=True))


@pytest.mark.parametrize(
    ("moved", "direction", "order", "button"),
    [
        ("C", "up", "ACBD", "up"),
        ("B", "down", "ACBD", "down"),
        ("B", "up", "BACD", "down"),  # first now: there is no button up
        ("C", "down", "ABDC", "up"),
        ("A", "up", "ABCD", "down"),
        ("D", "down", "ABCD", "up"),
    ],
)
def test_a_poll_moves_one_place_and_keeps_the_focus(
    as_: As, room: Room, moved: str, direction: str, order: str, button: str
):
    for prompt in "ABCD":
        add_poll(room, PollDraft(kind="single_choice", prompt=prompt, options=["1", "2"]))
    poll = room.polls.get(prompt=moved)

    answer = as_("host").post(address("poll-move", room.join_code, poll.code), {"direction": direction})

    assert "".join(prompts(room)) == order
    assert answer["Location"] == f"{address('room-edit', room.join_code)}#{button}-{poll.code}"


# Deleting


def test_deleting_says_how_many_ballots_go_with_it(as_: As, room: Room, poll: Poll):
    client, url = as_("host"), address("poll-delete", room.join_code, poll.code)
    assert "Nobody has voted" in page_of(client.get(url))
    Ballot.objects.create(poll=poll, round=1, participant="0" * 32, seq=1, answer='{"option":1}')
    assert "1 ballot is deleted with it" in page_of(client.get(url))

    client.post(url)

    assert not Poll.objects.exists()
    assert not Ballot.objects.exists()


# Everybody at every door


def poll_urls(room: Room, code: str) -> list[str]:
    return [address(f"poll-{page}", room.join_code, code) for page in ("edit", "delete", "move")]


@pytest.mark.parametrize("who", OTHERS)
def test_others_change_no_poll(as_: As, room: Room, poll: Poll, who: str):
    for url in [address("poll-new", room.join_code), *poll_urls(room, poll.code)]:
        answer = as_(who).post(url, FIELDS)
        assert answer.status_code == 403
        assert "Tabs or spaces?" not in page_of(answer)
    assert prompts(room) == ["Tabs or spaces?"]


def test_who_is_signed_out_is_sent_to_sign_in(client: Client, room: Room, poll: Poll):
    for url in [address("poll-new", room.join_code), *poll_urls(room, poll.code)]:
        assert client.post(url, FIELDS)["Location"] == f"{reverse('account_login')}?next={url}"
    assert prompts(room) == ["Tabs or spaces?"]


def test_a_poll_of_another_room_is_not_found_here(as_: As, room: Room, cast: dict[str, Account]):
    other = create_room(title="Other", owner=cast["stranger"])
    secret = add_poll(other, PollDraft(kind="single_choice", prompt="Secret?", options=["Yes", "No"]))

    for code in (secret.code, "nonsense"):
        for url in poll_urls(room, code):
            answer = as_("host").post(url, FIELDS)
            assert answer.status_code == 404
            assert "There is no such poll" in page_of(answer)
    assert prompts(other) == ["Secret?"]


def test_wrong_methods_are_refused(as_: As, room: Room, poll: Poll):
    edit, delete, move = poll_urls(room, poll.code)

    assert as_("host").get(move).status_code == 405
    for url in (edit, delete, address("poll-new", room.join_code)):
        assert as_("host").put(url).status_code == 405
