"""What a room file asks for, free of mistakes, each part with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from live_polls.domain.polls import PollDraft
from live_polls.enums import Asking, Entry, Names, PollState, ResultsVisibility


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """An option; `key` is what makes it the same option after its text was corrected."""

    key: str
    text: str
    line: int
    is_right: bool = False
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class PollPlan:
    """A poll; `state` is what it is given when it is created, and never again.

    Pictures are the files as they were found; the draft gets their digests when they have become the room's.
    """

    key: str
    draft: PollDraft
    options: tuple[OptionPlan, ...]
    state: PollState
    line: int
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class RoomPlan:
    slug: str
    title: str
    results: ResultsVisibility
    polls: tuple[PollPlan, ...]
    line: int
    one_at_a_time: bool | None = None  # None, here and below: the file does not say
    teams: tuple[str, ...] | None = None
    asking: Asking | None = None
    hold_questions: bool | None = None
    names: Names | None = None
    reactions: bool | None = None
    entry: Entry | None = None
    locked: bool | None = None
    retention_days: int | None = None
    held_words: tuple[str, ...] | None = None
    allowed_words: tuple[str, ...] | None = None
