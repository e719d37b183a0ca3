"""What people wrote, kept a row a text beside the tally: derived from ballots in their transaction, decided by moderators.

A text is never changed by its author: a new one takes its place, so that an approval is always of what was read. A
shared text (a word of a cloud, an "other" of a choice) stands once for all who give it and has no author.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from live_polls.domain import text_rows
from live_polls.domain.text_rows import NewText, SpellingChange, TextKey
from live_polls.enums import TextState
from live_polls.kinds import Kind
from live_polls.kinds.writing import TEXTS_HELD, TEXTS_SHOWN, own_key, text_counter

# How many texts are read for a screen, which shows as many as fit in a frame.
MAX_READ = 100


class Change(NamedTuple):
    """Of a ballot whose poll carries texts: whose it is, and its answer before and after (None: none)."""

    poll_id: int
    round: int
    author: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Writing(NamedTuple):
    """How a poll's ballots carry texts."""

    kind: Kind
    settings: Mapping[str, Any]


def write_texts(changes: Sequence[Change], polls: Mapping[int, Writing]) -> None:
    """Add and take away what these changes of ballots say. Called in the ballot transaction, under the polls' lock."""
    if not changes:
        return
    total: Counter[tuple[TextKey, str, str]] = Counter()  # key, author, text
    for change in changes:
        for answer, n in ((change.before, -1), (change.after, 1)):
            for key, author, text in texts_of(answer, change, polls[change.poll_id].kind):
                total[key, author, text] += n
    added = sorted((*item, n) for item, n in total.items() if n > 0)
    removed = sorted((*item, -n) for item, n in total.items() if n < 0)
    shared = {poll_id for poll_id, poll in polls.items() if poll.kind.shares_texts}
    _write_rows(added, removed, polls)
    _write_spellings(
        [SpellingChange(*key, text, n) for key, _, text, n in added if key.poll_id in shared],
        [SpellingChange(*key, text, n) for key, _, text, n in removed if key.poll_id in shared],
    )


def texts_of(answer: dict[str, Any] | None, change: Change, kind: Kind) -> Iterable[tuple[TextKey, str, str]]:
    """(key, author, text) of what an answer carries; no author where the text is shared."""
    for key, text in kind.texts(answer).items() if answer is not None else ():
        author = "" if kind.shares_texts else change.author
        name = key if kind.shares_texts else own_key(change.author, key)
        yield TextKey(change.poll_id, change.round, name), author, text


def text_counters(poll_id: int, round_: int, kind: Kind, *, most: int = MAX_READ) -> dict[str, int]:
    """What a tally is told of the texts of a round: the first ones that may be shown, and how many there are."""
    by_number = kind.shares_texts
    shown = text_rows.read_shown(poll_id, round_, by_number=by_number, most=most)
    counters = {text_counter(key, text): n if by_number else id_ for key, text, n, id_ in shown}
    n_by_state = text_rows.count_by_state(poll_id, round_)
    return counters | {
        TEXTS_SHOWN: n_by_state.get(TextState.SHOWN.value, 0),
        TEXTS_HELD: n_by_state.get(TextState.HELD.value, 0),
    }


def _write_rows(
    added: Sequence[tuple[TextKey, str, str, int]],
    removed: Sequence[tuple[TextKey, str, str, int]],
    polls: Mapping[int, Writing],
) -> None:
    less = Counter[TextKey]()
    for key, _, _, n in removed:
        less[key] += n
    rounds = sorted({(key.poll_id, key.round) for key, author, _, _ in added if author})
    # Of whom something was hidden, somebody reads what comes next.
    watched = text_rows.read_authors_with_hidden(rounds) if rounds else set()
    more: dict[TextKey, NewText] = {}
    for key, author, text, n in added:
        n_before = more[key].n if key in more else 0
        state = TextState.SHOWN
        if polls[key.poll_id].settings.get("hold") or (key.poll_id, key.round, author) in watched:
            state = TextState.HELD
        more[key] = NewText(*key, author, text, state.value, "", n_before + n)
    # First what is added: a text that changes its spelling is not to be forgotten in between.
    text_rows.add_texts(list(more.values()))
    text_rows.take_texts_away([(*key, n) for key, n in sorted(less.items())])


def _write_spellings(added: Sequence[SpellingChange], removed: Sequence[SpellingChange]) -> None:
    text_rows.add_spellings(added)
    text_rows.take_spellings_away(removed)
    text_rows.show_common_spellings(sorted({TextKey(*row[:3]) for row in (*added, *removed)}))
