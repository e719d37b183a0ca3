"""Rooms and polls for tests. Every argument is optional, nothing surprises."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from live_polls.domain import lifecycle, participants, polls, rooms
from live_polls.domain.ballots import Cast
from live_polls.domain.participants import Participant
from live_polls.domain.polls import PollDraft
from live_polls.models import Account, Poll, Room

_numbers = itertools.count(1)


def make_room(title: str = "Main Hall", *, owner: Account | None = None, results: str = "live") -> Room:
    return rooms.create_room(title=title, owner=owner, results=results)


def make_poll(
    room: Room | None = None,
    *,
    kind: str = "single_choice",
    prompt: str = "",
    options: Sequence[str] = ("Tabs", "Spaces", "Both"),
    settings: Mapping[str, Any] | None = None,
    seconds: int | None = None,
    results: str = "",
    is_open: bool = True,
) -> Poll:
    """A poll, open unless told otherwise."""
    draft = PollDraft(
        kind=kind,
        prompt=prompt or f"Question {next(_numbers)}?",
        options=options,
        settings=settings or {},
        seconds=seconds,
        results=results,
    )
    poll = polls.add_poll(room or make_room(), draft)
    if is_open:
        lifecycle.open_poll(poll)
    return poll


def make_question(
    room: Room | None = None,
    *,
    points: int,
    right: Sequence[int] = (1,),
    by_speed: bool = False,
    kind: str = "single_choice",
    options: Sequence[str] = ("Tabs", "Spaces", "Both"),
    seconds: int | None = None,
    results: str = "",
    is_open: bool = True,
) -> Poll:
    """A quiz question, open unless told otherwise."""
    draft = PollDraft(
        kind=kind,
        prompt=f"Question {next(_numbers)}?",
        options=options,
        right=right,
        points=points,
        by_speed=by_speed,
        seconds=seconds,
        results=results,
        explanation="Because it is so.",
    )
    poll = polls.add_poll(room or make_room(), draft)
    if is_open:
        lifecycle.open_poll(poll)
    return poll


def make_participant(room: Room, token: str = "") -> Participant:
    """The participant of a token, or of a new one."""
    participant = participants.read_token(
        token or participants.new_token(room.pk),
        room_id=room.pk,
        ballot_key=room.ballot_key,
        voice_key=room.voice_key,
    )
    assert participant is not None
    return participant


def make_cast(
    poll: Poll, answer: object, *, participant: Participant | str | None = None, seq: int = 1, round_: int | None = None
) -> Cast:
    """A ballot as it would be sent; by a new participant unless told otherwise."""
    who = participant or make_participant(poll.room)
    key, voice = (who, voice_of(who)) if isinstance(who, str) else (who.ballot_key, who.voice_key)
    return Cast(poll.room_id, key, poll.code, poll.round if round_ is None else round_, seq, answer, voice)


def voice_of(ballot_key: str) -> str:
    """The voice key that `make_cast` gives to whom a test knows by a ballot key alone."""
    return f"voice {ballot_key}"[:32]


def both_keys(*ballot_keys: str) -> dict[str, str]:
    """What `read_room` asks for to read the ballots of these."""
    return {key: voice_of(key) for key in ballot_keys}
