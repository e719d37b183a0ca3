"""Voters for pages that only watch: each votes over plain HTTP, as the twin of the socket allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tests.browser.conftest import Room

_opener = build_opener(ProxyHandler({}))


def vote(room: Room, answer: dict[str, Any], *, poll: int = 0, times: int = 1, round_: int = 1) -> None:
    """So many new participants cast the same answer; returns when all are counted."""
    base = f"{room.server.url}/api/v1/rooms/{room.join_code}"
    for _ in range(times):
        token = _post(f"{base}/join", {})["token"]
        ballot = {"id": "1", "poll": room.polls[poll], "round": round_, "seq": 1, "answer": answer}
        assert _post(f"{base}/ballots", ballot, token)["type"] == "ack"


class Voters:
    """So many participants who come back in every round."""

    def __init__(self, room: Room, n: int) -> None:
        self._room = room
        self._base = f"{room.server.url}/api/v1/rooms/{room.join_code}"
        self._tokens = [_post(f"{self._base}/join", {})["token"] for _ in range(n)]

    def vote(self, answers: Sequence[dict[str, Any] | None], *, poll: int = 0, round_: int = 1) -> None:
        """Each gives the answer at their place; None does not vote."""
        for token, answer in zip(self._tokens, answers, strict=False):
            ballot = {"id": "1", "poll": self._room.polls[poll], "round": round_, "seq": 1, "answer": answer}
            if answer is not None:
                assert _post(f"{self._base}/ballots", ballot, token)["type"] == "ack"

    def vote_twice(self, before: Sequence[dict[str, Any] | None], after: Sequence[dict[str, Any] | None]) -> None:
        """Two rounds of the first poll, which is open; both are over after it."""
        self.vote(before)
        self._room.act("close", 0)
        self._room.act("open", 0)
        self.vote(after, round_=2)
        self._room.act("close", 0)


def _post(address: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    with _opener.open(Request(address, json.dumps(body).encode(), headers)) as response:
        return dict(json.load(response))
