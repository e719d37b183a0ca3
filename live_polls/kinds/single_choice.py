"""Single choice: the audience sees options and picks exactly one.

Answer: {"option": n}. Tally: how many ballots chose each option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from live_polls.kinds.base import (
    N_,
    N_BALLOTS,
    Answer,
    Chart,
    Kind,
    PublicTally,
    Shape,
    bar_rows,
    option_counts,
    option_number,
    single_field,
    whole_numbers,
)


class SingleChoice(Kind):
    name = "single_choice"
    label = N_("Single choice")

    def parse_answer(self, raw: object, shape: Shape) -> Answer:
        return {"option": option_number(single_field(raw, "option"), shape)}

    def form_answer(self, fields: Mapping[str, Sequence[str]]) -> object:
        numbers = whole_numbers(fields.get("option", ()))
        return {"option": numbers[0] if len(numbers) == 1 else None}

    def preferred_answer(self, order: Sequence[int], n_liked: int, shape: Shape) -> object:
        return {"option": order[0]}

    def counters(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {N_BALLOTS: 1, str(answer["option"]): 1}

    def tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"n_ballots": counters.get(N_BALLOTS, 0), "counts": option_counts(counters, shape)}

    def chart(self, tally: PublicTally, options: Sequence[tuple[int, str]]) -> Chart:
        return Chart(rows=bar_rows(tally, options), n_ballots=tally["n_ballots"], unit="votes")
