"""What people write: cleaned, bounded, and what makes two words the same. For the kinds whose ballots carry texts.

What is written is kept beside the tally, a row a text, because a moderator decides about each. A tally is told of the
few that a screen may show as counters of their own (`text_counter`), so that where counts are hidden texts are, too.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.settings import N_, SettingField

HOLD = SettingField(
    "hold", N_("Show nothing before a moderator approves it"), type="boolean",
    help=N_("What people write waits on the remote until somebody approves or hides it."),
)  # fmt: skip

# What one screen of texts may weigh, so that a frame stays below 8 KB with all that stands around it.
MAX_BYTES_SHOWN = 6_500
TEXTS_HELD = "texts:held"
TEXTS_SHOWN = "texts:shown"
_TEXT = "text:"
_MAX_PILED = 4  # marks on one letter: no script of the world needs more
_JOINERS = "\u200c\u200d"  # some scripts and emoji need them, between two letters and never two in a row
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs that show nothing
# The longest key: texts beyond it are known by their hash.
_MAX_KEY = 60


class Written(NamedTuple):
    """A text that screens may show, and how many ballots carry it."""

    key: str
    text: str
    n: int


def clean(raw: object, *, most: int) -> str:
    """One line of plain text of at most `most` characters, "" when nothing is left; or InvalidAnswerError.

    NFKC, so that what looks the same is the same; no controls, no marks of direction, no piles of accents.
    """
    if not isinstance(raw, str):
        raise InvalidAnswerError("A text must be text.")
    if len(raw) > 4 * most + 100:
        # Before any work is spent on it.
        raise InvalidAnswerError(f"A text has at most {most} characters.")
    text = " ".join(_without_tricks(unicodedata.normalize("NFKC", raw)).split())
    if len(text) > most:
        raise InvalidAnswerError(f"A text has at most {most} characters; this one has {len(text)}.")
    return text if any(map(_shows, text)) else ""


def clean_word(raw: object, *, most: int) -> str:
    """As `clean`, without the punctuation around the word."""
    return _trimmed(clean(raw, most=most))


def word_key(word: str) -> str:
    """What makes two words the same: letters whatever their case, without the punctuation around them."""
    key = _trimmed(unicodedata.normalize("NFKC", word.casefold()))
    return key if len(key) <= _MAX_KEY else blake2b(key.encode(), digest_size=16).hexdigest()


def own_key(author: str, text: str) -> str:
    """The public name of one person's text. The same text of the same person is the same; it leads to nobody."""
    return blake2b(text.encode(), key=author.encode(), digest_size=16, person=b"lp.text").hexdigest()


def text_counter(key: str, text: str) -> str:
    """The counter under which a tally is told of a text that may be shown."""
    return f"{_TEXT}{key}\n{text}"


def written(counters: Mapping[str, int]) -> list[Written]:
    """The texts that a tally was told of, those that most ballots carry first."""
    found = []
    for name, n in counters.items():
        if name.startswith(_TEXT):
            key, text = name.removeprefix(_TEXT).split("\n", 1)
            found.append(Written(key, text, n))
    return sorted(found, key=lambda text: -text.n)


def that_fit(texts: list[Written], *, most: int, spare: int = 12) -> list[Written]:
    """As many of the first texts as a screen may hold, each with `spare` bytes around it."""
    room, fitting = MAX_BYTES_SHOWN, []
    for text in texts[:most]:
        room -= len(json.dumps(text.text, ensure_ascii=False).encode()) + spare
        if room < 0:
            break
        fitting.append(text)
    return fitting


def _without_tricks(text: str) -> str:
    kept: list[str] = []
    n_marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        n_marks = n_marks + 1 if category in {"Mn", "Me"} else 0
        if category in {"Zs", "Zl", "Zp"} or letter in "\t\n\r":
            kept.append(" ")
        elif letter in _JOINERS:
            if kept and kept[-1] not in _JOINERS and kept[-1] != " ":
                kept.append(letter)
        elif n_marks <= _MAX_PILED and category not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            kept.append(letter)
    return "".join(kept).rstrip(_JOINERS)


def _shows(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category[0] in "LNPS" and letter not in _FILLERS


def _trimmed(text: str) -> str:
    """Without punctuation and spaces at either end; what is nothing else ("!?") stays what it is.

    A sign that belongs to a name stays: C++, C#, .NET's dot goes.
    """
    letters = [place for place, letter in enumerate(text) if _is_of_word(letter)]
    return text[letters[0] : letters[-1] + 1] if letters else text


def _is_of_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNMS" or letter in "#%&@"
