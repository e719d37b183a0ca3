"""A client that follows a room by the rules of protocol.md alone. Imports nothing of live_polls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Client:
    """Holds the newest state of each object, drops what is older, and says what a screen would show."""

    def __init__(self) -> None:
        self.epoch = ""
        self.room: Any = None
        self.current: Any = None
        self._polls: dict[str, tuple[int, dict[str, Any]]] = {}  # position and poll
        self._tallies: dict[str, tuple[int, dict[str, Any]]] = {}  # round and tally
        self._ballots: dict[str, dict[str, Any]] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self.version = 0  # of the newest frame: must never fall

    def take_all(self, frames: Iterable[dict[str, Any]]) -> Client:
        for frame in frames:
            self.take(frame)
        return self

    def take(self, frame: dict[str, Any]) -> None:
        if "version" in frame:
            assert self.epoch in {"", frame["epoch"]}
            assert frame["version"] >= self.version, "the version fell"
            self.version, self.epoch = frame["version"], frame["epoch"]
        getattr(self, "_take_" + frame["type"].replace(".", "_"))(frame)

    @property
    def screen(self) -> dict[str, Any]:
        """All that a screen would show; two clients with equal screens are in the same state."""
        polls = [poll for _, poll in sorted(self._polls.values(), key=lambda entry: entry[0])]
        for poll in polls:
            round_, tally = self._tallies[poll["code"]]
            assert round_ == poll["round"]
            poll["tally"] = tally
        ballots = {code: ballot for code, ballot in self._ballots.items() if self._is_now(ballot)}
        return {"room": self.room, "current": self.current, "polls": polls, "ballots": ballots}

    def _is_now(self, ballot: dict[str, Any]) -> bool:
        _, poll = self._polls.get(ballot["poll"], (0, {"round": None}))
        return bool(poll["round"] == ballot["round"])

    def _is_news(self, what: str, which: str, version: int) -> bool:
        if version < self._versions.get((what, which), 0):
            return False
        self._versions[what, which] = version
        return True

    def _take_snapshot(self, frame: dict[str, Any]) -> None:
        version = frame["version"]
        self._take_room_changed(frame)
        codes = {poll["code"] for poll in frame["polls"]}
        for code in self._polls.keys() - codes:
            self._take_poll_removed({"poll": code, "version": version})
        for position, shown in enumerate(frame["polls"]):
            poll = {key: value for key, value in shown.items() if key != "tally"}
            self._take_poll_changed({"poll": poll, "position": position, "version": version})
            tally = {"poll": poll["code"], "round": poll["round"], "tally": shown["tally"], "version": version}
            self._take_tally_changed(tally)
            ballots = [ballot for ballot in frame["me"]["ballots"] if ballot["poll"] == poll["code"]]
            self._take_me_changed({"poll": poll["code"], "ballots": ballots, "version": version})

    def _take_room_changed(self, frame: dict[str, Any]) -> None:
        if self._is_news("room", "", frame["version"]):
            self.room, self.current = frame["room"], frame["current"]

    def _take_poll_changed(self, frame: dict[str, Any]) -> None:
        poll = frame["poll"]
        if self._is_news("poll", poll["code"], frame["version"]):
            self._polls[poll["code"]] = frame["position"], dict(poll)

    def _take_poll_removed(self, frame: dict[str, Any]) -> None:
        if self._is_news("poll", frame["poll"], frame["version"]):
            self._polls.pop(frame["poll"], None)

    def _take_tally_changed(self, frame: dict[str, Any]) -> None:
        if self._is_news("tally", frame["poll"], frame["version"]):
            self._tallies[frame["poll"]] = frame["round"], frame["tally"]

    def _take_me_changed(self, frame: dict[str, Any]) -> None:
        if self._is_news("me", frame["poll"], frame["version"]):
            self._ballots.pop(frame["poll"], None)
            for ballot in frame["ballots"]:
                self._ballots[frame["poll"]] = ballot
        for code, tally in frame.get("tallies", {}).items():
            self._take_tally_changed(
                {"poll": code, "round": frame["round"], "tally": tally, "version": frame["version"]}
            )

    def _take_presence_changed(self, frame: dict[str, Any]) -> None: ...

    def _take_heartbeat(self, frame: dict[str, Any]) -> None: ...

    def _take_ack(self, frame: dict[str, Any]) -> None: ...
