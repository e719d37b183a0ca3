"""Texts are derived, too: count again from the ballots which of them are carried by how many."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from live_polls.domain.held_words import words_of
from live_polls.domain.written import STATE_COUNTERS, Change, Writing, texts_of, write_texts
from live_polls.enums import TextState
from live_polls.kinds import KINDS
from live_polls.models import Ballot, Poll, Spelling, Tally, Text

# (round, what is counted: "text <key>" or "spelling <key> <text>")
Counts = Counter[tuple[int, str]]


def count_texts(poll: Poll) -> tuple[Counts, Counts]:
    """What the ballots say and what is stored. Call under the poll's lock."""
    counted, stored = Counts(), Counts()
    kind = KINDS[poll.kind]
    for change in _changes(poll):
        for named, _, text in texts_of(change.after, change, kind):
            counted[named.round, f"text {named.key}"] += 1
            if kind.shares_texts:
                counted[named.round, f"spelling {named.key} {text}"] += 1
    spellings = list(Spelling.objects.filter(poll=poll).values_list("round", "key", "text", "n"))
    for round_, key, text, n in spellings:
        stored[round_, f"spelling {key} {text}"] = n
    spelled = {(round_, key) for round_, key, _, _ in spellings}
    texts = Text.objects.filter(poll=poll, n__gt=0).values_list("round", "key", "text", "state", "n")
    for round_, key, text, state, n in texts:
        stored[round_, f"text {key}"] = n
        if kind.shares_texts and (round_, key) not in spelled:
            stored[round_, f"spelling {key} {text}"] = n  # all write it so
        if state in STATE_COUNTERS:
            counted[round_, STATE_COUNTERS[state]] += 1
    counters = Tally.objects.filter(poll=poll, counter__in=STATE_COUNTERS.values())
    for round_, counter, n in counters.values_list("round", "counter", "n"):
        stored[round_, counter] = n
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


def _changes(poll: Poll) -> list[Change]:
    kind = KINDS[poll.kind]
    if not kind.carries_texts(poll.settings):
        return []
    ballots = Ballot.objects.filter(poll=poll, answer__isnull=False).values_list("round", "participant", "answer")
    return [
        Change(poll.pk, round_, author, None, json.loads(answer or "")) for round_, author, answer in ballots.iterator()
    ]
