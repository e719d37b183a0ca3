"""What people have written in a room, as moderators see it: questions, texts of ballots, names of players.

One queue for all three. A read is bounded, however much was written: the oldest that wait, the newest of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from live_polls.domain.question_moderation import find_question
from live_polls.enums import QuestionState, TextState
from live_polls.errors import PollError, QuestionNotFoundError
from live_polls.models import Exclusion, Player, Question, Room, Text

# So many that wait, and so many of each other state, a sort; who reads a hall of thousands has more than a page.
MAX_HELD = 200
MAX_DECIDED = 100

Thing = Question | Text | Player


class Sort(StrEnum):
    QUESTION = "question"
    TEXT = "text"
    NAME = "name"


class ContributionNotFoundError(QuestionNotFoundError):
    def __init__(self, message: str = "Its author has taken this back.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Contribution:
    """One of them. `id` names it in the room, `n` is its upvotes or the ballots that carry it."""

    id: str
    sort: str
    state: str
    text: str
    original: str = ""  # where a moderator has edited it: as it was written
    name: str = ""
    prompt: str = ""
    hint: str = ""
    n: int = 0
    answered: bool = False
    pinned: bool = False
    reply: str = ""
    merged_into: str = ""  # the id of the question that stands for it
    silenced: str = ""  # its author is "muted" or "excluded"
    has_author: bool = True

    @property
    def is_held(self) -> bool:
        return self.state == TextState.HELD.value

    @property
    def is_shown(self) -> bool:
        return self.state == TextState.SHOWN.value

    @property
    def is_hidden(self) -> bool:
        return self.state == TextState.HIDDEN.value

    @property
    def is_archived(self) -> bool:
        return self.state == QuestionState.ARCHIVED.value

    @property
    def is_question(self) -> bool:
        return self.sort == Sort.QUESTION.value


def read_contributions(room_id: int) -> tuple[Contribution, ...]:
    """The queue, oldest first: questions, texts, names. Repeatable; statements do not grow with what was written."""
    silenced = {
        voice: "muted" if only_muted else "excluded"
        for voice, only_muted in Exclusion.objects.filter(room=room_id, lifted_at=None).values_list(
            "voice", "only_muted"
        )
    }
    return (*_questions(room_id, silenced), *_texts(room_id, silenced), *_names(room_id, silenced))


def find_thing(room: Room, id_: str) -> Thing:
    """What a moderator points at, in this very room; ContributionNotFoundError when it is gone."""
    sort, _, name = id_.partition("-")
    if sort == Sort.QUESTION.value:
        return find_question(room, name)
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 18 else 0
    found: Text | Player | None = None
    if sort == Sort.TEXT.value:
        found = Text.objects.select_related("poll").filter(poll__room=room, pk=number, n__gt=0).first()
    elif sort == Sort.NAME.value:
        found = Player.objects.filter(room=room, pk=number).first()
    if found is None:
        raise ContributionNotFoundError
    return found


def id_of(thing: Thing) -> str:
    """By what a page calls it."""
    if isinstance(thing, Question):
        return f"{Sort.QUESTION}-{thing.code}"
    return f"{Sort.TEXT if isinstance(thing, Text) else Sort.NAME}-{thing.pk}"


def voice_of(thing: Thing) -> str:
    """The voice key of who gave it; "" where it is shared by many or the ballot is secret."""
    return thing.voice if isinstance(thing, Player) else thing.author


def present(room: Room, ids: Iterable[str]) -> Iterator[Thing]:
    """Those of the things that are still there, in order."""
    for id_ in ids:
        try:
            yield find_thing(room, id_)
        except PollError:
            continue


def _questions(room_id: int, silenced: Mapping[str, str]) -> Iterator[Contribution]:
    pinned = Room.objects.values_list("current_question", flat=True).get(pk=room_id)
    codes: dict[int, str] = {}
    rows = _bounded(Question.objects.filter(room=room_id), QuestionState.values[:4])
    targets = {row.merged_into_id for row in rows if row.merged_into_id}
    if targets:
        codes = dict(Question.objects.filter(pk__in=targets).values_list("pk", "code"))
    for row in rows:
        yield Contribution(
            id=id_of(row),
            sort=Sort.QUESTION.value,
            state=row.state,
            text=row.edited or row.text,
            original=row.text if row.edited else "",
            name=row.name,
            hint=row.hint,
            n=row.n_upvotes,
            answered=row.answered,
            pinned=row.pk == pinned,
            reply=row.reply,
            merged_into=f"{Sort.QUESTION}-{codes[row.merged_into_id]}" if row.merged_into_id in codes else "",
            silenced=silenced.get(row.author, ""),
        )


def _texts(room_id: int, silenced: Mapping[str, str]) -> Iterator[Contribution]:
    texts = Text.objects.filter(poll__room=room_id, n__gt=0).select_related("poll")
    for row in _bounded(texts, TextState.values):
        yield Contribution(
            id=id_of(row),
            sort=Sort.TEXT.value,
            state=row.state,
            text=row.edited or row.text,
            original=row.text if row.edited else "",
            prompt=row.poll.prompt,
            hint=row.hint,
            n=row.n,
            silenced=silenced.get(row.author, "") if row.author else "",
            has_author=bool(row.author),
        )


def _names(room_id: int, silenced: Mapping[str, str]) -> Iterator[Contribution]:
    for row in _bounded(Player.objects.filter(room=room_id), TextState.values):
        yield Contribution(
            id=id_of(row),
            sort=Sort.NAME.value,
            state=row.state,
            text=row.name,
            prompt=row.team,
            silenced=silenced.get(row.voice, ""),
        )


def _bounded(rows: Any, states: Iterable[str]) -> list[Any]:
    """The oldest that are held, the newest in each other state; all in the order in which they came."""
    found: list[Any] = []
    for state in states:
        in_state = rows.filter(state=state)
        if state == TextState.HELD.value:
            found += in_state.order_by("pk")[:MAX_HELD]
        else:
            found += in_state.order_by("-pk")[:MAX_DECIDED]
    return sorted(found, key=lambda row: row.pk)
