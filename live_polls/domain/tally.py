"""The tally is derived: count again from the ballots, compare, and mend."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from live_polls.domain.cohorts import ballots_aside
from live_polls.domain.text_recount import count_texts, mend_texts
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

    Poll by poll under the poll's lock, so that it is exact while people vote. Repeatable.
    """
    # A purged room has totals and no ballots: there is nothing to compare them with.
    polls = Poll.objects.filter(room__purged_at=None).order_by("pk")
    if room is not None:
        polls = polls.filter(room=room)
    return [difference for poll in polls for difference in _recount_poll(poll, repair=repair)]


def recount_closed(poll_id: int) -> int | None:
    """How many counters of a closed poll are wrong; None when it is not closed (or gone). Repeatable.

    For closed polls only: nobody casts, so the lock that makes the count exact is in nobody's way.
    """
    poll = Poll.objects.filter(pk=poll_id, state=PollState.CLOSED, room__purged_at=None).first()
    return None if poll is None else len(_recount_poll(poll, repair=False))


def _recount_poll(poll: Poll, *, repair: bool) -> list[Difference]:
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        counted, stored = _count_ballots(poll), _stored(poll)
        texts_counted, texts_stored = count_texts(poll)
        differences = [
            Difference(poll, round_, counter, counted[round_, counter], stored[round_, counter])
            for round_, counter in sorted(counted.keys() | stored.keys())
            if counted[round_, counter] != stored[round_, counter]
        ]
        wrong_texts = [
            Difference(poll, round_, counter, texts_counted[round_, counter], texts_stored[round_, counter])
            for round_, counter in sorted(texts_counted.keys() | texts_stored.keys())
            if texts_counted[round_, counter] != texts_stored[round_, counter]
        ]
        if repair and wrong_texts:
            mend_texts(poll)
        if repair and differences:
            for difference in differences:
                Tally.objects.update_or_create(
                    poll=poll,
                    round=difference.round,
                    counter=difference.counter,
                    defaults={"n": difference.counted},
                )
        if repair and (differences or wrong_texts):
            bump_layout(poll.room_id)
    return differences + wrong_texts


def _count_ballots(poll: Poll) -> Counter[tuple[int, str]]:
    kind, shape = KINDS[poll.kind], Shape(poll.options.count(), poll.settings)
    total: Counter[tuple[int, str]] = Counter()
    aside = ballots_aside(poll.pk)
    ballots = Ballot.objects.filter(poll=poll, answer__isnull=False).values_list("pk", "round", "answer")
    for ballot_id, round_, answer in ballots.iterator():
        if ballot_id in aside:
            total[round_, N_ASIDE] += 1
            continue
        for counter, n in kind.counters(json.loads(answer or ""), shape).items():
            total[round_, counter] += n
    return total


def _stored(poll: Poll) -> Counter[tuple[int, str]]:
    # Those of texts are counted with the texts.
    rows = (
        Tally.objects.filter(poll=poll)
        .exclude(counter__in=STATE_COUNTERS.values())
        .values_list("round", "counter", "n")
    )
    return Counter({(round_, counter): n for round_, counter, n in rows})
