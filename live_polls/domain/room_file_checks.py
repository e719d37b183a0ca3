"""Look at one table of a room file, value by value, and report every mistake with its line.

A check never raises: it reports, returns what stands in for the bad value, and the reading goes on, so that
whoever wrote the file hears of all mistakes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from live_polls.domain.room_file_positions import Path, Positions
from live_polls.domain.texts import clean_line

Choice = TypeVar("Choice", bound=TextChoices)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend in the file."""

    line: int
    message: str

    def __str__(self) -> str:
        return _("line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


class RoomFileError(Exception):
    """The file is not a room; `mistakes` says all that is wrong with it, in the order of its lines."""

    def __init__(self, mistakes: Collection[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Report:
    """Collects mistakes; a path becomes the line where it stands. `folder` is where the file's pictures are."""

    def __init__(self, positions: Positions, folder: FilePath | None = None) -> None:
        self._positions = positions
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def add(self, path: Path, message: str) -> None:
        self.mistakes.append(Mistake(self.line(path), message))

    def line(self, path: Path) -> int:
        return self._positions.line(*path)

    def check_text(self, path: Path, value: object, *, longest: int) -> str:
        """One line of plain text, cleaned as all text from people is; "" when it cannot be used."""
        if not isinstance(value, str):
            self.add(path, _("%(name)s must be text, not %(found)s.") % _names(path, value))
            return ""
        text = clean_line(value)
        if not text:
            self.add(path, _("%(name)s is empty.") % _names(path, value))
        elif len(text) > longest:
            numbers = {"found": len(text), "longest": longest}
            too_long = _("%(name)s is too long: %(found)d characters, at most %(longest)d.")
            self.add(path, too_long % (_names(path, value) | numbers))
        return text[:longest]


class Section:
    """One table of the file while it is read."""

    def __init__(self, report: Report, path: Path, raw: Mapping[str, object]) -> None:
        self.report = report
        self.path = path
        self.raw = raw

    def mistake(self, name: str, message: str) -> None:
        self.report.add((*self.path, name), message)

    def missing(self, name: str) -> None:
        self.mistake(name, _("“%(name)s” is missing.") % {"name": name})

    def text(self, name: str, *, longest: int, required: bool = False) -> str:
        """The text under `name`; "" when it is missing or cannot be used."""
        if name not in self.raw:
            if required:
                self.missing(name)
            return ""
        return self.report.check_text((*self.path, name), self.raw[name], longest=longest)

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """A member of a closed set, or None."""
        value = self.raw.get(name)
        if name not in self.raw:
            return None
        if isinstance(value, str) and value in choices.values:
            return choices(value)
        self.mistake(name, _not_one_of(name, value, choices.values))
        return None

    def yes_or_no(self, name: str) -> bool | None:
        """True, False, or None when it is missing or cannot be used."""
        value = self.raw.get(name)
        if name in self.raw and not isinstance(value, bool):
            self.mistake(name, _("“%(name)s” must be true or false.") % {"name": name})
        return value if isinstance(value, bool) else None

    def texts(self, name: str, *, longest: int, most: int) -> list[str]:
        """A list of texts, no two the same."""
        values = self.raw.get(name, [])
        if not isinstance(values, list):
            self.mistake(name, _("“%(name)s” must be a list.") % {"name": name})
            return []
        if len(values) > most:
            too_many = _("“%(name)s” has %(found)d entries, at most %(most)d.")
            self.mistake(name, too_many % {"name": name, "found": len(values), "most": most})
        texts = [self.report.check_text((*self.path, name, at), one, longest=longest) for at, one in enumerate(values)]
        if len(set(texts)) < len(texts):
            self.mistake(name, _("“%(name)s” says the same twice.") % {"name": name})
        return texts

    def whole_number(self, name: str, *, least: int, most: int) -> int | None:
        value = self.raw.get(name)
        if name not in self.raw:
            return None
        # `type(…) is`, because true is an int to Python and not to whoever reads the file.
        if type(value) is int and least <= value <= most:
            return value
        wanted = _("“%(name)s” must be a whole number from %(least)d to %(most)d.")
        self.mistake(name, wanted % {"name": name, "least": least, "most": most})
        return None

    def refuse_others(self, known: Collection[str]) -> None:
        """Report every key that is not known, with the one that was probably meant."""
        for name in self.raw:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = _(" Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
                self.mistake(name, _("There is no “%(name)s” here.") % {"name": name} + hint)


def unknown_kind(value: object, kinds: Collection[str]) -> str:
    return _not_one_of("kind", value, kinds)


def _not_one_of(name: str, value: object, known: Collection[str]) -> str:
    found = f"“{value}”" if isinstance(value, str) else _found(value)
    message = _("“%(name)s” cannot be %(found)s; it is one of %(known)s.")
    return message % {"name": name, "found": found, "known": ", ".join(known)}


def _names(path: Path, value: object) -> dict[str, object]:
    last = path[-1]
    name = f"“{last}”" if isinstance(last, str) else _nth(path)
    return {"name": name, "found": _found(value)}


def _nth(path: Path) -> str:
    number = int(path[-1]) + 1
    name = _("Option %(number)d") if path[-2] == "options" else _("Entry %(number)d")
    return name % {"number": number}


def _found(value: object) -> str:
    """What a TOML value is, in words."""
    words = {
        bool: _("true or false"),
        int: _("a number"),
        float: _("a number"),
        str: _("text"),
        list: _("a list"),
        dict: _("a table"),
    }
    return words.get(type(value), _("a date or time"))
