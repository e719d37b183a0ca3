"""Everything that can happen to a room and that a screen may show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from random import Random

from live_polls.domain import cohorts, lifecycle, polls, rooms, tally
from live_polls.domain.ballots import cast_batch
from live_polls.domain.extra_time import ask_for_time
from live_polls.domain.pictures import add_picture
from live_polls.domain.polls import PollDraft
from live_polls.domain.retention import purge_room
from live_polls.domain.rounds import show_rounds
from live_polls.enums import Screen
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_cast, make_poll, voice_of
from tests.pictures import make_picture

ALICE, BOB = "alice", "bob"

_seq = count(2)


def vote(poll: Poll, answer: object, who: str = ALICE) -> None:
    cast_batch([make_cast(poll, answer, participant=who, seq=next(_seq))])


def last(room: Room) -> Poll:
    poll = room.polls.last()
    assert poll is not None
    return poll


def ask(prompt: str) -> PollDraft:
    return PollDraft(kind="single_choice", prompt=prompt, options=["Yes", "No"])


def also(*deeds: Callable[[Room, Poll], object]) -> Callable[[Room, Poll], None]:
    """Several deeds between two looks."""

    def do(room: Room, poll: Poll) -> None:
        for deed in deeds:
            deed(room, poll)

    return do


def close(room: Room, poll: Poll) -> None:
    lifecycle.close_poll(poll)


def withdraw(room: Room, poll: Poll) -> None:
    vote(poll, None)


def vote_too(room: Room, poll: Poll) -> None:
    vote(poll, {"option": 1}, BOB)


def falsify_and_repair(room: Room, poll: Poll) -> None:
    Tally.objects.filter(poll=poll).update(n=99)
    tally.recount(room, repair=True)


def vote_again(room: Room, poll: Poll) -> None:
    poll.refresh_from_db()
    vote(poll, {"option": 2})


def add_of_kind(kind: str, room: Room, poll: Poll) -> None:
    """With the answer of somebody, where it takes any."""
    new = make_poll(room, kind=kind, options=["A", "B"][: KINDS[kind].max_options])
    if KINDS[kind].takes_answers:
        shape = Shape(new.options.count(), new.settings)
        vote(new, KINDS[kind].preferred_answer([1, 2], Random(1), shape))


def set_aside(room: Room, poll: Poll) -> None:
    cast_batch([make_cast(poll, {"option": 1 + n % 2}) for n in range(12)])
    lifecycle.close_poll(poll)
    ids = list(Ballot.objects.filter(poll=poll).order_by("pk").values_list("pk", flat=True))[-6:]
    cohorts.set_aside(cohorts.flag_cohort(poll, 1, ids, n_equal=6, seconds=4))


def picture(room: Room, poll: Poll) -> None:
    digest = add_picture(room, make_picture(), longest=90).digest
    polls.edit_poll(last(room), replace(ask("Which?"), picture=digest, option_pictures=(digest, "")))


def one_at_a_time(room: Room, poll: Poll) -> None:
    rooms.set_one_at_a_time(room, one_at_a_time=True)
    lifecycle.open_poll(last(room))


DEEDS: dict[str, Callable[[Room, Poll], object]] = {
    "vote": lambda room, poll: vote(poll, {"option": 2}, BOB),
    "change a vote": lambda room, poll: vote(poll, {"option": 3}),
    "withdraw": withdraw,
    "withdraw the last": also(withdraw, lambda room, poll: vote(poll, None, "carol")),
    "vote and withdraw": also(vote_too, withdraw),
    "open": lambda room, poll: lifecycle.open_poll(last(room)),
    "close": close,
    "vote and close": also(vote_too, close),
    "swap votes and close": also(vote_too, withdraw, close),
    "archive": also(close, lambda room, poll: lifecycle.archive_poll(poll)),
    "reset": lambda room, poll: lifecycle.reset_poll(poll),
    "new round": also(close, lambda room, poll: lifecycle.open_poll(poll)),
    "new round with a vote": also(close, lambda room, poll: lifecycle.open_poll(poll), vote_too),
    "show": lambda room, poll: lifecycle.show_results(poll),
    "hide": lambda room, poll: lifecycle.hide_results(poll),
    "extend": lambda room, poll: lifecycle.extend_countdown(poll),
    "stop the countdown": lambda room, poll: lifecycle.stop_countdown(poll),
    "lobby": lambda room, poll: lifecycle.put_on_stage(room, None),
    "draft on stage": lambda room, poll: lifecycle.put_on_stage(room, last(room)),
    "blank": lambda room, poll: lifecycle.set_screen(room, Screen.BLANK),
    "top questions": lambda room, poll: lifecycle.set_screen(room, Screen.QUESTIONS),
    "add": lambda room, poll: polls.add_poll(room, ask("New?")),
    "add an open one": lambda room, poll: make_poll(room),
    "edit a draft": lambda room, poll: polls.edit_poll(last(room), ask("Other?")),
    "remove": lambda room, poll: polls.remove_poll(poll),
    "move": lambda room, poll: polls.move_poll(poll, position=9),
    "rename": lambda room, poll: rooms.edit_room(room, title="Attic", results=room.results),
    "results for hosts": lambda room, poll: rooms.edit_room(room, title="Hall", results="host"),
    "results for all": lambda room, poll: rooms.edit_room(room, title="Hall", results="live"),
    "end": lambda room, poll: rooms.end_room(room),
    "revoke stage links": lambda room, poll: rooms.revoke_stage_links(room),
    "repair": falsify_and_repair,
    "extra time": lambda room, poll: ask_for_time(poll, round_=1, voice=voice_of(ALICE), nth=1),
    "one at a time": one_at_a_time,
    "compare rounds": also(
        close,
        lambda room, poll: lifecycle.open_poll(poll),
        vote_again,
        close,
        lambda room, poll: show_rounds(room, poll),
    ),
    "board": lambda room, poll: lifecycle.set_screen(room, Screen.BOARD),
    "say what is right": lambda room, poll: polls.edit_poll(poll, replace(polls.draft_of(poll), right={1})),
    "explain": lambda room, poll: polls.edit_poll(poll, replace(polls.draft_of(poll), explanation="So.")),
    "set aside": set_aside,
    "picture": picture,
    **{f"add a {kind}": partial(add_of_kind, kind) for kind in KINDS},
    "purge": also(lambda room, poll: rooms.end_room(room), lambda room, poll: purge_room(room)),
    "nothing": lambda room, poll: None,
}
