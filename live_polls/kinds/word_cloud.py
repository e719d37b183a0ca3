"""Word cloud: everybody gives a few words; the more people give one, the larger it stands.

Answer: {"texts": [word, …]}. Words are the same whatever their case and the punctuation around them; each ballot counts
once for a word. Tally: how many ballots gave each of the words that a screen has room for, in their most common
spelling, and how many more words there are. A word may wait for a moderator; then it is in no tally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.base import NO_SETTINGS, Answer, Chart, Kind, PublicTally, Row, Shape, n_said, single_field
from live_polls.kinds.settings import N_, SettingField
from live_polls.kinds.writing import HOLD, TEXTS_HELD, TEXTS_SHOWN, clean_word, that_fit, word_key, written

MAX_LETTERS = 30
MAX_ON_SCREEN = 100
# What a hall of simulated voters thinks of.
_WORDS = ("Python", "coffee", "people", "sprints", "talks", "Django", "friends", "food", "async", "the hallway track")


class WordCloud(Kind):
    name = "word_cloud"
    label = N_("Word cloud")
    chart_name = "cloud"
    min_options = 0
    max_options = 0
    voiced = True
    shares_texts: ClassVar[bool] = True
    setting_fields = (SettingField("max_words", N_("Words a person"), minimum=1, maximum=10, default=3), HOLD)

    def carries_texts(self, settings: Mapping[str, Any]) -> bool:
        return True

    def texts(self, answer: Answer) -> dict[str, str]:
        return {word_key(word): word for word in answer.get("texts", ())}

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        return ", ".join(answer.get("texts", ()))

    def _parse(self, raw: object, shape: Shape) -> Answer:
        words, most = single_field(raw, "texts"), shape.settings["max_words"]
        if not isinstance(words, list) or not 1 <= len(words) <= most:
            raise InvalidAnswerError(f"Give 1 to {most} words.")
        by_key = {
            word_key(word): word for word in reversed([clean_word(word, most=MAX_LETTERS) for word in words]) if word
        }
        if not by_key:
            raise InvalidAnswerError("Give at least one word.")
        return {"texts": list(reversed(by_key.values()))}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        return {"texts": [word for word in fields.get("texts", ()) if word.strip()]}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        words = written(counters)
        shown = that_fit(words, most=MAX_ON_SCREEN)
        counts: dict[str, int] = {}
        for word in shown:  # a moderator's edit may have made two words one
            counts[word.text] = counts.get(word.text, 0) + word.n
        return {
            "counts": counts,
            "n_more": max(0, counters.get(TEXTS_SHOWN, 0) - len(shown)),
            "n_held": counters.get(TEXTS_HELD, 0),
        }

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        words = [_WORDS[(number - 1) % len(_WORDS)] for number in order]
        n = person.randint(1, min(shape.settings["max_words"], len(words)))
        return {"texts": [word.upper() if person.random() < 0.1 else word for word in words[:n]]}

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        n_ballots, counts = n_said(tally), tally["counts"]
        most = max([1, *counts.values()])
        rows = tuple(
            Row(number, "", word, n, n / n_ballots if n_ballots else 0.0, n / most)
            for number, (word, n) in enumerate(sorted(counts.items(), key=lambda word: -word[1]), start=1)
        )
        return Chart(
            rows, tally["n_ballots"], "votes", tally.get("abstained", 0), tally.get("n_more", 0), tally.get("n_held", 0)
        )
