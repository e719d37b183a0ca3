"""Single choice: the audience sees options and picks exactly one.

Answer: {"option": n}. Tally: how many ballots chose each option.
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
    PublicTally,
    Shape,
    bar_rows,
    option_counts,
    option_number,
    single_field,
    whole_numbers,
)
from live_polls.kinds.other import OTHER, ChoiceWithOther, other_field, without_other
from live_polls.kinds.writing import HOLD


class SingleChoice(ChoiceWithOther):
    name = "single_choice"
    label = N_("Single choice")
    has_pictures = True
    can_follow = True
    may_grow = True
    stands_for_one = True
    may_be_right = True

    setting_fields = (OTHER, HOLD)

    def _parse(self, raw: object, shape: Shape) -> Answer:
        rest, other = without_other(raw, shape)
        if other and not rest:
            return {"other": other}
        if other:
            raise InvalidAnswerError("Choose an option or name something else, not both.")
        return {"option": option_number(single_field(raw, "option"), shape)}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        if list(fields.get("option", ())) == ["other"]:
            return other_field(fields)
        numbers = whole_numbers(fields.get("option", ()))
        return {"option": numbers[0] if len(numbers) == 1 else None}

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        return {"option": order[0]}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return super()._count(answer, shape) or {str(answer["option"]): 1}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"counts": option_counts(counters, shape)} | super()._tally(counters, shape)

    def score(self, answer: Answer, shape: Shape) -> float | None:
        """1 for a right option, 0 for another."""
        return float(answer.get("option") in shape.right) if shape.right else None

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
