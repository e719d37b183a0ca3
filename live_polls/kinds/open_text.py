"""Open text: everybody answers in words of their own; the answers stand on a wall, the newest first.

Answer: {"texts": [text, …]}. Tally: the newest texts that a screen has room for, each under a public id by which a
moderator hides it, and how many more there are. A text may wait for a moderator; then it is in no tally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.base import NO_SETTINGS, Answer, Chart, Kind, PublicTally, Shape, single_field
from live_polls.kinds.settings import N_, SettingField
from live_polls.kinds.writing import HOLD, TEXTS_HELD, TEXTS_SHOWN, clean, that_fit, written

MAX_ON_SCREEN = 40
_SAID = (
    "More time to talk to each other",
    "The workshop on the second day",
    "Shorter queues for coffee",
    "I had never contributed before, and now I have",
    "Recordings within a week, please",
)


@dataclass(frozen=True, slots=True)
class Card:
    """One answer on the wall."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Wall(Chart):
    cards: tuple[Card, ...] = ()


class OpenText(Kind):
    name = "open_text"
    label = N_("Open text")
    chart_name = "wall"
    min_options = 0
    max_options = 0
    voiced = True
    shares_texts: ClassVar[bool] = False
    setting_fields = (
        SettingField("max_texts", N_("Answers a person"), minimum=1, maximum=10, default=1),
        SettingField("max_length", N_("Characters an answer"), minimum=10, maximum=500, default=200),
        HOLD,
    )

    def carries_texts(self, settings: Mapping[str, Any]) -> bool:
        return True

    def texts(self, answer: Answer) -> dict[str, str]:
        return {text: text for text in answer.get("texts", ())}

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        return " · ".join(answer.get("texts", ()))

    def _parse(self, raw: object, shape: Shape) -> Answer:
        texts, most = single_field(raw, "texts"), shape.settings["max_texts"]
        if not isinstance(texts, list) or not 1 <= len(texts) <= most:
            raise InvalidAnswerError(f"Give 1 to {most} answers.")
        cleaned = [clean(text, most=shape.settings["max_length"]) for text in texts]
        kept = list(dict.fromkeys(filter(None, cleaned)))
        if not kept:
            raise InvalidAnswerError("Write something first.")
        return {"texts": kept}

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        return {"texts": [text for text in fields.get("texts", ()) if text.strip()]}

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        shown = that_fit(written(counters), most=MAX_ON_SCREEN, spare=55)
        return {
            "counts": {},
            "texts": [{"id": text.key, "text": text.text} for text in shown],
            "n_more": max(0, counters.get(TEXTS_SHOWN, 0) - len(shown)),
            "n_held": counters.get(TEXTS_HELD, 0),
        }

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        text = f"{_SAID[(order[0] - 1) % len(_SAID)]} ({person.randint(1, 999)})"
        return {"texts": [text[: shape.settings["max_length"]].strip()]}

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Wall:
        return Wall(
            (),
            tally["n_ballots"],
            "votes",
            tally.get("abstained", 0),
            tally.get("n_more", 0),
            tally.get("n_held", 0),
            cards=tuple(Card(card["id"], card["text"]) for card in tally.get("texts", ())),
        )
