"""Snapshot + messages = fresh snapshot, in a quiz, through a countdown, and for polls of every kind with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from django.db.models import F

from live_polls.domain import clock, cohorts, exclusions, lifecycle, players, polls, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.erasure import erase_rest
from live_polls.domain.extra_time import ask_for_time
from live_polls.domain.pictures import add_picture
from live_polls.domain.polls import PollDraft
from live_polls.domain.rounds import show_rounds
from live_polls.enums import Screen
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.models import Account, Ballot, Cohort, ExtraTime, Player, Poll, Room
from tests.factories import make_cast, make_participant, make_poll, make_question
from tests.live.doors import Door
from tests.live.driver import act
from tests.live.hall import Deed, Hall, hall_of, on
from tests.pictures import make_picture


async def test_the_life_of_a_quiz(door: Door, room: Room, alice: Account):
    fast = await act(make_question, room, points=100, by_speed=True, is_open=False)
    several = await act(
        make_question, room, points=90, kind="multiple_choice", right=(1, 2), results="host", is_open=False
    )
    guess = await act(make_guess, room)
    slide = await act(make_poll, room, kind="slide", options=(), is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.lives(
            {
                "take a name": named(hall, "Ada"),
                "take another name": named(hall, "Ada L."),
                "the same once more": named(hall, "Ada L."),
                "others take theirs": on(name_others, room, "Bob", "Cleo", "Bastard"),
                "teams": on(players.set_teams, room, ["Red", "Blue"]),
                "other teams": on(players.set_teams, room, ["Red", "Green", "Blue"]),
                "a player in a team": on(name_others, room, "Dora"),
                "board before anything was asked": on(lifecycle.set_screen, room, Screen.BOARD),
                "open the first": on(lifecycle.open_poll, fast),
                "answer": lambda: cast(fast, {"option": 1}),
                "others answer": on(answer, fast, {"option": 1}, {"option": 2}),
                "change the answer": lambda: cast(fast, {"option": 2}, seq=2),
                "reveal": on(lifecycle.close_poll, fast),
                "board": on(lifecycle.set_screen, room, Screen.BOARD),
                "somebody comes late": on(name_others, room, "Emil"),
                "another answer was right": on(correct, fast, {2}),
                "say why": on(explain, fast, "Because."),
                "worth more": on(change, fast, points=200),
                "rename": on(rename, "Ada L.", "Lady Lovelace"),
                "let a name pass": on(decide, players.show_player, "Bastard"),
                "hide a player": on(decide, players.hide_player, "Bob"),
                "show them again": on(decide, players.show_player, "Bob"),
                "hide what counted": on(lifecycle.hide_results, fast),
                "show it again": on(lifecycle.show_results, fast),
                "a slide": on(lifecycle.open_poll, slide),
                "that on stage": on(lifecycle.put_on_stage, room, slide),
                "open the second": on(lifecycle.open_poll, several),
                "a part of it": lambda: cast(several, {"options": [1]}),
                "close without a reveal": on(lifecycle.close_poll, several),
                "reveal the second": on(lifecycle.show_results, several),
                "open the third": on(lifecycle.open_poll, guess),
                "guess": lambda: cast(guess, {"value": "12"}),
                "the right value is another": on(change, guess, settings={**guess.settings, "right": "40"}),
                "reveal the last": on(lifecycle.close_poll, guess),
                "the right value after all": on(change, guess, settings={**guess.settings, "right": "12"}),
                "final board": on(lifecycle.set_screen, room, Screen.BOARD),
                "mute": on(exclusions.mute, room, hall.who.voice_key),
                "exclude": on(exclusions.exclude, room, hall.who.voice_key),
                "let in again": on(exclusions.lift, room, hall.who.voice_key),
                "once more": on(lifecycle.open_poll, fast),
                "a new answer": lambda: cast(fast, {"option": 2}),
                "reveal again": on(lifecycle.close_poll, fast),
                "delete my answers": on(erase_rest, hall.who),
                "a new name": named(hall, "Ada again"),
                "the end": on(rooms.end_room, room),
            }
        )


async def test_the_life_of_a_countdown(door: Door, room: Room, alice: Account):
    poll = await act(make_poll, room, seconds=600, is_open=False)
    other = await act(make_poll, room, prompt="Other?", seconds=600, is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.lives(
            {
                "one at a time": on(rooms.set_one_at_a_time, room, one_at_a_time=True),
                "open": on(lifecycle.open_poll, poll),
                "extra time": longer(hall, poll, 1),
                "vote": lambda: cast(poll, {"option": 1}),
                "somebody else's extra time": on(ask_for_somebody, poll),
                "more for all": on(lifecycle.extend_countdown, poll),
                "extra time again": longer(hall, poll, 2),
                "the countdown is over for most": on(run_out, poll, seconds_ago=1),
                "more for all in the grace": on(lifecycle.extend_countdown, poll),
                "another takes its place": on(lifecycle.open_poll, other),
                "extra time there": longer(hall, other, 1),
                "no countdown": on(lifecycle.stop_countdown, other),
                "several": on(rooms.set_one_at_a_time, room, one_at_a_time=False),
                "a new round": on(lifecycle.open_poll, poll),
                "extra time in it": longer(hall, poll, 1, round_=2),
                "it is over for all": on(run_out_for_all, poll),
                "reset": on(lifecycle.reset_poll, poll),
            }
        )


async def test_rounds_compared_and_ballots_set_aside(door: Door, room: Room, alice: Account):
    poll = await act(make_poll, room, results="after_close")
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.lives(
            {
                "vote": lambda: cast(poll, {"option": 1}),
                "a crowd votes": on(crowd, poll),
                "close": on(lifecycle.close_poll, poll),
                "set aside": on(set_aside, poll),
                "open again": on(lifecycle.open_poll, poll),
                "vote again": lambda: cast(poll, {"option": 2}),
                "close again": on(lifecycle.close_poll, poll),
                "compare": on(show_rounds, room, poll),
                "compare the other way": on(show_rounds, room, poll, 2, 1),
                "content": on(lifecycle.set_screen, room, Screen.CONTENT),
                "delete my answers": on(erase_rest, hall.who),
                "take back in": on(take_back_in, poll),
            }
        )


@pytest.mark.parametrize("kind", KINDS)
async def test_the_life_of_a_poll_of_any_kind_with_pictures(door: Door, room: Room, alice: Account, kind: str):
    poll = await act(make_pictured, room, kind)
    first, second, third = await act(answers_to, poll)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        votes: dict[str, Deed] = {
            "vote": lambda: cast(poll, first),
            "others vote": on(answer, poll, second, third, first),
            "change": lambda: cast(poll, second, seq=2),
            "hide": on(lifecycle.hide_results, poll),
            "show": on(lifecycle.show_results, poll),
            "withdraw": lambda: cast(poll, None, seq=3),
            "close": on(lifecycle.close_poll, poll),
            "a new round": on(lifecycle.open_poll, poll),
            "vote in it": lambda: cast(poll, third),
        }
        await hall.lives(
            {
                "open": on(lifecycle.open_poll, poll),
                **(votes if KINDS[kind].takes_answers else {}),
                "on stage": on(lifecycle.put_on_stage, room, poll),
                "say what the picture shows": on(change, poll, picture_alt="A box"),
                "results for hosts": on(change, poll, results="host"),
                "explain": on(explain, poll, "Because."),
                "reset": on(lifecycle.reset_poll, poll),
            }
        )


def named(hall: Hall, name: str) -> Deed:
    async def take() -> None:
        await hall.voter.say("player.name", id=name, name=name)
        assert (await hall.voter._answer(name, "player.named", "error"))["type"] == "player.named"

    return take


def name_others(room: Room, *names: str) -> None:
    players.name_players([players.Naming(room.pk, make_participant(room).voice_key, name) for name in names])


def answer(poll: Poll, *given: object) -> None:
    """Of somebody else each, who may play: the newest first."""
    poll.refresh_from_db()
    voices = Player.objects.filter(room=poll.room).order_by("-pk").values_list("voice", flat=True)
    casts = [make_cast(poll, one) for one in given]
    cast_batch(
        [msgspec.structs.replace(cast, voice=voice) for cast, voice in zip(casts, voices, strict=False)] or casts
    )


def correct(poll: Poll, right: set[int]) -> None:
    change(poll, right=right)


def explain(poll: Poll, why: str) -> None:
    change(poll, explanation=why)


def change(poll: Poll, **values: Any) -> None:
    poll.refresh_from_db()
    polls.edit_poll(poll, replace(polls.draft_of(poll), **values))


def rename(name: str, other: str) -> None:
    players.rename_player(Player.objects.get(name=name), other)


def decide(deed: Any, name: str) -> None:
    deed(Player.objects.get(name=name))


def make_guess(room: Room) -> Poll:
    settings = {"minimum": "0", "maximum": "50", "right": "10", "tolerance": "2"}
    draft = PollDraft(kind="number", prompt="How many?", options=[], settings=settings, points=50)
    return polls.add_poll(room, draft)


def longer(hall: Hall, poll: Poll, nth: int, *, round_: int = 1) -> Deed:
    return on(ask_for_time, poll, round_=round_, voice=hall.who.voice_key, nth=nth)


def ask_for_somebody(poll: Poll) -> None:
    ask_for_time(poll, round_=1, voice=make_participant(poll.room).voice_key, nth=1)


def run_out(poll: Poll, *, seconds_ago: float) -> None:
    """As if time had passed. What only the clock does is told to nobody, so the host does something, too."""
    poll.refresh_from_db()
    assert poll.deadline is not None
    by = clock.read_now() - timedelta(seconds=seconds_ago) - poll.deadline
    Poll.objects.filter(pk=poll.pk).update(deadline=F("deadline") + by, last_deadline=F("last_deadline") + by)
    ExtraTime.objects.filter(poll=poll).update(deadline=F("deadline") + by)
    explain(poll, f"{seconds_ago} s ago")


def run_out_for_all(poll: Poll) -> None:
    run_out(poll, seconds_ago=3600)
    lifecycle.close_overdue()


def crowd(poll: Poll) -> None:
    cast_batch([make_cast(poll, {"option": 1 + n % 2}) for n in range(12)])


def set_aside(poll: Poll) -> None:
    ids = list(Ballot.objects.filter(poll=poll).order_by("pk").values_list("pk", flat=True))[-6:]
    cohorts.set_aside(cohorts.flag_cohort(poll, 1, ids, n_equal=6, seconds=4))


def take_back_in(poll: Poll) -> None:
    cohorts.take_back_in(Cohort.objects.get(poll=poll))


def make_pictured(room: Room, kind: str) -> Poll:
    picture = add_picture(room, make_picture(), longest=90).digest
    n = min(3, KINDS[kind].max_options)
    draft = PollDraft(
        kind=kind,
        prompt="Which?",
        options=["A", "B", "C"][:n],
        picture=picture,
        option_pictures=(picture, "", picture) if KINDS[kind].has_pictures else (),
    )
    return polls.add_poll(room, draft)


def answers_to(poll: Poll) -> Sequence[Any]:
    """Three answers, of people of some taste; none to what takes none."""
    kind, shape = KINDS[poll.kind], Shape(poll.options.count(), poll.settings)
    if not kind.takes_answers:
        return None, None, None
    orders = [1, 2, 3], [2, 3, 1], [3, 1, 2]
    return [kind.preferred_answer(order, Random(place), shape) for place, order in enumerate(orders)]
