"""What a poll kind is. Plain Python, no Django, no I/O.

An *answer* is the canonical dict that stands in a ballot. A *counter* is a named integer; a ballot adds to
counters exactly what `counters` says and takes exactly that away again when it is changed or withdrawn, so a
tally is always the sum over the ballots in force, whatever happened in between.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, ClassVar

from live_polls.errors import InvalidAnswerError, InvalidSettingsError
from live_polls.kinds.settings import ABSTAIN, N_, SettingField

__all__ = ["N_", "SettingField"]  # for the kinds, beside what is made here

N_BALLOTS = "n"  # the counter that every kind has: ballots in force
N_ASIDE = "aside"  # ballots that a host has left out of the count: they are in no other counter
N_ABSTAINED = "abstain"  # of those, the ones that say "none of this"

MAX_OPTIONS = 50

Answer = dict[str, Any]
Settings = dict[str, Any]
PublicTally = dict[str, Any]

OTHER_WORD = N_("Other")

NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shape:
    """What parsing and counting need to know of a poll: how many options, its settings, which options are right."""

    n_options: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    right: frozenset[int] = frozenset()

    @property
    def may_abstain(self) -> bool:
        return bool(self.settings.get(ABSTAIN.name))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart. `share` is 0..1 of what the ballots could give, `length` 0..1 of the leader.

    A kind whose chart shows more has rows of its own, made from this one.
    """

    number: int
    letter: str
    text: str
    n: int
    share: float
    length: float
    first: int | None = None
    picture: Any = None  # of the option, as the page wants it
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A tally ready to draw. `unit` says what `n` counts: "votes" or "points"; `abstained` are among `n_ballots`.

    Of what people wrote, `n_more` are on no screen for want of room and `n_held` wait for a moderator.

    A kind whose chart shows more has a chart of its own, made from this one.
    """

    rows: tuple[Row, ...]
    n_ballots: int
    unit: str
    abstained: int = 0
    n_more: int = 0
    n_held: int = 0
    others: tuple[tuple[str, int], ...] = ()  # what people name besides the options, and how many do


class Kind(ABC):
    """One way to ask. Subclass in a file of its own and add one line to KINDS.

    The class attributes say what the rest of the system has to know: how many options, which chart draws the tally
    (template charts/<chart_name>.html, script live_polls/charts/<chart_name>.js), whether there are answers at all
    (a slide has none), and whether a ballot is kept under the voice of its participant because it can be read.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    chart_name: ClassVar[str] = "bars"
    min_options: ClassVar[int] = 2
    max_options: ClassVar[int] = MAX_OPTIONS
    takes_answers: ClassVar[bool] = True
    voiced: ClassVar[bool] = False
    # Whether a text is one for all who give it (a word of a cloud), or each person's own.
    shares_texts: ClassVar[bool] = True
    field_prefix: ClassVar[str] = ""  # of the form fields that belong to an option each
    has_pictures: ClassVar[bool] = False  # whether its options may have some
    may_be_right: ClassVar[bool] = False  # whether its options may
    # Whether one can tell who moved where from one round to the next, and whether an answer then stands for one option
    # (the first it names) or for each of those it names.
    can_follow: ClassVar[bool] = False
    stands_for_one: ClassVar[bool] = False
    may_grow: ClassVar[bool] = False  # whether an option may be added at the end while people vote
    setting_fields: ClassVar[tuple[SettingField, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.takes_answers and ABSTAIN not in cls.setting_fields:
            cls.setting_fields = (*cls.setting_fields, ABSTAIN)

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        """Check and complete a poll's settings; raise InvalidSettingsError that names the field.

        Unknown names are refused, so that a typing mistake in a room file is heard of.
        """
        known = {setting.name: setting for setting in self.setting_fields}
        for name in raw:
            if name not in known:
                raise InvalidSettingsError(name, f"A {self.name} poll has no setting '{name}'.")
        return {name: setting.parse(raw.get(name), n_options) for name, setting in known.items()}

    def public_settings(self, settings: Mapping[str, Any], *, revealed: bool) -> Settings:
        """The settings that may be on the wire. What is right must not be there before it is `revealed`."""
        return dict(settings)

    def parse_answer(self, raw: object, shape: Shape) -> Answer:
        """The canonical answer, or InvalidAnswerError. Equal answers give equal dicts in equal key order."""
        if not self.takes_answers:
            raise InvalidAnswerError("There is nothing to answer here.")
        if isinstance(raw, dict) and "abstain" in raw:
            if single_field(raw, "abstain") is not True or not shape.may_abstain:
                raise InvalidAnswerError("In this poll one cannot abstain.")
            return {"abstain": True}
        return self._parse(raw, shape)

    def form_answer(self, fields: Mapping[str, Sequence[str]]) -> object:
        """The raw answer (still to be parsed) from the fields of a plain HTML form. May raise InvalidAnswerError."""
        return {"abstain": True} if any(fields.get("abstain", ())) else self._read_form(fields)

    def counters(self, answer: Answer, shape: Shape) -> dict[str, int]:
        """What one ballot with this answer adds to the tally; always includes N_BALLOTS: 1."""
        added = {N_ABSTAINED: 1} if "abstain" in answer else self._count(answer, shape)
        return {N_BALLOTS: 1} | added

    def tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        """The wire form: n_ballots, counts {what was chosen, as text: n}, and what the kind adds.

        `n_ballots` are all ballots; where people may abstain, `abstained` are those among them that say nothing.
        """
        tally = {"n_ballots": counters.get(N_BALLOTS, 0)} | self._tally(counters, shape)
        return tally | ({"abstained": counters.get(N_ABSTAINED, 0)} if shape.may_abstain else {})

    def form_fields(self, answer: Answer) -> dict[str, str]:
        """What a form says that gives this answer: {field: value}, where it is not told by chosen options.

        A kind with one field calls it `value`; one with a field an option begins each with its `field_prefix`.
        """
        return {}

    @abstractmethod
    def _parse(self, raw: object, shape: Shape) -> Answer:
        """As parse_answer, of an answer that says something."""

    @abstractmethod
    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        """As form_answer, of a form that says something."""

    @abstractmethod
    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        """What an answer that says something adds besides N_BALLOTS."""

    @abstractmethod
    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        """As tally, without n_ballots and abstained; always with `counts`."""

    @abstractmethod
    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        """The raw answer of somebody who would put all options in this order; `person` decides everything else.

        Simulated voters vote so: always a valid answer. A poll without options has a made-up order of ten, so that
        a hall has a taste there, too.
        """

    @abstractmethod
    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        """What to draw; `tally` must carry counts, `settings` are public ones."""

    def chosen(self, answer: Answer) -> list[int]:
        """The option numbers that an answer names, in its order."""
        if "option" in answer:
            return [answer["option"]]
        return list(answer.get("options", ()))

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        """An answer in a few signs for whoever gave it, where the letters of its options do not say it."""
        return ""

    def carries_texts(self, settings: Mapping[str, Any]) -> bool:
        """Whether ballots of a poll with these settings carry texts, which a moderator decides about."""
        return False

    def texts(self, answer: Answer) -> dict[str, str]:
        """{key: text} of what an answer carries; what has the same key is the same text, see `shares_texts`."""
        return {}

    def score(self, answer: Answer, shape: Shape) -> float | None:
        """How right an answer is, 0 to 1; None where there is no right and wrong.

        Abstaining is 0 where there is a right answer: so it says whether a poll can be a quiz question.
        """
        return None

    @property
    def can_be_scored(self) -> bool:
        """Whether polls of this kind can be quiz questions at all. Where order or taste is asked for, nothing is right."""
        return type(self).score is not Kind.score

    def is_scored(self, shape: Shape) -> bool:
        """Whether a poll of this shape says what is right, and so can be worth points."""
        return self.takes_answers and self.score({"abstain": True}, shape) is not None

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


def n_said(tally: PublicTally) -> int:
    """The ballots that shares are of: those that did not abstain."""
    return int(tally["n_ballots"] - tally.get("abstained", 0))


def bar_rows(tally: PublicTally, options: Sequence[tuple[int, str]], *, most_a_ballot: int = 1) -> tuple[Row, ...]:
    """One row an option in the order of the poll, and where something else may be named one for that, as number 0.

    `most_a_ballot` is what one ballot can give to one option.
    """
    counts, n_ballots, first = tally["counts"], n_said(tally), tally.get("first", {})
    if "other" in tally:
        counts, options = {**counts, "0": tally["other"]}, [*options, (0, OTHER_WORD)]
    leader = max([1, *counts.values()])
    return tuple(
        Row(
            number=number,
            letter=letter(number) if number else "\N{HORIZONTAL ELLIPSIS}",
            text=text,
            n=counts[str(number)],
            share=counts[str(number)] / (n_ballots * most_a_ballot) if n_ballots else 0.0,
            length=counts[str(number)] / leader,
            first=first.get(str(number)),
        )
        for number, text in options
    )
