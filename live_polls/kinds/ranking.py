"""Ranking: the audience puts options in order, best first; an incomplete ranking is a full ballot.

Answer: {"options": [first, second, …]}. Tally: Borda points (with m options the first place gets m, the next
m - 1, … an unranked option 0) and how often each option came first. The chart stands in order of points; ties
share the order of the poll.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from live_polls.errors import InvalidAnswerError
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
    bar_rows,
    checked_range,
    is_short_number,
    option_counts,
    option_numbers,
    single_field,
)

FIRST = "first:"


class Ranking(Kind):
    name = "ranking"
    label = N_("Ranking")
    has_pictures = True
    can_follow = True
    stands_for_one = True
    setting_fields = (
        SettingField("min_choices", N_("Rank at least"), minimum=1, default=1),
        SettingField("max_choices", N_("Rank at most"), minimum=1),
    )

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        return checked_range(super().parse_settings(raw, n_options))

    def _parse(self, raw: object, shape: Shape) -> Answer:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        return {"options": option_numbers(single_field(raw, "options"), shape, least=least, most=most)}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        """Fields `rank_<option>` hold the place; options in order of their places, blanks unranked.

        Raises InvalidAnswerError when two options share a place: the form cannot say which comes first.
        """
        places: list[tuple[int, int]] = []
        for name, values in fields.items():
            option, place = name.removeprefix("rank_"), values[0] if values else ""
            if name.startswith("rank_") and is_short_number(option) and is_short_number(place):
                places.append((int(place), int(option)))
        if len({place for place, _ in places}) != len(places):
            raise InvalidAnswerError("Two options share one place. Give each ranked option a place of its own.")
        return {"options": [option for _, option in sorted(places)]}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        return {"options": list(order[: person.randint(least, most)])}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        order = answer["options"]
        points = {str(number): shape.n_options - place for place, number in enumerate(order)}
        return {f"{FIRST}{order[0]}": 1} | points

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {
            "counts": option_counts(counters, shape),
            "first": option_counts(counters, shape, FIRST),
        }

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        rows = sorted(bar_rows(tally, options, most_a_ballot=len(options)), key=lambda row: -row.n)
        return Chart(rows=tuple(rows), n_ballots=tally["n_ballots"], unit="points", abstained=tally.get("abstained", 0))
