"""Players of a quiz who need no browser: they join, take a name and answer, by plain requests."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tests.browser.conftest import Room

CAPITAL = """
kind = "single_choice"
prompt = "What is the capital of Australia?"
options = ["Sydney", {text = "Canberra", right = true}, "Melbourne", "Perth"]
points = 1000
explanation = "Sydney and Melbourne could not agree, so it was built halfway between."
"""
PRIMES = """
kind = "multiple_choice"
prompt = "Which of these are prime?"
options = [{text = "2", right = true}, {text = "51", right = false}, {text = "97", right = true}]
points = 500
"""
NAMES = ("Ada", "Grace", "Linus", "Margaret", "Barbara", "Edsger", "Donald", "Radia", "Ken", "Hedy", "Alan")


class Player:
    """One who plays without a page."""

    def __init__(self, room: Room, name: str, team: str = "") -> None:
        self._room = room
        self._api = f"{room.server.url}/api/v1/rooms/{room.join_code}"
        self._token = self._post("join", {})["token"]
        self._post("player", {"name": name, "team": team})

    def answer(self, answer: dict[str, Any], *, poll: int = 0) -> dict[str, Any]:
        return self._post("ballots", {"poll": self._room.polls[poll], "round": 1, "seq": 1, "answer": answer})

    def _post(self, door: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if door != "join" else {}
        request = Request(f"{self._api}/{door}", json.dumps(body).encode(), headers, method="POST")
        with build_opener(ProxyHandler({})).open(request) as response:
            return dict(json.load(response))


def play(room: Room, *, poll: int = 0, right: object, wrong: object, n_right: int = 5) -> None:
    """Eleven players, the first of whom are right, and the room after the answer."""
    for number, player in enumerate(players_of(room)):
        player.answer(right if number < n_right else wrong, poll=poll)  # type: ignore[arg-type]


def players_of(room: Room) -> list[Player]:
    return [Player(room, name) for name in NAMES]
