from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import is_stage_token
from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.rooms import end_room
from live_polls.enums import PollState, Screen
from live_polls.models import Poll, Room
from tests.factories import make_cast
from tests.web.conftest import As

RUNNERS = ["host", "co_host", "operator"]


def address(room: Room) -> str:
    return reverse("live_polls:remote", args=[room.join_code])


def remote(room: Room, client: Client) -> str:
    answer = client.get(address(room))
    assert answer.status_code == 200
    return answer.content.decode()


def verbs(page: str) -> set[str]:
    return set(re.findall(r'name="verb"\s+value="(\w+)"', page))


def next_button(page: str) -> str:
    found = re.search(r'<span class="next-words">(.*?)</span>', page)
    assert found is not None
    return found[1]


def press(client: Client, page: str, verb: str) -> str:
    """Press the first button with this verb as a browser without scripts would; the page that follows."""
    forms = re.findall(r"<form.*?</form>", page, flags=re.DOTALL)
    form = next(form for form in forms if re.search(rf'name="verb"\s+value="{verb}"', form))
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = client.post(action[1], hidden | {"verb": verb}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# Who may


@pytest.mark.parametrize("who", RUNNERS)
def test_who_runs_the_room_has_a_remote(as_: As, room: Room, who: str):
    assert "Keynote" in remote(room, as_(who))


@pytest.mark.parametrize("who", ["moderator", "stranger"])
def test_others_have_none(as_: As, room: Room, poll: Poll, who: str):
    answer = as_(who).get(address(room))

    assert answer.status_code == 403
    assert "Tabs or spaces?" not in answer.content.decode()


def test_who_is_signed_out_is_asked_to_sign_in(room: Room):
    answer = Client().get(address(room))

    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={address(room)}")


@pytest.mark.parametrize("code", ["222222", "nope"])
def test_an_unknown_room_is_not_found(as_: As, room: Room, code: str):
    assert as_("host").get(f"/remote/{code}").status_code == 404


def test_a_join_code_in_lower_case_leads_to_the_one_address(as_: As, room: Room):
    answer = as_("host").get(f"/remote/{room.join_code.lower()}")

    assert answer["Location"] == address(room)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_itself_is_only_read(as_: As, room: Room, method: str):
    assert getattr(as_("host"), method)(address(room)).status_code == 405


# A talk without scripts


def test_a_talk_runs_by_plain_forms(as_: As, room: Room, poll: Poll):
    second = add_poll(room, PollDraft(kind="single_choice", prompt="And then?", options=["Yes", "No"]))
    client = as_("host")
    page = remote(room, client)
    said = []

    while not re.search(r'id="next"[^>]*aria-disabled', page):
        said.append(next_button(page))
        page = press(client, page, "next")

    assert said == ["Open the next poll", "Close voting", "Open the next poll", "Close voting"]
    assert next_button(page) == "That was the last poll"
    assert list(Poll.objects.values_list("state", flat=True)) == [PollState.CLOSED] * 2
    room.refresh_from_db()
    assert room.current == second


def test_the_large_button_of_an_old_page_does_nothing(as_: As, room: Room, poll: Poll):
    client = as_("host")
    old = remote(room, client)
    press(client, old, "next")

    press(client, old, "next")

    poll.refresh_from_db()
    assert poll.state == PollState.OPEN


def test_a_poll_is_closed_shown_hidden_and_started_again(as_: As, room: Room, poll: Poll):
    Poll.objects.update(results="host")
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 1})])
    client = as_("host")

    page = press(client, remote(room, client), "close")
    assert "Results are hidden" in page
    page = press(client, page, "show")
    assert "Results are shown" in page
    page = press(client, page, "hide")
    page = press(client, page, "reset")

    poll.refresh_from_db()
    assert (poll.state, poll.round) == (PollState.DRAFT, 2)
    assert "Round 2" in page


def test_a_new_round_is_asked_for_twice(as_: As, room: Room, poll: Poll):
    lifecycle.open_poll(poll)

    page = remote(room, as_("host"))

    folded = re.search(r"<details class=\"again\".*?</details>", page, flags=re.DOTALL)
    assert folded is not None
    assert verbs(folded[0]) == {"reset"}
    assert "reset" not in verbs(page.replace(folded[0], ""))


