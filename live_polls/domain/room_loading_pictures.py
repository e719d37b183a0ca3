"""Make the pictures of a room file the room's: drawn before anything is locked, kept when the room is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from live_polls.domain.pictures import OPTION_PIXELS, POLL_PIXELS, Drawn, draw_anew, keep_picture
from live_polls.domain.room_file_checks import Mistake, RoomFileError
from live_polls.domain.room_plan import PollPlan, RoomPlan
from live_polls.errors import InvalidSettingsError
from live_polls.models import Picture, Room


class DrawnPictures:
    """Every picture of a plan, drawn anew; RoomFileError with the lines of those that cannot be."""

    def __init__(self, plan: RoomPlan) -> None:
        self._drawn: dict[tuple[bytes, int], Drawn] = {}
        mistakes: list[Mistake] = []
        for upload, longest, line in _uploads(plan):
            try:
                if (upload, longest) not in self._drawn:
                    self._drawn[upload, longest] = _of_ours(upload) or draw_anew(upload, longest=longest)
            except InvalidSettingsError as error:
                mistakes.append(Mistake(line, error.message))
        if mistakes:
            raise RoomFileError(mistakes)

    def keep(self, room: Room, plan: PollPlan) -> PollPlan:
        """The plan with its pictures kept for the room, and their digests in its draft. Repeatable."""
        options = tuple(self._kept(room, option.picture, OPTION_PIXELS) for option in plan.options)
        draft = replace(
            plan.draft,
            picture=self._kept(room, plan.picture, POLL_PIXELS),
            option_pictures=options if any(options) else (),
        )
        return replace(plan, draft=draft)

    def _kept(self, room: Room, upload: bytes | None, longest: int) -> str:
        return keep_picture(room, self._drawn[upload, longest]).digest if upload else ""


def _uploads(plan: RoomPlan) -> Iterator[tuple[bytes, int, int]]:
    """(file, longer side, line) of every picture of the plan."""
    for poll in plan.polls:
        if poll.picture:
            yield poll.picture, POLL_PIXELS, poll.line
        for option in poll.options:
            if option.picture:
                yield option.picture, OPTION_PIXELS, option.line


def _of_ours(upload: bytes) -> Drawn | None:
    """A picture that came out of this installation needs no drawing: with each it would lose a little."""
    found = Picture.objects.filter(digest=hashlib.sha256(upload).hexdigest()[:32]).first()
    return Drawn(bytes(found.data), found.width, found.height) if found else None
