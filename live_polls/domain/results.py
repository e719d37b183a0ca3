"""The results of a room: every poll and every round of it, at one version. For hosts, who see all counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from live_polls.domain import text_rows
from live_polls.domain.room_view import PollView, RoomView
from live_polls.domain.snapshot import consistent_read, read_room
from live_polls.domain.written import text_counters
from live_polls.enums import PollState
from live_polls.errors import RoomNotFoundError
from live_polls.kinds import KINDS
from live_polls.kinds.base import N_ASIDE, Chart, Kind, PublicTally, Shape
from live_polls.models import Ballot, Cohort, Record, Tally

MOST_TEXTS = 100_000  # of a round in a file; more is an attack, not a hall

Counters = dict[str, int]
Answers = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class CohortView:
    """Ballots that came together in a suspicious way: how many, of them equal, from newcomers within how many seconds."""

    id: int
    n: int
    n_equal: int
    seconds: int
    is_aside: bool


@dataclass(frozen=True, slots=True)
class RoundResults:
    """One round. `tally` is what the wire would carry, with counts; `is_now` is the round that the poll is in.

    `answers` are pairs of canonical JSON text and how many ballots say so, in an order made of the answers
    themselves: nothing tells when a ballot came. `texts` are pairs of a text that may be shown and how many ballots
    carry it, all of them. Both are empty unless they were asked for.
    """

    number: int
    is_now: bool
    tally: PublicTally
    chart: Chart
    n_aside: int = 0  # ballots that a host has left out of the count
    cohorts: tuple[CohortView, ...] = ()
    entry: str = ""  # who could vote in it; empty where nobody knows any more
    answers: tuple[tuple[str, int], ...] = ()
    texts: tuple[tuple[str, int], ...] = ()

    @property
    def n_ballots(self) -> int:
        return int(self.tally["n_ballots"])


@dataclass(frozen=True, slots=True)
class PollResults:
    """A poll with the rounds in which it was asked, the first one first; none for one that never was."""

    poll: PollView
    kind: Kind
    number: int
    rounds: tuple[RoundResults, ...]

    @property
    def state(self) -> PollState:
        return PollState(self.poll.state)

    @property
    def n_ballots(self) -> int:
        return sum(round_.n_ballots for round_ in self.rounds)

    @property
    def n_aside(self) -> int:
        return sum(round_.n_aside for round_ in self.rounds)

    @property
    def entries(self) -> tuple[str, ...]:
        """Who could vote, each rule once, in the order of the rounds."""
        return tuple(dict.fromkeys(round_.entry for round_ in self.rounds if round_.entry))


@dataclass(frozen=True, slots=True)
class RoomResults:
    """Everything at `room.version`, as it was read at `read_at`; polls in the order of the room."""

    room: RoomView
    read_at: datetime
    polls: tuple[PollResults, ...]

    @property
    def n_ballots(self) -> int:
        return sum(poll.n_ballots for poll in self.polls)


def read_results(room_id: int, *, whole: bool = False) -> RoomResults:
    """The results of the room as of one version, drafts and archived polls too. RoomNotFoundError. Repeatable.

    Costs as much as there are counters, whatever the number of ballots. The `whole` has answers and all texts, too, and
    costs as much as there are ballots. Answers are of rounds that are over: while one runs, looking before and after a
    single ballot would show what it says.
    """
    room, _mine = read_room(room_id)
    if room is None:
        raise RoomNotFoundError
    # Rounds before the one of the room's version are over and do not change, so a second look is as good.
    with consistent_read():
        counters = _read_counters(room_id)
        answers = _read_answers(room_id) if whole else {}
        entries = _read_entries(room_id)
        for poll in room.polls:
            _add_texts(poll, counters[poll.id])
        read = tuple(
            _poll_results(number, poll, counters[poll.id], answers.get(poll.id, {}))
            for number, poll in enumerate(room.polls, start=1)
        )
        read = tuple(_with_entries(poll, entries) for poll in read)
        cohorts = _read_cohorts(room_id)
        read = tuple(_with_cohorts(poll, cohorts) for poll in read)
        if whole:
            read = tuple(map(_with_texts, read))
    return RoomResults(room, timezone.now(), read)


def _read_entries(room_id: int) -> dict[tuple[str, int], str]:
    """{(poll code, round): who could vote}. A poll knows that of its own round; of earlier ones the log does."""
    opened = Record.objects.filter(room_id=room_id, verb="open", object_sort="poll").values_list(
        "object_code", "details"
    )
    return {(code, said["round"]): said["entry"] for code, said in opened if "round" in said and "entry" in said}


def _with_entries(poll: PollResults, entries: Mapping[tuple[str, int], str]) -> PollResults:
    code = poll.poll.code
    rounds = (
        replace(each, entry=poll.poll.entry if each.is_now else entries.get((code, each.number), ""))
        for each in poll.rounds
    )
    return replace(poll, rounds=tuple(rounds))


def _read_cohorts(room_id: int) -> dict[tuple[int, int], list[CohortView]]:
    """{(poll id, round): cohorts}, in the order in which they were found."""
    cohorts: dict[tuple[int, int], list[CohortView]] = defaultdict(list)
    for each in Cohort.objects.filter(poll__room_id=room_id).defer("ballots").order_by("pk"):
        view = CohortView(each.pk, each.n, each.n_equal, each.seconds, each.is_aside)
        cohorts[each.poll_id, each.round].append(view)
    return cohorts


def _with_cohorts(poll: PollResults, cohorts: Mapping[tuple[int, int], list[CohortView]]) -> PollResults:
    rounds = (replace(each, cohorts=tuple(cohorts.get((poll.poll.id, each.number), ()))) for each in poll.rounds)
    return replace(poll, rounds=tuple(rounds))


def _read_counters(room_id: int) -> dict[int, dict[int, Counters]]:
    """{poll id: {round: {counter: n}}} of the rounds that are over."""
    counters: dict[int, dict[int, Counters]] = defaultdict(lambda: defaultdict(dict))
    rows = Tally.objects.filter(poll__room_id=room_id, round__lt=F("poll__round"))
    for poll_id, round_, counter, n in rows.values_list("poll_id", "round", "counter", "n").iterator():
        counters[poll_id][round_][counter] = n
    return counters


def _add_texts(poll: PollView, before: dict[int, Counters]) -> None:
    """Tell the tallies of earlier rounds of the texts in them; that of the current one has been told."""
    kind = KINDS[poll.kind]
    if kind.carries_texts(poll.settings):
        for round_, counters in before.items():
            counters.update(text_counters(poll.id, round_, kind))


def _with_texts(poll: PollResults) -> PollResults:
    if not poll.kind.carries_texts(poll.poll.settings):
        return poll
    return replace(poll, rounds=tuple(replace(each, texts=_texts(poll, each.number)) for each in poll.rounds))


def _texts(poll: PollResults, round_: int) -> tuple[tuple[str, int], ...]:
    by_number = poll.kind.shares_texts
    shown = text_rows.read_shown(poll.poll.id, round_, by_number=by_number, most=MOST_TEXTS)
    # In an order of their own: the newest first would show who came when.
    return tuple(sorted(((text, n) for _key, text, n, _id in shown), key=lambda text: (-text[1], text[0])))


def _read_answers(room_id: int) -> dict[int, dict[int, Answers]]:
    """{poll id: {round: answers}}, counted by the database: no ballot comes out of it by itself."""
    answers: dict[int, dict[int, Answers]] = defaultdict(dict)
    aside = [ballot for ids in _cohorts_aside(room_id).values_list("ballots", flat=True) for ballot in ids]
    counted = Ballot.objects.filter(poll__room_id=room_id, answer__isnull=False).exclude(pk__in=aside)
    said = counted.values("poll_id", "round", "answer")
    for poll_id, round_, answer, n in said.annotate(n=Count("pk")).values_list("poll_id", "round", "answer", "n"):
        answers[poll_id].setdefault(round_, []).append((answer or "", n))
    return answers


def _cohorts_aside(room_id: int) -> QuerySet[Cohort]:
    return Cohort.objects.filter(poll__room_id=room_id, is_aside=True)


def _poll_results(
    number: int, poll: PollView, before: Mapping[int, Counters], answers: Mapping[int, Answers]
) -> PollResults:
    kind = KINDS[poll.kind]
    counters = {**before, poll.round: dict(poll.counters)} if _was_asked(poll) else dict(before)
    over = {n: answers.get(n, []) for n in counters if n < poll.round or poll.state != PollState.OPEN.value}
    rounds = (_round_results(n, poll, counters[n], over.get(n, [])) for n in sorted(counters) if n <= poll.round)
    return PollResults(poll, kind, number, tuple(rounds) if kind.takes_answers else ())


def _was_asked(poll: PollView) -> bool:
    return bool(poll.counters) or poll.state in {PollState.OPEN.value, PollState.CLOSED.value}


def _round_results(number: int, poll: PollView, counters: Counters, answers: Answers) -> RoundResults:
    kind = KINDS[poll.kind]
    tally = kind.tally(counters, Shape(len(poll.options), poll.settings, poll.right))
    chart = kind.chart(tally, poll.options, kind.public_settings(poll.settings, revealed=True))
    return RoundResults(
        number, number == poll.round, tally, chart, answers=tuple(sorted(answers)), n_aside=counters.get(N_ASIDE, 0)
    )
