"""Multiple choice: the audience ticks any number of options between a minimum and a maximum.

Answer: {"options": [n, …]}, ascending, so that the same choice is the same answer. Tally: how many ballots
ticked each option; shares are of ballots and may add up to more than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from live_polls.kinds.base import (
    N_,
    N_BALLOTS,
    Answer,
    Chart,
    Kind,
    PublicTally,
    SettingField,
    Settings,
    Shape,
    bar_rows,
    checked_range,
    option_counts,
    option_numbers,
    single_field,
    whole_numbers,
)


class MultipleChoice(Kind):
    name = "multiple_choice"
    label = N_("Multiple choice")
    setting_fields = (
        SettingField("min_choices", N_("At least"), minimum=1, default=1),
        SettingField("max_choices", N_("At most"), minimum=1),
    )

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        return checked_range(super().parse_settings(raw, n_options))

    def parse_answer(self, raw: object, shape: Shape) -> Answer:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        return {"options": sorted(option_numbers(single_field(raw, "options"), shape, least=least, most=most))}

    def form_answer(self, fields: Mapping[str, Sequence[str]]) -> object:
        return {"options": whole_numbers(fields.get("options", ()))}

    def preferred_answer(self, order: Sequence[int], n_liked: int, shape: Shape) -> object:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        return {"options": list(order[: min(max(n_liked, least), most)])}

    def counters(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {N_BALLOTS: 1} | {str(number): 1 for number in answer["options"]}

    def tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"n_ballots": counters.get(N_BALLOTS, 0), "counts": option_counts(counters, shape)}

    def chart(self, tally: PublicTally, options: Sequence[tuple[int, str]]) -> Chart:
        return Chart(rows=bar_rows(tally, options), n_ballots=tally["n_ballots"], unit="votes")