def test_more_time_is_there_only_where_a_countdown_runs(as_: As, room: Room, poll: Poll):
    client = as_("host")
    lifecycle.open_poll(poll)
    assert "extend" not in verbs(remote(room, client))

    timed = add_poll(room, PollDraft(kind="single_choice", prompt="Now?", options=["Yes", "No"], seconds=30))
    lifecycle.open_poll(timed)
    lifecycle.put_on_stage(room, timed)
    page = remote(room, client)
    press(client, page, "extend")
    press(client, page, "extend")

    before = timed.deadline
    timed.refresh_from_db()
    assert timed.deadline is not None
    assert before is not None
    assert (timed.deadline - before).total_seconds() == 15


@pytest.mark.parametrize("screen", [Screen.BLANK, Screen.JOIN])
def test_the_screen_goes_blank_or_shows_how_to_join_and_comes_back(as_: As, room: Room, poll: Poll, screen: Screen):
    lifecycle.open_poll(poll)
    client = as_("host")

    page = press(client, remote(room, client), screen.value)
    room.refresh_from_db()
    assert room.screen == screen
    assert next_button(page) == "Back to the poll"
    press(client, page, "content")

    room.refresh_from_db()
    assert room.screen == Screen.CONTENT


def test_any_poll_can_be_put_on_stage(as_: As, room: Room, poll: Poll):
    lifecycle.open_poll(add_poll(room, PollDraft(kind="single_choice", prompt="And?", options=["Yes", "No"])))
    client = as_("host")

    page = press(client, remote(room, client), "stage")

    room.refresh_from_db()
    assert room.current == poll
    assert next_button(page) == "Open voting"


def test_a_refusal_is_said_on_the_page(as_: As, room: Room, poll: Poll):
    client = as_("host")
    timed = add_poll(room, PollDraft(kind="single_choice", prompt="Now?", options=["Yes", "No"], seconds=30))
    lifecycle.open_poll(timed)
    page = remote(room, client)
    lifecycle.close_poll(timed)

    assert "No countdown is running for this poll." in press(client, page, "extend")


# What it shows


def test_hosts_always_see_counts(as_: As, room: Room, poll: Poll):
    Poll.objects.update(results="host", shown=False)
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 1}) for _ in range(3)])

    page = remote(room, as_("host"))

    assert "3 votes" in page
    assert "100%" in page
    assert "Results are hidden" in page


def test_steps_stand_with_their_states(as_: As, room: Room, poll: Poll):
    for prompt in ("One?", "Two?", "Three?", "Four?"):
        add_poll(room, PollDraft(kind="single_choice", prompt=prompt, options=["Yes", "No"]))
    polls = list(Poll.objects.all())
    lifecycle.open_poll(polls[1])
    lifecycle.archive_poll(polls[2])
    for shown in (3, 4):
        lifecycle.open_poll(polls[shown])
        lifecycle.close_poll(polls[shown])
    lifecycle.hide_results(polls[4])

    page = remote(room, as_("host"))

    steps = re.findall(r"<li\s+class=\"step.*?</li>", page, flags=re.DOTALL)
    words = [re.search(r'class="badge[^"]*">([^<]+)', step) for step in steps]
    assert [word[1] if word else "" for word in words] == ["Draft", "Open", "Archived", "Shown", "Closed"]
    assert "2 / 4" in page


def test_an_ended_room_has_no_buttons(as_: As, room: Room, poll: Poll):
    lifecycle.open_poll(poll)
    end_room(room)

    page = remote(room, as_("host"))

    assert verbs(page) == set()
    assert "This room has ended." in page


def test_a_room_without_polls_leads_to_the_editor(as_: As, room: Room):
    page = remote(room, as_("host"))

    assert reverse("live_polls:poll-new", args=[room.join_code]) in page
    assert "That was the last poll" not in page


def test_the_stage_link_is_good_and_keeps_its_token_from_servers(as_: As, room: Room):
    page = remote(room, as_("host"))

    link = re.search(r'id="stage-link"[^>]*value="([^"]+)"', page)
    assert link is not None
    start, token = link[1].split("#")
    assert start == f"{settings.PUBLIC_URL}{reverse('live_polls:stage', args=[room.join_code])}"
    assert is_stage_token(token, room_id=room.pk, stage_key=room.stage_key)


def test_the_page_has_no_inline_script_or_style(as_: As, room: Room, poll: Poll):
    lifecycle.open_poll(poll)

    page = remote(room, as_("host"))

    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)


@pytest.mark.parametrize("n_polls", [1, 3])
def test_more_polls_ask_the_database_no_more(as_: As, room: Room, django_assert_num_queries, n_polls: int):
    for n in range(n_polls):
        lifecycle.open_poll(add_poll(room, PollDraft(kind="single_choice", prompt=f"{n}?", options=["Yes", "No"])))
    client = as_("host")

    with django_assert_num_queries(11):
        remote(room, client)
