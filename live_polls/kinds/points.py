"""Points: the audience spreads a fixed number of points over the options, as it likes.

Answer: {"points": {option: n}}, whole numbers that add up to the total exactly, so that everybody weighs the same;
options without points are left out. Tally: the sum of points of each option. The chart shows what an option got on
average and stands in that order; ties share the order of the poll.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    SettingField,
    Shape,
    bar_rows,
    is_short_number,
    letter,
    n_said,
    option_counts,
    single_field,
)

MAX_TOTAL = 1000


class Points(Kind):
    name = "points"
    label = N_("Spread points")
    max_options = 20
    field_prefix = "points_"
    setting_fields = (SettingField("total", N_("Points to give"), minimum=1, default=100, maximum=MAX_TOTAL),)

    def _parse(self, raw: object, shape: Shape) -> Answer:
        points, total = single_field(raw, "points"), shape.settings["total"]
        if not isinstance(points, dict):
            raise InvalidAnswerError("'points' must be an object of option numbers and points.")
        options = [str(number) for number in range(1, shape.n_options + 1)]
        for option, n in points.items():
            if option not in options or type(n) is not int or not 0 <= n <= total:
                raise UnfitAnswerError(N_("Give each option a whole number from 0 to %(total)s."), total=total)
        given = sum(points.values())
        if given != total:
            raise UnfitAnswerError(
                N_("Give exactly %(total)s points in all; these are %(given)s."), total=total, given=given
            )
        return {"points": {option: points[option] for option in options if points.get(option)}}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        """Fields `points_<option>` hold the points; blank is none. What is no number is refused when parsed."""
        points: dict[str, object] = {}
        for name, given in fields.items():
            if name.startswith(self.field_prefix):
                text = (given[0] if given else "").strip() or "0"
                points[name.removeprefix(self.field_prefix)] = int(text) if is_short_number(text) else text
        return {"points": points}

    def form_fields(self, answer: Answer) -> dict[str, str]:
        return {f"{self.field_prefix}{option}": str(n) for option, n in answer.get("points", {}).items()}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        rest, points = shape.settings["total"], {}
        for option in order[: person.randint(1, len(order)) - 1]:
            points[str(option)] = person.randint(rest // 3, rest * 2 // 3)
            rest -= points[str(option)]
        last = str(order[len(points)])
        return {"points": points | {last: rest}}

    def chosen(self, answer: Answer) -> list[int]:
        return [int(option) for option in answer.get("points", ())]

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        return ", ".join(f"{letter(int(option))} {n}" for option, n in answer.get("points", {}).items())

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return dict(answer["points"])

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"counts": option_counts(counters, shape)}

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        rows = sorted(bar_rows(tally, options, most_a_ballot=settings["total"]), key=lambda row: -row.n)
        return Chart(
            rows=tuple(rows), n_ballots=tally["n_ballots"], unit="averages", abstained=tally.get("abstained", 0)
        )


def average_points(n: int, tally: PublicTally) -> float:
    """What an option got of a ballot that says something."""
    said = n_said(tally)
    return n / said if said else 0.0
