""" "Other, namely …": a choice in one's own words, beside the options of a poll.

Answer: the kind's own, with "other": text added (a single choice has nothing else then). Tally: `other`, how many ballots
name something else, and what most of them name, as far as a moderator lets it be shown. Those texts have no author:
the ballot stays as secret as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.base import Answer, Kind, PublicTally, Settings, Shape
from live_polls.kinds.settings import N_, SettingField
from live_polls.kinds.writing import HOLD, TEXTS_HELD, TEXTS_SHOWN, clean, that_fit, word_key, written

OTHER = SettingField("other", N_("People may name something else"), type="boolean")
N_OTHER = "other"
MAX_LETTERS = 80
MAX_ON_SCREEN = 12


class ChoiceWithOther(Kind):
    """For kinds whose options may be joined by one in words of the voter's own."""

    def parse_settings(self, raw: Mapping[str, Any], n_options: int) -> Settings:
        """Kept only where the host wants it, so that a poll without it has no more settings than before."""
        settings = super().parse_settings(raw, n_options)
        if not settings[OTHER.name]:
            del settings[OTHER.name], settings[HOLD.name]
        return settings

    def carries_texts(self, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get(OTHER.name))

    def texts(self, answer: Answer) -> dict[str, str]:
        return {word_key(answer["other"]): answer["other"]} if "other" in answer else {}

    def summary(self, answer: Answer, settings: Mapping[str, Any]) -> str:
        return str(answer.get("other", ""))

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {N_OTHER: 1} if "other" in answer else {}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        if not self.carries_texts(shape.settings):
            return {}
        shown = that_fit(written(counters), most=MAX_ON_SCREEN, spare=100)
        return {
            "other": counters.get(N_OTHER, 0),
            "texts": [{"id": text.key, "text": text.text, "n": text.n} for text in shown],
            "n_more": max(0, counters.get(TEXTS_SHOWN, 0) - len(shown)),
            "n_held": counters.get(TEXTS_HELD, 0),
        }


def without_other(raw: object, shape: Shape) -> tuple[object, str]:
    """The rest of an answer, and what it names besides the options: "" when nothing."""
    if not isinstance(raw, dict) or "other" not in raw:
        return raw, ""
    text = clean(raw["other"], most=MAX_LETTERS) if shape.settings.get(OTHER.name) else ""
    if not text:
        raise InvalidAnswerError("Nothing else was named, or nothing else may be named here.")
    return {name: value for name, value in raw.items() if name != "other"}, text


def other_field(fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What a plain form names besides the options."""
    text = next(iter(fields.get("other", ())), "")
    return {"other": text} if text.strip() else {}
