"""The audience of a test, by plain requests: people who join, ask, vote questions up, and write."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tests.browser.conftest import Room


class Person:
    """Somebody in the audience, by plain requests."""

    def __init__(self, room: Room) -> None:
        self._address = f"{room.server.url}/api/v1/rooms/{room.join_code}/"
        self._opener = build_opener(ProxyHandler({}))
        self._token = ""
        self._token = self.post("join", {})["token"]

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self._address + path, json.dumps(body).encode(), headers, method="POST")
        with self._opener.open(request) as response:
            return dict(json.load(response))

    def ask(self, text: str, **fields: str) -> str:
        return str(self.post("questions", {"id": "q", "seq": 1, "text": text, **fields})["question"])

    def upvote(self, code: str) -> None:
        self.post("upvotes", {"id": "u", "question": code, "on": True})

    def write(self, room: Room, text: str) -> None:
        self.post("ballots", {"id": "b", "poll": room.polls[0], "round": 1, "seq": 1, "answer": {"texts": [text]}})
