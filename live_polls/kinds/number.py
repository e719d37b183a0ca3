"""Number: the audience guesses or estimates a number, in a unit, within a range, with a fixed number of decimals.

Answer: {"value": "12.5"}, decimal text with exactly the poll's decimals, so that equal numbers are equal answers.
Tally: `counts` {column of the histogram: n}, `columns` [[from, to], …] with null for an open end, `median` and `mean`
as decimal text, `approximate` when the median stands for a span of numbers. What is right is a setting that is on the
wire only after the poll is revealed. How numbers become counters and columns is told in number_bins.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from live_polls.errors import InvalidAnswerError, InvalidSettingsError, UnfitAnswerError
from live_polls.kinds.base import (
    N_,
    NO_SETTINGS,
    Answer,
    Chart,
    Kind,
    PublicTally,
    SettingField,
    Settings,
    Shape,
    single_field,
)
from live_polls.kinds.columns import Column, columns_of
from live_polls.kinds.number_bins import BIN, MOST, SUM, bins_of
from live_polls.kinds.settings import decimal_of


@dataclass(frozen=True, slots=True)
class Histogram(Chart):
    """`median`, `mean` and `right` are decimal texts, "" without one; `measure` is the unit of the numbers."""

    columns: tuple[Column, ...] = ()
    median: str = ""
    mean: str = ""
    measure: str = ""
    right: str = ""
    tolerance: str = ""
    is_approximate: bool = False


class Number(Kind):
    name = "number"
    label = N_("Number")
    chart_name = "histogram"
    min_options = 0
    max_options = 0
    setting_fields = (
        SettingField("unit", N_("Unit"), type="text", maximum=12),
        SettingField("minimum", N_("Smallest"), type="decimal"),
        SettingField("maximum", N_("Largest"), type="decimal"),
        SettingField("decimals", N_("Digits after the point"), default=0, maximum=4),
        SettingField("step", N_("In steps of"), type="decimal"),
        SettingField("right", N_("Right answer"), type="decimal", help=N_("Nobody sees it before results are shown.")),
        SettingField("tolerance", N_("Right within"), type="decimal"),
    )

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        settings = super().parse_settings(raw, n_options)
        place = Decimal(1).scaleb(-settings["decimals"])
        numbers = {name: Decimal(settings[name]) for name in _NUMBERS if settings[name] is not None}
        for name, number in numbers.items():
            if number % place or abs(number) / place > MOST:
                raise InvalidSettingsError(name, f"'{name}' has more digits than the answers.")
            if name in ("step", "tolerance") and (number < 0 or (not number and name == "step")):
                raise InvalidSettingsError(name, f"'{name}' must be above 0.")
        if numbers.get("minimum", -Decimal(MOST)) >= numbers.get("maximum", Decimal(MOST)):
            raise InvalidSettingsError("maximum", "'maximum' must be larger than 'minimum'.")
        if "right" in numbers:
            try:
                self._number(settings["right"], settings)
            except InvalidAnswerError:
                raise InvalidSettingsError("right", "'right' must be an answer that people can give.") from None
        return settings

    def public_settings(self, settings: Mapping[str, Any], *, revealed: bool) -> Settings:
        secret = () if revealed else ("right", "tolerance")
        return {name: value for name, value in settings.items() if name not in secret}

    def _parse(self, raw: object, shape: Shape) -> Answer:
        value = single_field(raw, "value")
        if not isinstance(value, str):
            raise InvalidAnswerError("'value' must be a number, written as text.")
        number = self._number(value, shape.settings)
        return {"value": f"{number:.{shape.settings['decimals']}f}"}

    def _number(self, text: str, settings: Mapping[str, Any]) -> Decimal:
        """The number that may be answered; InvalidAnswerError says what is wrong with it."""
        number, decimals = decimal_of(text), settings["decimals"]
        if number is None:
            raise UnfitAnswerError(N_("Write a number in digits."))
        if number % Decimal(1).scaleb(-decimals):
            raise UnfitAnswerError(N_("At most %(most)s digits after the point."), most=decimals)
        low, high = settings["minimum"], settings["maximum"]
        if low is not None and number < Decimal(low):
            raise UnfitAnswerError(N_("The number must be at least %(least)s."), least=low)
        if high is not None and number > Decimal(high):
            raise UnfitAnswerError(N_("The number must be at most %(most)s."), most=high)
        if abs(number.scaleb(decimals)) > MOST:
            raise UnfitAnswerError(N_("That number is too large."))
        step = settings["step"]
        if step is not None and (number - Decimal(low or 0)) % Decimal(step):
            raise UnfitAnswerError(N_("Go in steps of %(step)s."), step=step)
        return number + 0  # there is no -0

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        """Field `value`. Half of the world writes 12,5; a comma can mean nothing else here, for there are no thousands."""
        return {
            "value": next(iter(fields.get("value", ())), "").strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
        }

    def form_fields(self, answer: Answer) -> dict[str, str]:
        return {"value": answer["value"]} if "value" in answer else {}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        bins, settings = bins_of(shape.settings), shape.settings
        some = 200 * 10 ** settings["decimals"]
        first, last, step = (None if settings[name] is None else bins.at(settings[name]) for name in _RANGE)
        low = first if first is not None else 0 if last is None else last - some
        high = last if last is not None else low + some
        middle = low + (high - low) * order[0] // 11
        guess = min(max(round(person.gauss(middle, (high - low) / 8)), low), high)
        return {"value": bins.text(guess - (guess - (first or 0)) % (step or 1))}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        bins = bins_of(shape.settings)
        at = bins.at(answer["value"])
        return {f"{BIN}{bins.bin(at)}": 1} | ({SUM: at + MOST} if at > -MOST else {})

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        bins = bins_of(shape.settings)
        found = sorted((int(name[len(BIN) :]), n) for name, n in counters.items() if name.startswith(BIN) and n)
        n = sum(times for _, times in found)
        columns = bins.columns(found)
        tally: PublicTally = {
            "counts": {str(number): times for number, (_, _, times) in enumerate(columns, start=1)},
            "columns": [[low, high] for low, high, _ in columns],
            "median": None,
            "mean": None,
        }
        if n:
            median, is_exact = bins.median(found)
            tally |= {"median": median, "mean": bins.mean(counters.get(SUM, 0) - n * MOST, n)}
            tally |= {} if is_exact else {"approximate": True}
        return tally

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Histogram:
        labels = [column_label(low, high) for low, high in tally["columns"]]
        return Histogram(
            rows=(),
            n_ballots=tally["n_ballots"],
            unit="numbers",
            abstained=tally.get("abstained", 0),
            columns=columns_of(
                labels, list(tally["counts"].values()), ats=[column_at(low, high) for low, high in tally["columns"]]
            ),
            median=tally["median"] or "",
            mean=tally["mean"] or "",
            measure=settings["unit"],
            right=settings.get("right") or "",
            tolerance=settings.get("tolerance") or "",
            is_approximate=tally.get("approximate", False),
        )

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        return f"{answer['value']} {settings['unit']}".strip() if "value" in answer else ""

    def score(self, answer: Answer, shape: Shape) -> float | None:
        """1 within the tolerance, else 0; None without a right answer. Nobody is half right with an estimate."""
        right = shape.settings.get("right")
        if right is None:
            return None
        if "value" not in answer:
            return 0.0
        off = abs(Decimal(answer["value"]) - Decimal(right))
        return float(off <= Decimal(shape.settings.get("tolerance") or 0))


_RANGE = ("minimum", "maximum", "step")
_NUMBERS = ("minimum", "maximum", "step", "right", "tolerance")


def column_at(low: str | None, high: str | None) -> str:
    """Where a column begins; the open ones say that they are."""
    return column_label(low, high) if low is None or high is None else low


def column_label(low: str | None, high: str | None) -> str:
    """A span of numbers as it stands below its column."""
    if low == high:
        return low or ""
    if low is None:
        return f"\N{LESS-THAN OR EQUAL TO} {high}"
    return f"\N{GREATER-THAN OR EQUAL TO} {low}" if high is None else f"{low}\N{EN DASH}{high}"
