"""Rooms and phones' tokens, by the ways that are open to everybody."""

from __future__ import annotations

import json
import secrets
import ssl
from typing import Any

from tests.operations.topology import ask
from tests.server_process import ServerProcess

ROOM = """
[room]
slug = "room-{number}"
title = "Keynote"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces", "Both"]
state = "open"
"""


def load_room(server: ServerProcess) -> dict[str, Any]:
    """A new room with one open poll; what `load_room --json` says about it."""
    return server.load_room(ROOM.format(number=secrets.token_hex(8)))


def join(url: str, room: dict[str, Any], tls: ssl.SSLContext | None = None) -> str:
    """The token of a new participant."""
    answer = ask(f"{url}/api/v1/rooms/{room['join_code']}/join", data=b"", tls=tls)
    assert answer.status == 201
    return str(json.loads(answer.body)["token"])
