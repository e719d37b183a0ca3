"""Rating: the audience gives the question itself, or each of several items, a value on one scale.

The options are the items; without options the question is rated. Answer: {"value": n}, or {"values": {item: n}} with
at least one item: who has no opinion on one leaves it out. Tally: `counts` {item: how many rated it}, `values` {item:
how often each value was given}, `averages` {item: to two places, null without a rating}. The question itself is
item 0. The chart stands in the order of the poll: a rating compares with the scale, not with its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from live_polls.errors import InvalidAnswerError, UnfitAnswerError
from live_polls.kinds.base import (
    N_,
    NO_SETTINGS,
    Answer,
    Chart,
    Kind,
    PublicTally,
    Row,
    SettingField,
    Shape,
    letter,
    n_said,
    single_field,
    whole_numbers,
)
from live_polls.kinds.columns import Column, columns_of

WHOLE = "0"  # the question itself, where there are no items
LONGEST_LABEL = 30


@dataclass(frozen=True, slots=True)
class RatedRow(Row):
    """An item: `n` people rated it, `length` is the place of the average on the scale."""

    average: float | None = None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class RatingChart(Chart):
    scale: int = 5
    lowest: str = ""
    highest: str = ""


class Rating(Kind):
    name = "rating"
    label = N_("Rating")
    chart_name = "rating"
    min_options = 0
    max_options = 20
    field_prefix = "rate_"
    setting_fields = (
        SettingField("scale", N_("From 1 to"), minimum=2, default=5, maximum=10),
        SettingField(
            "style", N_("Looks like"), type="choice", choices=(("stars", N_("Stars")), ("scale", N_("Numbers")))
        ),
        SettingField("lowest", N_("1 means"), type="text", maximum=LONGEST_LABEL),
        SettingField("highest", N_("The highest means"), type="text", maximum=LONGEST_LABEL),
    )

    def _parse(self, raw: object, shape: Shape) -> Answer:
        if not shape.n_options:
            return {"value": _value(single_field(raw, "value"), shape)}
        values = single_field(raw, "values")
        if not isinstance(values, dict) or not values:
            raise UnfitAnswerError(N_("Rate at least one."))
        items = _items(shape)
        for item in values:
            if item not in items:
                raise InvalidAnswerError("There is no such item.")
        return {"values": {item: _value(values[item], shape) for item in items if item in values}}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        """Fields `rate_<item>` hold the value, blanks are not rated; `rate_0` is the question itself."""
        values = {
            name.removeprefix(self.field_prefix): whole_numbers(given)[0]
            for name, given in fields.items()
            if name.startswith(self.field_prefix) and given and given[0]
        }
        return {"value": values[WHOLE]} if set(values) == {WHOLE} else {"values": values}

    def form_fields(self, answer: Answer) -> dict[str, str]:
        return {f"{self.field_prefix}{item}": str(value) for item, value in _values(answer).items()}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        scale = shape.settings["scale"]
        if not shape.n_options:
            # Where the first of a made-up order stands tells how the hall feels; people stray from it.
            return {"value": _within(round(person.gauss(1 + (scale - 1) * (10 - order[0]) / 9, scale / 5)), scale)}
        middle = {item: scale - (scale - 1) * place / len(order) for place, item in enumerate(order)}
        rated = person.randint(max(1, len(order) - 1), len(order))
        return {"values": {str(item): _within(round(person.gauss(middle[item], 0.8)), scale) for item in order[:rated]}}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {f"{item}:{value}": 1 for item, value in _values(answer).items()}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        scale = range(1, shape.settings["scale"] + 1)
        values = {item: [counters.get(f"{item}:{value}", 0) for value in scale] for item in _items(shape)}
        return {
            "counts": {item: sum(given) for item, given in values.items()},
            "values": values,
            "averages": {item: average(given) for item, given in values.items()},
        }

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> RatingChart:
        return RatingChart(
            rows=self.rows(tally, options, settings),
            n_ballots=tally["n_ballots"],
            unit="ratings",
            abstained=tally.get("abstained", 0),
            scale=settings["scale"],
            lowest=settings["lowest"],
            highest=settings["highest"],
        )

    def rows(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any]
    ) -> tuple[RatedRow, ...]:
        """A row an item, or the one of the question; the columns of all are drawn to one scale."""
        scale, said = settings["scale"], n_said(tally)
        highest = max(max(given) for given in tally["values"].values())
        rows = []
        for number, text in options or [(0, "")]:
            given = tally["values"][str(number)]
            mean, n = tally["averages"][str(number)], tally["counts"][str(number)]
            rows.append(
                RatedRow(
                    number=number,
                    letter=letter(number) if number else "",
                    text=text,
                    n=n,
                    share=n / said if said else 0.0,
                    length=mean / scale if mean else 0.0,
                    average=mean,
                    columns=columns_of([str(value) for value in range(1, scale + 1)], given, highest=highest),
                )
            )
        return tuple(rows)

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        names = {item: f"{letter(int(item))} " if item != WHOLE else "" for item in _values(answer)}
        return ", ".join(f"{names[item]}{value}/{settings['scale']}" for item, value in _values(answer).items())


def average(given: Sequence[int]) -> float | None:
    """The average value to two places; None when nobody gave one."""
    n = sum(given)
    # In whole hundredths, half up, as the browser does it: floats would round 3.125 now up and now down.
    total = sum(value * times for value, times in enumerate(given, start=1))
    return (total * 200 + n) // (2 * n) / 100 if n else None


def _value(raw: object, shape: Shape) -> int:
    scale = shape.settings["scale"]
    if type(raw) is not int or not 1 <= raw <= scale:
        raise UnfitAnswerError(N_("Give a value from 1 to %(most)s."), most=scale)
    return raw


def _values(answer: Answer) -> dict[str, int]:
    return {WHOLE: answer["value"]} if "value" in answer else dict(answer.get("values", {}))


def _items(shape: Shape) -> list[str]:
    return [str(number) for number in range(1, shape.n_options + 1)] or [WHOLE]


def _within(value: int, scale: int) -> int:
    return min(max(value, 1), scale)
