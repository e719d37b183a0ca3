"""A screen as simple as it can be: it takes a snapshot, then every message, and knows what a new snapshot would say.

Imports nothing of live_polls: the rules are those of docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Message = dict[str, Any]


class Mirror:
    """The state of a room as one viewer has been told it."""

    def __init__(self) -> None:
        self._room: Message = {}
        self._current: Message | None = None
        self._presence = 0
        self._order: list[str] = []
        self._polls: dict[str, Message] = {}
        self._tallies: dict[tuple[str, int], Message] = {}
        self._ballots: dict[tuple[str, int], Message] = {}
        self._handlers: dict[str, Callable[[Message], object]] = {
            "snapshot": self._on_snapshot,
            "room.changed": self._on_room,
            "poll.changed": self._on_poll,
            "poll.removed": self._on_removed,
            "tally.changed": self._on_tally,
            "me.changed": self._on_me,
            "presence.changed": self._on_presence,
            "question.changed": self._on_question,
            "question.removed": lambda message: self._questions.pop(message["question"], None),
            "upvotes.changed": self._on_upvotes,
            "voice.changed": self._on_voice,
            "player.changed": self._on_player,
            "players.changed": self._on_players,
        }
        self._board: Message | None = None
        self._player: Message | None = None
        self._players: Message | None = None
        self._times: dict[tuple[str, int], Message] = {}
        self._questions: dict[str, Message] = {}
        self._own: dict[str, Message] = {}
        self._upvotes: set[str] = set()

    def take(self, message: Message) -> None:
        """Take in any message; those that tell nothing about the room change nothing."""
        self._handlers.get(message["type"], lambda _: None)(message)

    @property
    def state(self) -> Message:
        """What a snapshot of now would say, in an order that does not depend on chance."""
        polls = [self._polls[code] for code in self._order]
        rounds = {(poll["code"], poll["round"]) for poll in polls}
        # Extra time is on top of a countdown: where none runs there is none.
        timed = {(poll["code"], poll["round"]) for poll in polls if "last_deadline" in poll}
        return {
            "room": self._room,
            "current": self._current,
            "presence": self._presence,
            "questions": dict(sorted(self._questions.items())),
            "own": dict(sorted(self._own.items())),
            "upvotes": sorted(self._upvotes),
            "polls": [poll | {"tally": self._tallies.get((poll["code"], poll["round"]))} for poll in polls],
            "ballots": {key: ballot for key, ballot in sorted(self._ballots.items()) if key in rounds},
            "board": self._board,
            "player": self._player,
            "players": self._players,
            "times": {key: time for key, time in sorted(self._times.items()) if key in timed},
        }

    def _on_snapshot(self, message: Message) -> None:
        self.__init__()  # type: ignore[misc]  # nothing of before counts
        self._on_room(message)
        self._on_presence(message)
        for poll in message["polls"]:
            code, tally = poll["code"], poll.pop("tally")
            self._order.append(code)
            self._polls[code] = poll
            self._tallies[code, poll["round"]] = tally
        for ballot in message["me"]["ballots"]:
            self._ballots[ballot["poll"], ballot["round"]] = ballot
        for time in message["me"].get("times", []):
            self._times[time["poll"], time["round"]] = time
        self._player, self._players = message["me"].get("player"), message.get("players")
        self._questions = {question["code"]: question for question in message.get("questions", [])}
        self._own = {question["code"]: question for question in message["me"].get("questions", [])}
        self._upvotes = set(message["me"].get("upvotes", []))

    def _on_question(self, message: Message) -> None:
        self._questions[message["question"]["code"]] = message["question"]

    def _on_upvotes(self, message: Message) -> None:
        for code, n in message["upvotes"].items():
            self._questions[code]["n_upvotes"] = n

    def _on_voice(self, message: Message) -> None:
        code = message["question"]
        self._own.pop(code, None)
        if message["own"] is not None:
            self._own[code] = message["own"]
        (self._upvotes.add if message["upvoted"] else self._upvotes.discard)(code)

    def _on_room(self, message: Message) -> None:
        self._room, self._current = message["room"], message["current"]
        self._board = message.get("board")

    def _on_player(self, message: Message) -> None:
        self._player = message["player"]

    def _on_players(self, message: Message) -> None:
        self._players = message["players"]

    def _on_presence(self, message: Message) -> None:
        self._presence = message["presence"]

    def _on_poll(self, message: Message) -> None:
        code = message["poll"]["code"]
        self._polls[code] = message["poll"]
        self._order = [other for other in self._order if other != code]
        self._order.insert(message["position"], code)

    def _on_removed(self, message: Message) -> None:
        self._polls.pop(message["poll"], None)
        self._order = [code for code in self._order if code != message["poll"]]

    def _on_tally(self, message: Message) -> None:
        self._tallies[message["poll"], message["round"]] = message["tally"]

    def _on_me(self, message: Message) -> None:
        round_ = message["poll"], message["round"]
        self._ballots.pop(round_, None)
        for ballot in message["ballots"]:
            self._ballots[round_] = ballot
        if "times" in message:
            self._times.pop(round_, None)
            for time in message["times"]:
                self._times[round_] = time
        for code, tally in message.get("tallies", {}).items():
            self._tallies[code, message["round"]] = tally
