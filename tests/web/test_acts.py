from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from live_polls.domain import lifecycle, steps
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import stage_token
from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.rooms import create_room, revoke_stage_links
from live_polls.enums import PollState, Role, RoomState, Screen
from live_polls.models import Account, Membership, Poll, Room
from live_polls.views.acts import ACTS, RIGHTS, STAGE_ACTS
from tests.factories import make_cast
from tests.web.conftest import As

RUNNERS = ["host", "co_host", "operator"]
OTHERS = ["moderator", "stranger", "nobody"]
SCRIPT = {"accept": "application/json"}


def address(room: Room) -> str:
    return reverse("live_polls:act", args=[room.join_code])


def remote(room: Room) -> str:
    return reverse("live_polls:remote", args=[room.join_code])


@pytest.fixture
def timed(room: Room) -> Poll:
    """An open poll on stage, with a countdown."""
    draft = PollDraft(kind="single_choice", prompt="Now?", options=["Yes", "No"], seconds=30)
    poll = add_poll(room, draft)
    lifecycle.open_poll(poll)
    return poll


def fields_for(verb: str, poll: Poll) -> dict[str, str]:
    """What a page would send for this verb, for a poll as it stands."""
    seen = {
        "next": steps.mark_of(Room.objects.get(pk=poll.room_id)),
        "extend": steps.deadline_mark(poll.deadline),
    }
    return {"verb": verb, "poll": poll.code, "seen": seen.get(verb, "")}


# What each verb does

OF_TEXTS = {"show_text", "hide_text"}  # in test_texts.py
OF_QUESTIONS = {verb for verb in ACTS if verb.endswith("_question")}  # in test_questions.py
OF_COHORTS = {"set_aside", "take_back_in"}  # in test_cohorts.py
OF_PLAYERS = {"player_show", "player_hide", "player_rename"}  # in test_quiz.py

DONE: dict[str, Callable[[Poll, Room], bool]] = {
    "open": lambda poll, room: poll.state == PollState.OPEN,
    "close": lambda poll, room: poll.state == PollState.CLOSED,
    "next": lambda poll, room: poll.state == PollState.CLOSED,
    "archive": lambda poll, room: poll.state == PollState.ARCHIVED,
    "reset": lambda poll, room: (poll.state, poll.round) == (PollState.DRAFT, 2),
    "show": lambda poll, room: poll.shown is True,
    "hide": lambda poll, room: poll.shown is False,
    "extend": lambda poll, room: poll.deadline is not None,
    "untimed": lambda poll, room: poll.deadline is None,
    "stage": lambda poll, room: room.current_id == poll.pk,
    "content": lambda poll, room: room.screen == Screen.CONTENT,
    "blank": lambda poll, room: room.screen == Screen.BLANK,
    "join": lambda poll, room: room.screen == Screen.JOIN,
    "board": lambda poll, room: room.screen == Screen.BOARD,
    "questions": lambda poll, room: room.screen == Screen.QUESTIONS,
    "one_at_a_time": lambda poll, room: room.one_at_a_time,
    "open_asking": lambda poll, room: room.asking == "open",
    "pause_asking": lambda poll, room: room.asking == "paused",
    "several_at_once": lambda poll, room: not room.one_at_a_time,
    "end_room": lambda poll, room: room.state == RoomState.ENDED,
}


@pytest.mark.parametrize("verb", sorted(ACTS.keys() - OF_TEXTS - OF_QUESTIONS - OF_PLAYERS - OF_COHORTS - {"rounds"}))
def test_each_verb_does_its_deed_and_may_be_repeated(as_: As, room: Room, timed: Poll, verb: str):
    if verb == "archive":
        lifecycle.close_poll(timed)
    client, fields = as_("host"), fields_for(verb, timed)

    first = client.post(address(room), fields, headers=SCRIPT)
    timed.refresh_from_db()
    room.refresh_from_db()
    before = (timed.state, timed.round, timed.shown, timed.deadline, room.screen, room.state, room.version)
    again = client.post(address(room), fields, headers=SCRIPT)

    timed.refresh_from_db()
    room.refresh_from_db()
    assert (first.status_code, again.status_code) == (204, 204)
    assert DONE[verb](timed, room)
    assert before == (timed.state, timed.round, timed.shown, timed.deadline, room.screen, room.state, room.version)


