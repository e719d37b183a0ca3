"""The tally is derived: count again from the ballots, compare, and mend."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import transaction

from live_polls.domain.cohorts import ballots_aside
from live_polls.domain.snapshot import consistent_read
from live_polls.domain.text_recount import Counts, count_texts, mend_texts, of_round
from live_polls.domain.versions import bump_layout
from live_polls.domain.written import STATE_COUNTERS
from live_polls.enums import PollState
from live_polls.kinds import KINDS
from live_polls.kinds.base import N_ASIDE, Shape
from live_polls.models import Ballot, Poll, Room, Tally


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not stand where the ballots say."""

    poll: Poll
    round: int
    counter: str
    counted: int
    stored: int


def recount(room: Room | None = None, *, repair: bool = False) -> list[Difference]:
    """Compare the tallies of a room (None: of all rooms) with the ballots; mend them with `repair`.

    Poll by poll, exact while people vote, and in nobody's way unless something is wrong. Repeatable.
    """
    # A purged room has totals and no ballots: there is nothing to compare them with.
    polls = Poll.objects.filter(room__purged_at=None).order_by("pk")
    if room is not None:
        polls = polls.filter(room=room)
    return [difference for poll in polls for difference in _recount_poll(poll, repair=repair)]


def recount_closed(poll_id: int) -> int | None:
    """How many counters of the round that a closed poll is in are wrong; None when it is open (or gone). Repeatable.

    Earlier rounds were looked at when they were over, and a hall that asks again and again must not count all of them.
    """
    poll = Poll.objects.filter(pk=poll_id, state=PollState.CLOSED, room__purged_at=None).first()
    return None if poll is None else len(_recount_poll(poll, repair=False, round_=poll.round))


def _recount_poll(poll: Poll, *, repair: bool, round_: int | None = None) -> list[Difference]:
    """Look without a lock first: one consistent read sees ballots and counters of the same moment, and no ballot waits
    for it. SQLite has one lock for all writers, and every process counts after every close."""
    with consistent_read():
        if not any(_compare(poll, round_)):
            return []
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        differences, wrong_texts = _compare(poll, round_)
        if repair:
            _repair(poll, differences, wrong_texts)
    return differences + wrong_texts


def _compare(poll: Poll, round_: int | None) -> tuple[list[Difference], list[Difference]]:
    """Which counters, and which texts, are not what the ballots say; of one round, or of all."""
    of_ballots, of_texts = (_count_ballots(poll, round_), _stored(poll, round_)), count_texts(poll, round_)
    return _differences(poll, *of_ballots), _differences(poll, *of_texts)


def _differences(poll: Poll, counted: Counts, stored: Counts) -> list[Difference]:
    return [
        Difference(poll, round_, counter, counted[round_, counter], stored[round_, counter])
        for round_, counter in sorted(counted.keys() | stored.keys())
        if counted[round_, counter] != stored[round_, counter]
    ]


def _repair(poll: Poll, differences: list[Difference], wrong_texts: list[Difference]) -> None:
    if wrong_texts:
        mend_texts(poll)
    for difference in differences:
        Tally.objects.update_or_create(
            poll=poll, round=difference.round, counter=difference.counter, defaults={"n": difference.counted}
        )
    if differences or wrong_texts:
        bump_layout(poll.room_id)


def _count_ballots(poll: Poll, round_: int | None) -> Counts:
    kind, shape = KINDS[poll.kind], Shape(poll.options.count(), poll.settings)
    total = Counts()
    aside = ballots_aside(poll.pk, round_)
    ballots = of_round(Ballot.objects.filter(poll=poll, answer__isnull=False), round_)
    for ballot_id, number, answer in ballots.values_list("pk", "round", "answer").iterator():
        if ballot_id in aside:
            total[number, N_ASIDE] += 1
            continue
        for counter, n in kind.counters(json.loads(answer or ""), shape).items():
            total[number, counter] += n
    return total


def _stored(poll: Poll, round_: int | None) -> Counts:
    # Those of texts are counted with the texts.
    rows = of_round(Tally.objects.filter(poll=poll).exclude(counter__in=STATE_COUNTERS.values()), round_)
    return Counts({(number, counter): n for number, counter, n in rows.values_list("round", "counter", "n")})
