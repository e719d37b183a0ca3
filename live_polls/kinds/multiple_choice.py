"""Multiple choice: the audience ticks any number of options between a minimum and a maximum.

Answer: {"options": [n, …]}, ascending, so that the same choice is the same answer. Tally: how many ballots
ticked each option; shares are of ballots and may add up to more than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from live_polls.kinds.base import (
    N_,
    NO_SETTINGS,
    Answer,
    Chart,
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
from live_polls.kinds.other import OTHER, ChoiceWithOther, other_field, without_other
from live_polls.kinds.writing import HOLD


class MultipleChoice(ChoiceWithOther):
    name = "multiple_choice"
    label = N_("Multiple choice")
    has_pictures = True
    can_follow = True
    may_grow = True
    may_be_right = True
    setting_fields = (
        SettingField("min_choices", N_("At least"), minimum=1, default=1),
        SettingField("max_choices", N_("At most"), minimum=1),
        OTHER,
        HOLD,
    )

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        return checked_range(super().parse_settings(raw, n_options))

    def _parse(self, raw: object, shape: Shape) -> Answer:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        rest, other = without_other(raw, shape)
        n_others = 1 if other else 0
        options = option_numbers(single_field(rest, "options"), shape, least=least - n_others, most=most - n_others)
        return {"options": sorted(options)} | ({"other": other} if other else {})

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        return {"options": whole_numbers(fields.get("options", ())), **other_field(fields)}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        least, most = shape.settings["min_choices"], shape.settings["max_choices"]
        return {"options": list(order[: person.randint(least, most)])}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return super()._count(answer, shape) | {str(number): 1 for number in answer["options"]}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"counts": option_counts(counters, shape)} | super()._tally(counters, shape)

    def score(self, answer: Answer, shape: Shape) -> float | None:
        """The share of the right options that were chosen; each wrong one takes a right one away."""
        if not shape.right:
            return None
        chosen = set(answer.get("options", ()))
        return max(0, len(chosen & shape.right) - len(chosen - shape.right)) / len(shape.right)

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        return Chart(
            rows=bar_rows(tally, options),
            n_ballots=tally["n_ballots"],
            unit="votes",
            abstained=tally.get("abstained", 0),
            n_more=tally.get("n_more", 0),
            n_held=tally.get("n_held", 0),
            others=tuple((text["text"], text["n"]) for text in tally.get("texts", ())),
        )
