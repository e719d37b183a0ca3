"""Rounds of a poll beside each other, and who moved where between two of them: counts only, and none of few people.

Only rounds that are over are compared. While one runs, looking before and after a single ballot would show whose it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from live_polls.domain.cohorts import ballots_aside
from live_polls.domain.records import record
from live_polls.domain.snapshot import consistent_read
from live_polls.domain.suppression import Cell, veiled
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Chart, PublicTally, Shape
from live_polls.models import Option, Poll, Room, Tally

# More than this many options, and nobody can read where people moved.
MOST_OPTIONS_TO_FOLLOW = 20


@dataclass(frozen=True, slots=True)
class RoundTally:
    """A round that is over."""

    number: int
    tally: PublicTally
    chart: Chart

    @property
    def n_ballots(self) -> int:
        return int(self.tally["n_ballots"])


@dataclass(frozen=True, slots=True)
class Moves:
    """Who moved where between two rounds, as it may be shown.

    Where an answer stands for one option, there is one table: a row for each option in the first round, a column for
    each in the second, and of both a last one for those without a vote there. Where people choose several, there is one
    table an option, with "chose it", "did not" and "no vote". None: of so few people nothing may be shown.
    """

    first: int
    second: int
    tables: tuple[list[list[Cell]] | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A poll with its rounds that are over, the first one first, and the moves between two of them, if there are any."""

    poll: Poll
    options: tuple[tuple[int, str], ...]
    rounds: tuple[RoundTally, ...]
    moves: Moves | None

    @property
    def stands_for_one(self) -> bool:
        return KINDS[self.poll.kind].stands_for_one


def compare_rounds(poll: Poll, first: int | None = None, second: int | None = None) -> Comparison:
    """The comparison; without numbers (or with some that cannot be compared) of the last two rounds. Repeatable."""
    with consistent_read():
        now = Poll.objects.filter(pk=poll.pk).select_related("room").first()
        if now is None:
            raise PollNotFoundError
        options = tuple(Option.objects.filter(poll=now).order_by("number").values_list("number", "text"))
        rounds = _read_rounds(now, options)
        pair = _pair([each.number for each in rounds], first, second)
        moves = _read_moves(now, len(options), pair) if pair else None
    return Comparison(now, options, rounds, moves)


def show_rounds(room: Room, poll: Poll, first: int | None = None, second: int | None = None) -> None:
    """Let the stages of the room compare rounds of this poll. Repeatable. IllegalMoveError with fewer than two."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        pair = _pair(_numbers(poll), first, second)
        if pair is None:
            raise IllegalMoveError("Two rounds that are over can be compared; this poll has fewer.")
        said = {"current": poll, "current_question": None, "screen": Screen.ROUNDS, "compared": list(pair)}
        if Room.objects.filter(pk=room.pk).exclude(**said).update(**said):
            record(room.pk, "rounds", poll, rounds=list(pair))
            bump_layout(room.pk)
    room.refresh_from_db()


def n_rounds_over(state: str, round_: int) -> int:
    """Of a poll in this state and round: how many rounds are over, whether or not anybody voted."""
    return round_ if state in _OVER else round_ - 1


_OVER = {PollState.CLOSED.value, PollState.ARCHIVED.value}


def _numbers(poll: Poll) -> list[int]:
    """The numbers of the rounds that are over and have ballots."""
    state, round_ = Poll.objects.values_list("state", "round").get(pk=poll.pk)
    most = n_rounds_over(state, round_)
    over = Tally.objects.filter(poll=poll, round__lte=most, counter="n", n__gt=0)
    return list(over.order_by("round").values_list("round", flat=True))


def _pair(numbers: Sequence[int], first: int | None, second: int | None) -> tuple[int, int] | None:
    if len(numbers) < 2:
        return None
    if first in numbers and second in numbers and first is not None and second is not None and first != second:
        return min(first, second), max(first, second)
    return numbers[-2], numbers[-1]


def _read_rounds(poll: Poll, options: Sequence[tuple[int, str]]) -> tuple[RoundTally, ...]:
    kind, shape = KINDS[poll.kind], Shape(len(options), poll.settings)
    counters: dict[int, dict[str, int]] = {number: {} for number in _numbers(poll)}
    rows = Tally.objects.filter(poll=poll, round__in=counters).values_list("round", "counter", "n")
    for number, counter, n in rows:
        counters[number][counter] = n
    tallies = [(number, kind.tally(counted, shape)) for number, counted in counters.items()]
    return tuple(RoundTally(number, tally, kind.chart(tally, options, poll.settings)) for number, tally in tallies)


def _read_moves(poll: Poll, n_options: int, pair: tuple[int, int]) -> Moves | None:
    kind = KINDS[poll.kind]
    if not kind.can_follow or n_options > MOST_OPTIONS_TO_FOLLOW or poll.room.purged_at is not None:
        return None
    counted = [(_chosen(kind, before), _chosen(kind, after), n) for before, after, n in _count_moves(poll.pk, *pair)]
    if kind.stands_for_one:
        nowhere = [n_options + 1]  # a row and a column for each option, then those of people without a vote
        cells = [((before or nowhere)[0] - 1, (after or nowhere)[0] - 1, n) for before, after, n in counted]
        tables = [_table(cells, n_options + 1)]
    else:
        tables = [
            _table([(_place(before, number), _place(after, number), n) for before, after, n in counted], 3)
            for number in range(1, n_options + 1)
        ]
    return Moves(*pair, tuple(veiled(table) for table in tables))


def _place(chosen: Sequence[int], number: int) -> int:
    return 2 if not chosen else 0 if number in chosen else 1


def _table(cells: Sequence[tuple[int, int, int]], size: int) -> list[list[int]]:
    table = [[0] * size for _ in range(size)]
    for row, column, n in cells:
        table[row][column] += n
    table[-1][-1] = 0  # who said nothing in either round moved nowhere
    return table


def _chosen(kind: Kind, answer: str | None) -> list[int]:
    """The options of an answer; none for a ballot that is not there, was withdrawn, or abstains."""
    return kind.chosen(json.loads(answer)) if answer else []


def _count_moves(poll_id: int, first: int, second: int) -> list[tuple[str | None, str | None, int]]:
    """(answer before, answer after, how many participants), counted by the database: nobody's key leaves it.

    Ballots that a host has set aside are not there, as in every other count.
    """
    aside = sorted(ballots_aside(poll_id, first) | ballots_aside(poll_id, second))
    # Numbers of ours, written out: a database takes only so many parameters.
    kept = f" AND id NOT IN ({', '.join(map(str, aside))})" if aside else ""
    sql = (
        "SELECT before_, after_, count(*) FROM ("  # noqa: S608 -- numbers, and none that came from outside
        " SELECT max(CASE WHEN round = %s THEN answer END) AS before_, max(CASE WHEN round = %s THEN answer END) AS after_"
        " FROM live_polls_ballot WHERE poll_id = %s AND round IN (%s, %s)" + kept + " GROUP BY participant"
        ") moved GROUP BY before_, after_"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, second, poll_id, first, second])
        rows: list[tuple[str | None, str | None, int]] = cursor.fetchall()
    return rows
