"""Texts are derived, too: count again from the ballots which of them are carried by how many."""

from __future__ import annotations

import json
from collections import Counter

from live_polls.domain.held_words import words_of
from live_polls.domain.written import Change, Writing, texts_of, write_texts
from live_polls.enums import TextState
from live_polls.kinds import KINDS
from live_polls.models import Ballot, Poll, Spelling, Text

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
    for round_, key, n in Text.objects.filter(poll=poll, n__gt=0).values_list("round", "key", "n"):
        stored[round_, f"text {key}"] = n
    for round_, key, text, n in Spelling.objects.filter(poll=poll).values_list("round", "key", "text", "n"):
        stored[round_, f"spelling {key} {text}"] = n
    return counted, stored


def mend_texts(poll: Poll) -> None:
    """Write the texts of a poll anew from its ballots; what moderators decided stays. Call under the poll's lock."""
    Text.objects.filter(poll=poll).update(n=0)
    Spelling.objects.filter(poll=poll).delete()
    write_texts(_changes(poll), {poll.pk: Writing(KINDS[poll.kind], poll.settings, words_of(poll.room))})
    Text.objects.filter(poll=poll, n=0).exclude(state=TextState.HIDDEN).delete()


def _changes(poll: Poll) -> list[Change]:
    kind = KINDS[poll.kind]
    if not kind.carries_texts(poll.settings):
        return []
    ballots = Ballot.objects.filter(poll=poll, answer__isnull=False).values_list("round", "participant", "answer")
    return [
        Change(poll.pk, round_, author, None, json.loads(answer or "")) for round_, author, answer in ballots.iterator()
    ]
