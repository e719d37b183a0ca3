"""Write a room as a room file: loaded again, it is a room with the same content.

The content is what hosts wrote. What happened in the room (states, rounds, ballots) is in the results, and polls come
back as drafts; only what was put aside stays archived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from live_polls.domain.room_file_keys import named_options, named_polls
from live_polls.domain.snapshot import consistent_read
from live_polls.domain.texts import clean_line
from live_polls.domain.toml_text import pair
from live_polls.domain.word_lists import checked_lines
from live_polls.enums import PollState
from live_polls.errors import InvalidSettingsError, RoomNotFoundError
from live_polls.kinds import KINDS
from live_polls.models import Option, Picture, Poll, Room

PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class RoomFile:
    """A room file, and the pictures it names: {path from the file's folder: bytes}."""

    slug: str
    text: str
    pictures: Mapping[str, bytes]


def export_room(room_id: int, *, schema: str = "") -> RoomFile:
    """The room as a room file. `schema` is the address of the schema, for editors. RoomNotFoundError. Repeatable."""
    with consistent_read():
        room = Room.objects.filter(pk=room_id).first()
        if room is None:
            raise RoomNotFoundError
        polls = list(Poll.objects.filter(room_id=room_id).prefetch_related("options"))
        pictures = list(Picture.objects.filter(pk__in=_used(polls)).values_list("pk", "digest", "data"))
    paths = {pk: f"{PICTURES}/{digest}.webp" for pk, digest, _data in pictures}
    slug = room.slug or slugify(room.title) or f"room-{room.join_code.lower()}"
    keys = named_polls([(poll.key, poll.prompt) for poll in polls])
    blocks = [f"#:schema {schema}\n" if schema else "", _room_table(room, slug)]
    blocks += [_poll_table(poll, key, paths) for poll, key in zip(polls, keys, strict=True)]
    return RoomFile(slug, "\n".join(filter(None, blocks)), {paths[pk]: bytes(data) for pk, _digest, data in pictures})


def _used(polls: list[Poll]) -> set[int]:
    of_polls = {poll.picture_id for poll in polls}
    of_options = {option.picture_id for poll in polls for option in poll.options.all()}
    return {pk for pk in of_polls | of_options if pk is not None}


def _room_table(room: Room, slug: str) -> str:
    """All that hosts have decided, also where it is what a new room has: the file may be loaded into a room that was
    changed since. Never what opens doors: passcode and keys."""
    said: dict[str, Any] = {
        "slug": slug,
        "title": room.title,
        "results": room.results,
        "one_at_a_time": room.one_at_a_time,
        "reactions": room.reactions,
        "asking": room.asking,
        "hold_questions": room.hold_questions,
        "names": room.names,
        "entry": room.entry,
        "locked": room.is_locked,
        "retention_days": room.retention_days,
        "held_words": _words(room.word_list),
        "allowed_words": _words(room.allow_list),
        "teams": list(room.teams),
    }
    return _table("[room]", {name: value for name, value in said.items() if value is not None})


def _words(text: str) -> list[str]:
    """The entries of a list, each once, as the file is read: what differs in them makes no difference to a text."""
    return list(dict.fromkeys(filter(None, map(clean_line, checked_lines(text)))))


def _poll_table(poll: Poll, key: str, paths: Mapping[int, str]) -> str:
    options = list(poll.options.all())
    said: dict[str, Any] = {"key": key} if key else {}
    said |= {"kind": poll.kind, "prompt": poll.prompt}
    if options:
        keys = named_options([(option.key, option.text) for option in options])
        said["options"] = [_option(option, key, paths) for option, key in zip(options, keys, strict=True)]
    said |= _settings(poll, len(options))
    said |= {
        "seconds": poll.seconds,
        "results": poll.results,
        "points": poll.points or None,
        "by_speed": poll.by_speed or None,
    }
    said |= {"explanation": poll.explanation, "picture": paths.get(poll.picture_id or 0)}
    said |= {"picture_alt": poll.picture_alt, "state": "archived" if poll.state == PollState.ARCHIVED else ""}
    return _table("[[polls]]", {name: value for name, value in said.items() if _says(value)})


def _says(value: object) -> bool:
    """Whether a value says anything; false and 0 do: they are settings of a kind that has another default."""
    return value is not None and value != ""


def _option(option: Option, key: str, paths: Mapping[int, str]) -> str | dict[str, Any]:
    said = {"key": key, "text": option.text, "right": option.is_right, "picture": paths.get(option.picture_id or 0)}
    said = {name: value for name, value in said.items() if value}
    return option.text if said.keys() == {"text"} else said


def _settings(poll: Poll, n_options: int) -> dict[str, Any]:
    """The settings that are not what the kind takes anyway."""
    try:
        defaults = KINDS[poll.kind].parse_settings({}, n_options)
    except InvalidSettingsError:  # the kind cannot do without some
        defaults = {}
    decimals = {field.name for field in KINDS[poll.kind].setting_fields if field.type == "decimal"}
    own = {name: value for name, value in poll.settings.items() if name not in defaults or value != defaults[name]}
    return {name: _number(value) if name in decimals else value for name, value in own.items()}


def _number(text: object) -> object:
    """A decimal, which is kept as text, as the number that people write, where that is exactly the same number."""
    if not isinstance(text, str) or not text:
        return text
    number = float(text)
    short = int(number) if number.is_integer() else number
    return short if str(short) == text else text


def _table(header: str, said: Mapping[str, Any]) -> str:
    return "\n".join([header, *(pair(name, value) for name, value in said.items())]) + "\n"
