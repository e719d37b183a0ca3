"""Lists of words that make a text wait until a moderator has read it. A hint: no text is refused or lost by it.

Pure, and compiled once a list: a ballot of words costs microseconds however long the list is. What is compared is how a
text looks to people in the back row, so case, accents, look-alike letters of other alphabets, digits for letters
(sh1t), stretched letters (shiiit) and spelled-out words (s.h.i.t) make no difference; word bounds do (Scunthorpe).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from live_polls.domain.names import folded

MAX_ENTRIES = 2_000
MAX_ENTRY = 80

_READINGS = tuple(str.maketrans("!1|34578@$", f"{stroke * 3}eastbas") for stroke in "il")
_AROUND = ".,;:!?…\"'()[]{}<>«»„“”‚‘’¡¿*~-–—_/\\|#"  # noqa: RUF001 -- quotation marks of the world
_REPEATED = re.compile(r"([^ ])\1+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_PARTS = re.compile(r"[^\W_]+")
# Scripts that put no space between words: there, a word is found wherever it stands.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_SPELLED = 2  # parts this short are letters of one word: f.u.c.k, sh-it


@dataclass(slots=True)
class _Entries:
    """Words by their letters without repeats: {letters: what a word with these letters must look like}."""

    whole: dict[str, list[re.Pattern[str]]] = field(default_factory=dict)
    starts: dict[str, list[re.Pattern[str]]] = field(default_factory=dict)
    inside: dict[str, list[re.Pattern[str]]] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()  # of `starts`

    def touch(self, words: Sequence[str]) -> bool:
        """Whether one of the words, or a row of them, is in the list. First by sets: most texts touch nothing."""
        row = " ".join(words)
        bare_row = _squeezed(row)
        bare = bare_row.split(" ")
        for letters in self.whole.keys() & set(bare):
            if _any_looks(self.whole[letters], "fullmatch", words):
                return True
        for length in self.lengths:
            for letters in self.starts.keys() & {word[:length] for word in bare}:
                if _any_looks(self.starts[letters], "match", words):
                    return True
        return any(
            letters in bare_row and _any_looks(patterns, "search", [row]) for letters, patterns in self.inside.items()
        )


class WordList:
    """Words that hold, and words that never do. Made by `word_list`."""

    def __init__(self, held: Iterable[str], allowed: Iterable[str]) -> None:
        self._held = _entries(held)
        self._allowed = _entries(allowed)

    def holds(self, text: str) -> bool:
        """Whether a person should read the text before the hall does. Pure, and so repeatable."""
        return any(self._held.touch(words) and self._held.touch(self._left(words)) for words in _readings(text))

    def _left(self, words: list[str]) -> list[str]:
        return [word for word in words if not self._allowed.touch([word])]


@lru_cache(maxsize=256)
def word_list(*texts: str, allowed: str = "") -> WordList:
    """The list of these texts, each with one entry a line, "!" before those that never hold; `allowed` adds to these.

    Lists are kept, so that one that is asked for again costs nothing.
    """
    lines = [line for text in texts for line in checked_lines(text)]
    held = [line for line in lines if not line.startswith("!")]
    never = [line.removeprefix("!") for line in (*lines, *checked_lines(allowed)) if line.startswith("!")]
    return WordList(held, [*never, *(line for line in checked_lines(allowed) if not line.startswith("!"))])


def checked_lines(text: str) -> list[str]:
    """The entries of a list: lines without notes (#), empty ones and what is too long or too much. Repeatable."""
    lines = (line.split("#", 1)[0].strip()[:MAX_ENTRY] for line in text.splitlines())
    return [line for line in lines if line][:MAX_ENTRIES]


def _entries(lines: Iterable[str]) -> _Entries:
    entries = _Entries()
    for line in lines:
        words = _PARTS.findall(folded(line))
        letters = " ".join(map(_squeezed, words))
        if not letters:
            continue
        pattern = re.compile(" ".join(map(_pattern, words)))
        if (line.startswith("*") and line.endswith("*")) or _UNSPACED.search(line):
            entries.inside.setdefault(letters, []).append(pattern)
        elif len(words) > 1:
            # Words in a row, each on its own.
            entries.inside.setdefault(letters, []).append(re.compile(rf"(?<!\S){pattern.pattern}(?!\S)"))
        else:
            (entries.starts if line.endswith("*") else entries.whole).setdefault(letters, []).append(pattern)
    entries.lengths = tuple(sorted({len(letters) for letters in entries.starts}))
    return entries


def _any_looks(patterns: Iterable[re.Pattern[str]], way: str, words: Sequence[str]) -> bool:
    return any(getattr(pattern, way)(word) for pattern in patterns for word in words)


def _squeezed(text: str) -> str:
    return _REPEATED.sub(r"\1", text)


def _pattern(word: str) -> str:
    """As many letters as the word has, or more: "ass" is found in "asssss" and not in "as"."""
    runs = ((letter, len(list(run))) for letter, run in groupby(word))
    return "".join(f"{re.escape(letter)}{{{n},}}" for letter, n in runs)


def _readings(text: str) -> Iterator[list[str]]:
    """The words of a text: as they stand, and where digits or signs may be letters, read as these."""
    chunks = folded(text if text.isascii() else _INVISIBLE.sub("", text)).split()
    yield _joined(chunks)
    trimmed = [chunk.strip(_AROUND) for chunk in chunks]
    for reading in _READINGS:
        read = [chunk.translate(reading) if _has_letter(chunk) else chunk for chunk in trimmed]
        if read != trimmed:
            yield _joined(read)


def _has_letter(chunk: str) -> bool:
    return any(letter.isalpha() for letter in chunk)


def _joined(chunks: Iterable[str]) -> list[str]:
    """The words of these pieces; letters that stand alone, in a row, are one word, as are the shreds of one piece."""
    words: list[str] = []
    alone: list[str] = []
    for chunk in chunks:
        parts = _PARTS.findall(chunk)
        if len(parts) > 1 and all(len(part) <= _SPELLED for part in parts):
            words.append("".join(parts))
        if len(parts) == 1 and len(parts[0]) == 1:
            alone.append(parts[0])
        elif parts:
            words += _one_word(alone)
            alone = []
        words += parts
    return words + _one_word(alone)


def _one_word(letters: Sequence[str]) -> list[str]:
    return ["".join(letters)] if len(letters) > 2 else []


# Holds nothing: for what is taken away.
NO_WORDS = WordList((), ())