def test_rounds_are_shown_where_there_are_two_that_have_votes(as_: As, room: Room, timed: Poll):
    fields = {"verb": "rounds", "poll": timed.code}
    assert as_("host").post(address(room), fields, headers=SCRIPT).status_code == 409
    for number in (1, 2):
        timed.refresh_from_db()
        cast_batch([make_cast(timed, {"option": number}, participant="somebody", round_=number)])
        lifecycle.close_poll(timed)
        if number == 1:
            lifecycle.open_poll(timed)

    answers = [as_("host").post(address(room), fields, headers=SCRIPT).status_code for _ in range(2)]

    room.refresh_from_db()
    assert (answers, room.screen, room.compared) == ([204, 204], Screen.ROUNDS, [1, 2])


def test_stage_without_a_poll_goes_back_to_the_lobby(as_: As, room: Room, timed: Poll):
    as_("host").post(address(room), {"verb": "stage"})

    room.refresh_from_db()
    assert room.current is None


def test_a_stage_names_polls_by_their_step_because_it_does_not_know_drafts(
    as_: As, room: Room, poll: Poll, timed: Poll
):
    as_("host").post(address(room), {"verb": "stage", "step": "1"})

    room.refresh_from_db()
    assert room.current == poll


# Who may


@pytest.mark.parametrize("who", RUNNERS)
def test_who_runs_the_room_may(as_: As, room: Room, poll: Poll, who: str):
    as_(who).post(address(room), {"verb": "open", "poll": poll.code})

    poll.refresh_from_db()
    assert poll.state == PollState.OPEN


@pytest.mark.parametrize("verb", sorted(ACTS))
@pytest.mark.parametrize("who", OTHERS)
def test_others_may_do_nothing(as_: As, room: Room, timed: Poll, who: str, verb: str):
    if who == "moderator" and RIGHTS.get(verb) in {"moderate", "lock", "exclude"}:
        who = "stranger"  # this is a moderator's own business
    version = Room.objects.get(pk=room.pk).version

    answer = as_(who).post(address(room), fields_for(verb, timed), headers=SCRIPT)

    assert answer.status_code == 403
    assert answer.json()["error"] == "not_allowed"
    assert Room.objects.get(pk=room.pk).version == version


def test_others_without_scripts_get_a_page_that_says_so(as_: As, room: Room, poll: Poll):
    answer = as_("stranger").post(address(room), {"verb": "open", "poll": poll.code})

    assert answer.status_code == 403
    assert "text/html" in answer["Content-Type"]


def test_rights_are_read_anew_each_time(as_: As, cast: dict[str, Account], room: Room, poll: Poll):
    client = as_("co_host")
    assert client.post(address(room), {"verb": "open", "poll": poll.code}, headers=SCRIPT).status_code == 204

    Membership.objects.filter(account=cast["co_host"]).update(role=Role.MODERATOR)

    assert client.post(address(room), {"verb": "close", "poll": poll.code}, headers=SCRIPT).status_code == 403


def test_a_poll_of_another_room_is_out_of_reach(as_: As, cast: dict[str, Account], poll: Poll):
    mine = create_room(title="Mine", owner=cast["stranger"])

    answer = as_("stranger").post(address(mine), {"verb": "open", "poll": poll.code}, headers=SCRIPT)

    poll.refresh_from_db()
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert poll.state == PollState.DRAFT


# Stages


def with_token(token: str) -> dict[str, str]:
    return SCRIPT | {"x-stage-token": token}


@pytest.mark.parametrize("verb", sorted(STAGE_ACTS.keys() - {"rounds"}))
def test_a_stage_with_the_rooms_link_may_run_the_room(room: Room, timed: Poll, verb: str):
    answer = Client().post(address(room), fields_for(verb, timed), headers=with_token(stage_token(room)))

    timed.refresh_from_db()
    room.refresh_from_db()
    assert answer.status_code == 204
    assert DONE[verb](timed, room)


