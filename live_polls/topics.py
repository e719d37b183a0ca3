"""Names on the channel layer. From integer ids only: group names must be short ASCII."""

from __future__ import annotations

HUB_CHANNEL_PREFIX = "live_polls.hub"
# The group of all processes, whatever rooms are live in them.
RIGHTS_TOPIC = "live_polls.rights"


def room_topic(room_id: int) -> str:
    """The group that carries the hints of one room."""
    return f"live_polls.room.{room_id}"
