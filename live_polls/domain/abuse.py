"""Where something may be going wrong: the rooms with the most that is held or hidden, and with people shut out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from live_polls.enums import QuestionState, TextState
from live_polls.models import Exclusion, Question, Room, Text


@dataclass(frozen=True, slots=True)
class Trouble:
    """Numbers of one room: texts and questions held and hidden, voices muted or excluded now."""

    room: Room
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> int:
        return self.numbers["held"]

    @property
    def hidden(self) -> int:
        return self.numbers["hidden"]

    @property
    def muted(self) -> int:
        return self.numbers["muted"]

    @property
    def excluded(self) -> int:
        return self.numbers["excluded"]


def troubled_rooms(*, most: int = 100) -> list[Trouble]:
    """At most so many rooms, those with the most first. Three statements that read whole tables: for operators."""
    numbers: dict[int, Counter[str]] = {}
    texts = Text.objects.filter(state__in=[TextState.HELD, TextState.HIDDEN])
    questions = Question.objects.filter(state__in=[QuestionState.HELD, QuestionState.HIDDEN])
    _add(numbers, texts.values_list("poll__room", "state").annotate(n=Count("pk")))
    _add(numbers, questions.values_list("room", "state").annotate(n=Count("pk")))
    barred = Exclusion.objects.filter(lifted_at=None).values_list("room", "only_muted").annotate(n=Count("pk"))
    for room_id, only_muted, n in barred:
        numbers.setdefault(room_id, Counter())["muted" if only_muted else "excluded"] += n
    worst = sorted(numbers, key=lambda room_id: -numbers[room_id].total())[:most]
    rooms = Room.objects.in_bulk(worst)
    return [Trouble(rooms[room_id], numbers[room_id]) for room_id in worst if room_id in rooms]


def _add(numbers: dict[int, Counter[str]], rows: Iterable[tuple[Any, ...]]) -> None:
    for room_id, state, n in rows:
        numbers.setdefault(room_id, Counter())[state] += n
