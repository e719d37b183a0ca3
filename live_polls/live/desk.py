"""The moderation desk of one room in this process: its queue, told to moderators entry by entry.

The queue is read with the room, in the same consistent read and only while a moderator is here; at most a few times a
second, however fast people write. Two queues are compared entry by entry, so that a long one is told once, and then what
changes; where only numbers changed, one small frame tells all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from live_polls.domain.contributions import Contribution
from live_polls.live import messages, objects
from live_polls.live.connections import Change, Connection
from live_polls.live.frames import Frame

READ_SECONDS = 0.25

Queue = Mapping[str, Contribution]


class Desk:
    """Everything here happens in the loop. `rouse` makes the room be read again."""

    def __init__(self, rouse: Callable[[], None]) -> None:
        self._rouse = rouse
        self._moderators: dict[Connection, None] = {}
        self._new: dict[Connection, None] = {}
        self._queue: Queue = {}
        self._next_read = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Connection) -> None:
        """A moderator has come, or asks for everything again. Repeatable."""
        self._moderators[connection] = self._new[connection] = None

    def discard(self, connection: Connection) -> None:
        """Forget the connection. Repeatable."""
        self._moderators.pop(connection, None)
        self._new.pop(connection, None)

    def wants_read(self, hellos: Iterable[Connection]) -> bool:
        """Whether the queue is to be read with the room now; if it is too early for that, the room is read later again."""
        if any(connection.moderates for connection in hellos):
            return True
        if not self._moderators:
            return False
        loop = asyncio.get_running_loop()
        if loop.time() >= self._next_read:
            return True
        if self._timer is None:
            self._timer = loop.call_at(self._next_read, self._read_later)
        return False

    def take(self, epoch: str, version: int, contributions: Iterable[Contribution]) -> None:
        """Tell moderators the queue as it was read: all of it to who is new, to the others what has changed."""
        self._next_read = asyncio.get_running_loop().time() + READ_SECONDS
        queue = {contribution.id: contribution for contribution in contributions}
        changed = list(_changes(self._queue, queue, epoch, version))
        for connection in self._moderators:
            if connection not in self._new and changed:
                _show(connection, changed, version)
        if self._new:
            listed = messages.ContributionsChanged(epoch, version, [_object(each) for each in queue.values()])
            whole: list[Change] = [(("contributions", ""), _frame(listed))]
            for connection in self._new:
                _show(connection, whole, version)
        self._queue, self._new = queue, {}

    def stop(self) -> None:
        """No more reads. Repeatable."""
        if self._timer is not None:
            self._timer.cancel()

    def _read_later(self) -> None:
        self._timer = None
        self._rouse()


def _changes(old: Queue, new: Queue, epoch: str, version: int) -> Iterator[Change]:
    for id_ in old.keys() - new.keys():
        yield ("contribution", id_), _frame(messages.ContributionRemoved(epoch, version, id_))
    counted = False
    for id_, contribution in new.items():
        before = old.get(id_)
        if before == contribution:
            continue
        now = _object(contribution)
        if before is not None and msgspec.structs.replace(_object(before), n=now.n) == now:
            counted = True
        else:
            yield ("contribution", id_), _frame(messages.ContributionChanged(epoch, version, now))
    if counted:
        # Absolute, and of all numbers: a slow reader who gets only the newest of these frames misses nothing.
        n = {id_: contribution.n for id_, contribution in new.items() if contribution.n}
        yield ("contributions counted", ""), _frame(messages.ContributionsCounted(epoch, version, n))


def _object(contribution: Contribution) -> objects.ContributionObject:
    return msgspec.convert(contribution, objects.ContributionObject, from_attributes=True)


def _show(connection: Connection, changes: Iterable[Change], version: int) -> None:
    connection.show(changes)
    connection.version = max(connection.version, version)


def _frame(message: msgspec.Struct) -> Frame:
    return Frame(messages.encode(message))
