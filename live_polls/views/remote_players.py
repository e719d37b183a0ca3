"""Who plays, for the remote: first those whose names a host has to look at, then the board, then the rest."""

from __future__ import annotations

from dataclasses import dataclass

from live_polls.domain.board_rows import PlayerLine, Scores
from live_polls.domain.room_view import RoomView
from live_polls.enums import TextState

MOST = 100
_ORDER = {TextState.HELD.value: 0, TextState.SHOWN.value: 1, TextState.HIDDEN.value: 2}


@dataclass(frozen=True, slots=True)
class RemotePlayer:
    """A player and what a host can do about them; `place` is None off the board."""

    id: int
    name: str
    team: str
    state: str
    points: int
    place: int | None

    @property
    def is_shown(self) -> bool:
        return self.state == TextState.SHOWN.value

    @property
    def is_held(self) -> bool:
        return self.state == TextState.HELD.value


def remote_players(room: RoomView) -> list[RemotePlayer]:
    """At most a hundred: a hall of thousands is not run by a list."""
    players = sorted(
        (_remote_player(room, player) for player in room.players.values()),
        key=lambda player: (_ORDER[player.state], -player.points, player.id),
    )
    return players[:MOST]


def _remote_player(room: RoomView, player: PlayerLine) -> RemotePlayer:
    scores = room.board.scores.get(player.voice, Scores()) if room.board else Scores()
    line = room.board.by_voice.get(player.voice) if room.board else None
    return RemotePlayer(player.id, player.name, player.team, player.state, scores.points, line.place if line else None)
