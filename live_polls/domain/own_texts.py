"""How the texts of one's own ballots stand: whoever wrote them is told that they wait or were hidden, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from live_polls.domain import text_rows
from live_polls.domain.ballot_rows import BallotKey, BallotRow
from live_polls.domain.text_rows import TextKey
from live_polls.domain.written import Change, texts_of
from live_polls.enums import TextState
from live_polls.kinds import Kind
from live_polls.models import Ballot, Text

# So many who share a word hear at once that it was decided about; the others with the next look at their ballots.
MAX_TOLD = 200


class NotShown(NamedTuple):
    """Texts of one ballot, as they were written there."""

    held: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


ALL_SHOWN = NotShown()


def read_not_shown(ballots: Sequence[BallotRow], kinds: Mapping[int, Kind]) -> dict[BallotKey, NotShown]:
    """Of these ballots, in polls whose ballots carry texts, those with a text that is not shown. `kinds` by poll id."""
    rounds = sorted({ballot[:2] for ballot in ballots})
    if not rounds or not text_rows.has_not_shown(rounds):
        return {}
    carried: dict[TextKey, list[tuple[BallotKey, str]]] = {}
    for ballot in ballots:
        answer = None if ballot.answer is None else json.loads(ballot.answer)
        change = Change(*ballot[:3], None, answer)
        for key, _, text in texts_of(answer, change, kinds[ballot.poll_id]):
            carried.setdefault(key, []).append((BallotKey(*ballot[:3]), text))
    found: dict[BallotKey, NotShown] = {}
    for key, state in sorted(text_rows.read_not_shown(sorted(carried)).items()):
        for ballot_key, text in carried[key]:
            held, hidden = found.get(ballot_key, ALL_SHOWN)
            is_held = state == TextState.HELD.value
            found[ballot_key] = NotShown((*held, text), hidden) if is_held else NotShown(held, (*hidden, text))
    return found


def whose(text: Text) -> list[str]:
    """The keys under which ballots with this text stand: its author, or some of those who share it.

    A look through all ballots of the round, and so nothing to do under a lock.
    """
    if text.author:
        return [text.author]
    ballots = Ballot.objects.filter(poll=text.poll_id, round=text.round, answer__isnull=False)
    written = json.dumps(text.text, ensure_ascii=False)
    return list(ballots.filter(answer__icontains=written).values_list("participant", flat=True)[:MAX_TOLD])
