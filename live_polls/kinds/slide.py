"""Slide: something to show between polls. It has a title, a text and perhaps a picture, and nobody answers.

It is a poll without ballots, so that it has its place in the order of the room, is stepped to, moved and copied like
all others. Its state is draft until it has been on stage and closed from then on: it never opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.base import N_, NO_SETTINGS, Answer, Chart, Kind, PublicTally, SettingField, Shape

MAX_TEXT = 2000
_ITEM = re.compile(r"(?:(?P<bullet>[-*•])|\d{1,3}[.)])\s+(?P<text>\S.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a slide: a paragraph ("p"), a list ("ul") or a numbered list ("ol"). Scripts know the same."""

    tag: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlideChart(Chart):
    blocks: tuple[Block, ...] = ()


class Slide(Kind):
    name = "slide"
    label = N_("Slide")
    chart_name = "slide"
    min_options = max_options = 0
    takes_answers = False
    setting_fields = (
        SettingField(
            "text", N_("Text"), maximum=MAX_TEXT, type="lines",
            help=N_("An empty line begins a paragraph; lines that begin with - or 1. make a list."),
        ),
    )  # fmt: skip

    def _parse(self, raw: object, shape: Shape) -> Answer:
        raise InvalidAnswerError("There is nothing to answer here.")

    def _read_form(self, fields: Mapping[str, Sequence[str]]) -> object:
        return None

    def preferred_answer(self, order: Sequence[int], person: Random, shape: Shape) -> object:
        return None

    def _count(self, answer: Answer, shape: Shape) -> dict[str, int]:
        return {}

    def _tally(self, counters: Mapping[str, int], shape: Shape) -> PublicTally:
        return {"counts": {}}

    def chart(
        self, tally: PublicTally, options: Sequence[tuple[int, str]], settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Chart:
        return SlideChart(rows=(), n_ballots=0, unit="votes", blocks=tuple(blocks_of(settings.get("text", ""))))


def blocks_of(text: str) -> Iterator[Block]:
    """The pieces of a slide's text, in order."""
    lines: list[str] = []
    tag = "p"
    for line in [*text.split("\n"), ""]:
        item = _ITEM.fullmatch(line.strip())
        wanted = "p" if item is None else "ul" if item["bullet"] else "ol"
        if lines and (wanted != tag or not line.strip()):
            yield Block(tag, tuple(lines))
            lines = []
        if line.strip():
            tag = wanted
            lines.append(item["text"] if item else line.strip())
