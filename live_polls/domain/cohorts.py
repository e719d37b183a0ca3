"""Ballots that leave a count together, by a decision that is recorded and can be undone; never one by one.

A count before and after a single ballot would show how somebody voted. So only cohorts leave it: at least five ballots,
found by a pattern and not by whose they are, of a round that is over. Cohorts of a round share no ballot, and what is left
in the count is nobody or at least five as well: no two counts differ by fewer than five ballots. The ballots stay where
they are. Kinds whose ballots carry words, and quiz questions, are left alone: there, moderators decide about words.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from live_polls.domain import ballot_rows
from live_polls.domain.ballot_rows import TallyChange
from live_polls.domain.records import record
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState
from live_polls.errors import IllegalMoveError
from live_polls.kinds import KINDS
from live_polls.kinds.base import N_ASIDE, N_BALLOTS, Shape
from live_polls.models import Ballot, Cohort, Poll

FEWEST = 5


def flag_cohort(poll: Poll, round_: int, ballots: Sequence[int], *, n_equal: int, seconds: int) -> Cohort:
    """Note ballots (by id) that came together for a host to look at; the count stays as it is. Repeatable.

    IllegalMoveError for fewer than five, and for ballots that are in another cohort or round.
    """
    ids = sorted(set(ballots))
    with transaction.atomic():
        _lock(poll)
        there = Cohort.objects.filter(poll=poll, round=round_)
        if (same := there.filter(ballots=ids).first()) is not None:
            return same
        if len(ids) < FEWEST:
            raise IllegalMoveError(f"A cohort has at least {FEWEST} ballots.")
        taken = {ballot for cohort in there for ballot in cohort.ballots}
        found = Ballot.objects.filter(poll=poll, round=round_, answer__isnull=False, pk__in=ids).count()
        if found != len(ids) or taken & set(ids):
            raise IllegalMoveError("These ballots are not of this round, or stand in another cohort.")
        return Cohort.objects.create(poll=poll, round=round_, ballots=ids, n=len(ids), n_equal=n_equal, seconds=seconds)


def set_aside(cohort: Cohort) -> bool:
    """Leave the cohort out of the count. Whether that is new. Repeatable. IllegalMoveError while the round runs, and
    where fewer than five ballots would be left."""
    return _turn(cohort, is_aside=True)


def take_back_in(cohort: Cohort) -> bool:
    """Count the cohort again. Whether that is new. Repeatable."""
    return _turn(cohort, is_aside=False)


def ballots_aside(poll_id: int, round_: int | None = None) -> set[int]:
    """Ids of the ballots of a poll that are left out of its counts."""
    cohorts = Cohort.objects.filter(poll=poll_id, is_aside=True)
    if round_ is not None:
        cohorts = cohorts.filter(round=round_)
    return {ballot for ids in cohorts.values_list("ballots", flat=True) for ballot in ids}


def _turn(cohort: Cohort, *, is_aside: bool) -> bool:
    with transaction.atomic():
        poll = _lock(cohort.poll)
        now = Cohort.objects.get(pk=cohort.pk)
        if now.is_aside == is_aside:
            return False
        _check(poll, now)
        changes = _counters(poll, now)
        sign = -1 if is_aside else 1
        changes[N_ASIDE] = -changes[N_BALLOTS]
        ballot_rows.add_to_tallies(
            [TallyChange(poll.pk, now.round, name, sign * n) for name, n in sorted(changes.items()) if n]
        )
        Cohort.objects.filter(pk=now.pk).update(is_aside=is_aside)
        record(poll.room_id, "aside" if is_aside else "back_in", now, ballots=now.n, round=now.round)
        bump_layout(poll.room_id)
    cohort.refresh_from_db()
    return True


def _check(poll: Poll, cohort: Cohort) -> None:
    if poll.points or KINDS[poll.kind].carries_texts(poll.settings):
        raise IllegalMoveError("Of this poll no ballots leave the count.")
    if cohort.round == poll.round and poll.state == PollState.OPEN:
        raise IllegalMoveError("Close the poll first: while it is open, its ballots may still change.")
    n_cast = Ballot.objects.filter(poll=poll, round=cohort.round, answer__isnull=False).count()
    left = n_cast - len(ballots_aside(poll.pk, cohort.round) | set(cohort.ballots))
    if not cohort.is_aside and 0 < left < FEWEST:
        raise IllegalMoveError(f"Fewer than {FEWEST} ballots would be left, and could be read.")


def _counters(poll: Poll, cohort: Cohort) -> Counter[str]:
    kind, shape = KINDS[poll.kind], Shape(poll.options.count(), poll.settings)
    total: Counter[str] = Counter()
    answers = Ballot.objects.filter(poll=poll, pk__in=cohort.ballots, answer__isnull=False)
    for answer in answers.values_list("answer", flat=True):
        total.update(kind.counters(json.loads(answer or ""), shape))
    return total


def _lock(poll: Poll) -> Poll:
    list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
    return Poll.objects.get(pk=poll.pk)