@pytest.mark.parametrize("verb", sorted(ACTS.keys() - STAGE_ACTS.keys()))
def test_a_stage_link_cannot_do_what_ends_a_talk(room: Room, timed: Poll, verb: str):
    answer = Client().post(address(room), fields_for(verb, timed), headers=with_token(stage_token(room)))

    assert answer.status_code == 403


def test_a_stage_link_of_another_room_opens_nothing(room: Room, poll: Poll):
    token = stage_token(create_room(title="Other"))

    answer = Client().post(address(room), {"verb": "open", "poll": poll.code}, headers=with_token(token))

    assert answer.status_code == 403


def test_a_revoked_or_forged_stage_link_opens_nothing(room: Room, poll: Poll):
    old = stage_token(room)
    revoke_stage_links(room)

    for token in (old, "", "x", old[:-1] + "A", stage_token(room).upper()):
        answer = Client().post(address(room), {"verb": "open", "poll": poll.code}, headers=with_token(token))
        assert answer.status_code == 403


def test_a_stage_link_in_the_address_or_the_form_is_not_looked_at(room: Room, poll: Poll):
    token = stage_token(room)
    fields = {"verb": "open", "poll": poll.code, "stage_token": token, "x-stage-token": token}

    answer = Client().post(f"{address(room)}?stage_token={token}", fields, headers=SCRIPT)

    assert answer.status_code == 403


def test_a_foreign_site_cannot_use_the_stage_link(room: Room, poll: Poll):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(address(room), {"verb": "open", "poll": poll.code}, headers=with_token(stage_token(room)))

    assert answer.status_code == 403
    poll.refresh_from_db()
    assert poll.state == PollState.DRAFT


# Bad input


@pytest.mark.parametrize("verb", ["", "explode", "__class__"])
def test_an_unknown_verb_is_refused(as_: As, room: Room, verb: str):
    answer = as_("host").post(address(room), {"verb": verb}, headers=SCRIPT)

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_message")


def test_no_verb_is_refused(as_: As, room: Room):
    assert as_("host").post(address(room), headers=SCRIPT).status_code == 400


@pytest.mark.parametrize("code", ["", "nosuchpo", "\x00", "é"])
def test_an_unknown_poll_is_refused(as_: As, room: Room, code: str):
    answer = as_("host").post(address(room), {"verb": "open", "poll": code}, headers=SCRIPT)

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("code", ["222222", "nope"])
def test_an_unknown_room_is_refused(as_: As, room: Room, code: str):
    answer = as_("host").post(f"/rooms/{code}/act", {"verb": "blank"}, headers=SCRIPT)

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_only_posts_run_a_room(as_: As, room: Room, method: str):
    assert getattr(as_("host"), method)(address(room)).status_code == 405


def test_a_move_that_cannot_be_is_refused_in_words(as_: As, room: Room, poll: Poll):
    answer = as_("host").post(address(room), {"verb": "close", "poll": poll.code}, headers=SCRIPT)

    assert answer.status_code == 409
    assert answer.json() == {"error": "illegal_move", "message": "A poll that is draft cannot become closed."}


# Forms without scripts


def test_a_form_goes_back_to_the_remote(as_: As, room: Room, poll: Poll):
    answer = as_("host").post(address(room), {"verb": "open", "poll": poll.code})

    assert (answer.status_code, answer["Location"]) == (302, remote(room))


def test_a_form_goes_back_to_the_page_it_names(as_: As, room: Room, poll: Poll):
    answer = as_("host").post(address(room), {"verb": "blank", "next": "/rooms/"})

    assert answer["Location"] == "/rooms/"


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_a_form_is_never_sent_to_another_site(as_: As, room: Room, page: str):
    answer = as_("host").post(address(room), {"verb": "blank", "next": page})

    assert answer["Location"] == remote(room)


def test_a_refused_form_says_why_on_the_page_it_came_from(as_: As, room: Room, poll: Poll):
    answer = as_("host").post(address(room), {"verb": "extend", "poll": poll.code})

    assert answer["Location"] == remote(room)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["No countdown is running for this poll."]
