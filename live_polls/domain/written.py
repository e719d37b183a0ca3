"""What people wrote, kept a row a text beside the tally: derived from ballots in their transaction, decided by moderators.

A text is never changed by its author: a new one takes its place, so that an approval is always of what was read. A
shared text (a word of a cloud, an "other" of a choice) stands once for all who give it and has no author.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from live_polls.domain import text_rows
from live_polls.domain.ballot_rows import TallyChange, add_to_tallies
from live_polls.domain.held_words import BY_AUTHOR, BY_WORDS
from live_polls.domain.text_rows import NewText, SpellingChange, StoredText, TextKey
from live_polls.domain.word_lists import WordList
from live_polls.enums import TextState
from live_polls.kinds import Kind
from live_polls.kinds.writing import TEXTS_HELD, TEXTS_SHOWN, own_key, text_counter

# How many texts are read for a screen, which shows as many as fit in a frame.
MAX_READ = 100
# The counters of how many texts there are in a state; nobody is told how many are hidden.
STATE_COUNTERS = {TextState.SHOWN.value: TEXTS_SHOWN, TextState.HELD.value: TEXTS_HELD}


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
    words: WordList


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
    stored = _write_rows(added, removed, polls)
    shared = {poll_id for poll_id, poll in polls.items() if poll.kind.shares_texts}
    _write_spellings(
        [SpellingChange(*key, text, n) for key, _, text, n in added if key.poll_id in shared],
        [SpellingChange(*key, text, n) for key, _, text, n in removed if key.poll_id in shared],
        stored,
    )


def texts_of(answer: dict[str, Any] | None, change: Change, kind: Kind) -> Iterable[tuple[TextKey, str, str]]:
    """(key, author, text) of what an answer carries; no author where the text is shared."""
    for key, text in kind.texts(answer).items() if answer is not None else ():
        author = "" if kind.shares_texts else change.author
        name = key if kind.shares_texts else own_key(change.author, key)
        yield TextKey(change.poll_id, change.round, name), author, text


def text_counters(poll_id: int, round_: int, kind: Kind, *, most: int = MAX_READ) -> dict[str, int]:
    """What a tally is told of the texts of a round: the first ones that may be shown.

    How many there are stands in counters of its own (`STATE_COUNTERS`), so that nobody counts rows at every tick.
    """
    by_number = kind.shares_texts
    shown = text_rows.read_shown(poll_id, round_, by_number=by_number, most=most)
    return {text_counter(key, text): n if by_number else id_ for key, text, n, id_ in shown}


def _write_rows(
    added: Sequence[tuple[TextKey, str, str, int]],
    removed: Sequence[tuple[TextKey, str, str, int]],
    polls: Mapping[int, Writing],
) -> list[StoredText]:
    less = Counter[TextKey]()
    for key, _, _, n in removed:
        less[key] += n
    rounds = sorted({(key.poll_id, key.round) for key, author, _, _ in added if author})
    # Of whom something was hidden, somebody reads what comes next.
    watched = text_rows.read_authors_with_hidden(rounds) if rounds else set()
    more: dict[TextKey, NewText] = {}
    for key, author, text, n in added:
        n_before = more[key].n if key in more else 0
        is_watched = (key.poll_id, key.round, author) in watched
        more[key] = NewText(
            *key, author, text, *_first_state(text, polls[key.poll_id], is_watched=is_watched), n_before + n
        )
    # First what is added: a text that changes its spelling is not to be forgotten in between.
    stored = text_rows.add_texts(list(more.values()))
    bare = text_rows.take_texts_away([(*key, n) for key, n in sorted(less.items())])
    _count_states([text for text in stored if text.n == more[TextKey(*text[:3])].n], bare)
    return stored


def _first_state(text: str, poll: Writing, *, is_watched: bool) -> tuple[str, str]:
    """(state, hint) of a text that nobody has decided about. Whatever speaks against it, it waits and no more."""
    if poll.words.holds(text):
        return TextState.HELD.value, BY_WORDS
    if is_watched:
        return TextState.HELD.value, BY_AUTHOR
    return (TextState.HELD if poll.settings.get("hold") else TextState.SHOWN).value, ""


def _count_states(new: Sequence[StoredText], gone: Sequence[StoredText]) -> None:
    """Count the texts that somebody gives, a counter a state; hidden ones are not told of."""
    total: Counter[tuple[int, int, str]] = Counter()
    for texts, n in ((new, 1), (gone, -1)):
        for text in texts:
            if text.state in STATE_COUNTERS:
                total[text.poll_id, text.round, STATE_COUNTERS[text.state]] += n
    add_to_tallies([TallyChange(*key, n) for key, n in sorted(total.items()) if n])


def _write_spellings(
    added: Sequence[SpellingChange], removed: Sequence[SpellingChange], stored: Sequence[StoredText]
) -> None:
    """Count spellings where there are several. Most texts are written in one way, which stands in their row."""
    keys = {TextKey(*row[:3]) for row in (*added, *removed)}
    spelled = text_rows.read_spelled(sorted(keys))
    ways: dict[TextKey, Counter[str]] = {}
    for row in added:
        ways.setdefault(TextKey(*row[:3]), Counter())[row.text] += row.n
    before = []
    for text in stored:
        key = TextKey(*text[:3])
        new = ways.get(key)
        if new and key not in spelled and set(new) != {text.text}:
            spelled.add(key)
            if n_before := text.n - new.total():
                before.append(SpellingChange(*key, text.text, n_before))
    text_rows.add_spellings(before)
    text_rows.add_spellings([row for row in added if TextKey(*row[:3]) in spelled])
    text_rows.take_spellings_away([row for row in removed if TextKey(*row[:3]) in spelled])
    text_rows.show_common_spellings(sorted(spelled))
