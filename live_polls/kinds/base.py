"""What a poll kind is. Plain Python, no Django, no I/O.

An *answer* is the canonical dict that stands in a ballot. A *counter* is a named integer; a ballot adds to
counters exactly what `counters` says and takes exactly that away again when it is changed or withdrawn, so a
tally is always the sum over the ballots in force, whatever happened in between.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from live_polls.errors import InvalidAnswerError, InvalidSettingsError

N_BALLOTS = "n"  # the counter that every kind has: ballots in force

MAX_OPTIONS = 50

Answer = dict[str, Any]
Settings = dict[str, Any]
PublicTally = dict[str, Any]


def N_(text: str) -> str:  # noqa: N802 -- the gettext convention for "mark, translate later"
    """Mark a string for translation; this package may not import Django, templates translate it."""
    return text


@dataclass(frozen=True, slots=True)
class Shape:
    """What parsing and counting need to know of a poll: how many options, and its settings."""

    n_options: int
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingField:
    """One whole-number setting for an editor; a maximum of None means the number of options."""

    name: str
    label: str
    minimum: int
    default: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart. `share` is 0..1 of what the ballots could give, `length` 0..1 of the leader."""

    number: int
    letter: str
    text: str
    n: int
    share: float
    length: float
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A tally ready to draw. `unit` says what `n` counts: "votes" or "points"."""

    rows: tuple[Row, ...]
    n_ballots: int
    unit: str


class Kind(ABC):
    """One way to ask. Subclass in a file of its own and add one line to KINDS."""

    name: ClassVar[str]
    label: ClassVar[str]
    min_options: ClassVar[int] = 2
    setting_fields: ClassVar[tuple[SettingField, ...]] = ()

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        """Check and complete a poll's settings; raise InvalidSettingsError that names the field.

        Unknown names are refused, so that a typing mistake in a room file is heard of.
        """
        known = {setting.name: setting for setting in self.setting_fields}
        for name in raw:
            if name not in known:
                raise InvalidSettingsError(name, f"A {self.name} poll has no setting '{name}'.")
        return {name: self._parse_setting(known[name], raw.get(name), n_options) for name in known}

    def _parse_setting(self, setting: SettingField, value: object, n_options: int) -> int:
        top = n_options if setting.maximum is None else setting.maximum
        if value is None:
            return top if setting.default is None else setting.default
        if type(value) is not int or not setting.minimum <= value <= top:
            raise InvalidSettingsError(
                setting.name, f"'{setting.name}' must be a whole number from {setting.minimum} to {top}."
            )
        return value

    @abstractmethod
    def parse_answer(self, raw: object, shape: Shape) -> Answer:
        """The canonical answer, or InvalidAnswerError. Equal answers give equal dicts in equal key order."""

    @abstractmethod
    def form_answer(self, fields: Mapping[str, Sequence[str]]) -> object:
        """The raw answer (still to be parsed) from the fields of a plain HTML form."""

    @abstractmethod
    def preferred_answer(self, order: Sequence[int], n_liked: int, shape: Shape) -> object:
        """The raw answer of somebody who would put all options in this order and cares for the first `n_liked`.

        Simulated voters vote so: always a valid answer, whatever `n_liked`.
        """

    @abstractmethod
    def counters(self, answer: Answer, shape: Shape) -> dict[str, int]:
        """What one ballot with this answer adds to the tally; always includes N_BALLOTS: 1."""

    def chosen(self, answer: Answer) -> list[int]:
        """The option numbers that an answer names, in its order."""
        return list(answer["options"]) if "options" in answer else [answer["option"]]

    @abstractmethod
    def tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        """The wire form: n_ballots, counts {option number as text: n}, and what the kind adds."""

    @abstractmethod
    def chart(self, tally: PublicTally, options: Sequence[tuple[int, str]]) -> Chart:
        """Rows to draw, in the order they should stand; `tally` must carry counts."""

    def is_anonymous(self) -> bool:
        """Whether ballots of this kind are secret from hosts. (Quiz kinds say no.)"""
        return True


def checked_range(settings: Settings) -> Settings:
    """Refuse a minimum of choices above the maximum."""
    if settings["min_choices"] > settings["max_choices"]:
        raise InvalidSettingsError("max_choices", "'max_choices' is smaller than 'min_choices'.")
    return settings


def option_numbers(raw: object, shape: Shape, *, least: int, most: int) -> list[int]:
    """Check a list of distinct option numbers, from 1 to n_options, `least` to `most` of them."""
    if not isinstance(raw, list):
        raise InvalidAnswerError("'options' must be a list of option numbers.")
    for number in raw:
        option_number(number, shape)
    if len(set(raw)) != len(raw):
        raise InvalidAnswerError("An option was named twice.")
    if not least <= len(raw) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise InvalidAnswerError(f"Choose {wanted} options; this answer has {len(raw)}.")
    return list(raw)


def option_number(raw: object, shape: Shape) -> int:
    """Check one option number. `type(...) is int`, because True is an int and 1.0 equals 1."""
    if type(raw) is not int or not 1 <= raw <= shape.n_options:
        raise InvalidAnswerError(f"There is no such option; options are 1 to {shape.n_options}.")
    return raw


def single_field(raw: object, name: str) -> object:
    """The value of the one field that an answer of this kind has."""
    if not isinstance(raw, dict) or set(raw) != {name}:
        raise InvalidAnswerError(f"The answer must be an object with exactly '{name}'.")
    return raw[name]


def whole_numbers(texts: Sequence[str]) -> list[object]:
    """Numbers typed or picked in a form; what is no number stays text and is refused by parse_answer."""
    return [int(text) if is_short_number(text) else text for text in texts]


def is_short_number(text: str) -> bool:
    """Whether a text from a form is a whole number that `int` takes; `isdigit` alone also holds for "²"."""
    return text.isascii() and text.isdigit() and len(text) < 6


def option_counts(counters: Mapping[str, int], shape: Shape, prefix: str = "") -> dict[str, int]:
    """{option number as text: n} for every option, zeros included."""
    return {str(n): counters.get(f"{prefix}{n}", 0) for n in range(1, shape.n_options + 1)}


def letter(number: int) -> str:
    """The key of an option on every screen: A to Z, then AA, AB …"""
    first, second = divmod(number - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def bar_rows(tally: PublicTally, options: Sequence[tuple[int, str]], *, most_a_ballot: int = 1) -> tuple[Row, ...]:
    """One row an option in the order of the poll; `most_a_ballot` is what one ballot can give to one option."""
    counts, n_ballots, first = tally["counts"], tally["n_ballots"], tally.get("first", {})
    leader = max([1, *counts.values()])
    return tuple(
        Row(
            number=number,
            letter=letter(number),
            text=text,
            n=counts[str(number)],
            share=counts[str(number)] / (n_ballots * most_a_ballot) if n_ballots else 0.0,
            length=counts[str(number)] / leader,
            first=first.get(str(number)),
        )
        for number, text in options
    )
