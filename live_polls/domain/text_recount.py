"""Texts are derived, too: count again from the ballots which of them are carried by how many."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet

from live_polls.domain.held_words import words_of
from live_polls.domain.written import STATE_COUNTERS, Change, Writing, texts_of, write_texts
from live_polls.enums import TextState
from live_polls.kinds import KINDS
from live_polls.models import Ballot, Poll, Spelling, Tally, Text

M = TypeVar("M", bound=Model)

# (round, what is counted: "text <key>" or "spelling <key> <text>")
Counts = Counter[tuple[int, str]]


def of_round(rows: QuerySet[M], round_: int | None) -> QuerySet[M]:
    """Of these rows those of one round, or all (None)."""
    return rows if round_ is None else rows.filter(round=round_)


def count_texts(poll: Poll, round_: int | None = None) -> tuple[Counts, Counts]:
    """What the ballots of a round (None: of all) say and what is stored. In one consistent read, or under the lock."""
    counted, stored = Counts(), Counts()
    kind = KINDS[poll.kind]
    for change in _changes(poll, round_):
        for named, _, text in texts_of(change.after, change, kind):
            counted[named.round, f"text {named.key}"] += 1
            if kind.shares_texts:
                counted[named.round, f"spelling {named.key} {text}"] += 1
    written = of_round(Spelling.objects.filter(poll=poll), round_)
    spellings = list(written.values_list("round", "key", "text", "n"))
    for number, key, text, n in spellings:
        stored[number, f"spelling {key} {text}"] = n
    spelled = {(number, key) for number, key, _, _ in spellings}
    texts = of_round(Text.objects.filter(poll=poll, n__gt=0), round_)
    for number, key, text, state, n in texts.values_list("round", "key", "text", "state", "n"):
        stored[number, f"text {key}"] = n
        if kind.shares_texts and (number, key) not in spelled:
            stored[number, f"spelling {key} {text}"] = n  # all write it so
        if state in STATE_COUNTERS:
            counted[number, STATE_COUNTERS[state]] += 1
    counters = of_round(Tally.objects.filter(poll=poll, counter__in=STATE_COUNTERS.values()), round_)
    for number, counter, n in counters.values_list("round", "counter", "n"):
        stored[number, counter] = n
    return counted, stored


def mend_texts(poll: Poll) -> None:
    """Write the texts of a poll anew from its ballots; what moderators decided stays. Call under the poll's lock."""
    Text.objects.filter(poll=poll).update(n=0)
    Spelling.objects.filter(poll=poll).delete()
    write_texts(_changes(poll), {poll.pk: Writing(KINDS[poll.kind], poll.settings, words_of(poll.room))})
    Text.objects.filter(poll=poll, n=0).exclude(state=TextState.HIDDEN).delete()
    count_states_anew([poll.pk])


def count_states_anew(poll_ids: Iterable[int]) -> None:
    """Count the texts of these polls by state, as after many were decided about at once. Call under the polls' lock."""
    wanted = sorted(poll_ids)
    Tally.objects.filter(poll__in=wanted, counter__in=STATE_COUNTERS.values()).delete()
    rows = Text.objects.filter(poll__in=wanted, n__gt=0, state__in=STATE_COUNTERS)
    numbers = Counter(rows.values_list("poll_id", "round", "state"))
    Tally.objects.bulk_create(
        Tally(poll_id=poll_id, round=round_, counter=STATE_COUNTERS[state], n=n)
        for (poll_id, round_, state), n in numbers.items()
    )


def _changes(poll: Poll, round_: int | None = None) -> list[Change]:
    kind = KINDS[poll.kind]
    if not kind.carries_texts(poll.settings):
        return []
    ballots = of_round(Ballot.objects.filter(poll=poll, answer__isnull=False), round_)
    rows = ballots.values_list("round", "participant", "answer").iterator()
    return [Change(poll.pk, number, author, None, json.loads(answer or "")) for number, author, answer in rows]
