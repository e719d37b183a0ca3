"""The addresses of a room, as commands print them. Always under PUBLIC_URL: they are opened on other machines."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from live_polls.domain.participants import stage_token
from live_polls.models import Room


def room_links(room: Room) -> dict[str, str]:
    """Addresses by what they open; the stage's carries the stage link's token where servers and logs see none."""
    links = {page: _link(page, room) for page in ("audience", "stage", "remote")}
    links["stage"] += f"#{stage_token(room)}"
    return links | {"edit": _link("room-edit", room), "socket": _socket(room)}


def _link(name: str, room: Room) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'live_polls:{name}', args=[room.join_code])}"


def _socket(room: Room) -> str:
    return f"{settings.PUBLIC_URL.replace('http', 'ws', 1)}/ws/rooms/{room.join_code}"
