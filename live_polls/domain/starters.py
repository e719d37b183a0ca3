"""Ready-made polls to start from: room files that come with the product, one a purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext

from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.room_file import parse_room_file
from live_polls.errors import InvalidSettingsError
from live_polls.kinds.base import N_
from live_polls.models import Poll, Room

FOLDER = Path(__file__).resolve().parents[1] / "starters"
# In the order in which they are offered.
LABELS = {
    "icebreaker": N_("Icebreaker"),
    "lecture": N_("Lecture check"),
    "feedback": N_("Feedback round"),
    "decision": N_("Decision"),
}


@dataclass(frozen=True, slots=True)
class Starter:
    """A set of polls to start from, in the viewer's language where there is a translation."""

    name: str
    label: str
    polls: Sequence[PollDraft]


def starters() -> list[Starter]:
    """All of them."""
    return [starter(name) for name in LABELS]


def starter(name: str) -> Starter:
    """The starter of this name; InvalidSettingsError when there is none."""
    if name not in LABELS:
        raise InvalidSettingsError("starter", "There are no such polls to start from.")
    return Starter(name, gettext(LABELS[name]), [_translated(draft) for draft in _drafts(name)])


def add_starter(room: Room, name: str) -> list[Poll]:
    """Append all polls of a starter to the room, as drafts. Not repeatable: each call adds them again."""
    with transaction.atomic():
        return [add_poll(room, draft) for draft in starter(name).polls]


@cache
def _drafts(name: str) -> tuple[PollDraft, ...]:
    plan = parse_room_file((FOLDER / f"{name}.toml").read_bytes())
    return tuple(poll.draft for poll in plan.polls)


def _translated(draft: PollDraft) -> PollDraft:
    return replace(draft, prompt=gettext(draft.prompt), options=[gettext(text) for text in draft.options])
