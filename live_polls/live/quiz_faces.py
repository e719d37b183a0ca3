"""What screens see of a quiz: the board when it is on stage, who has come to play, and each phone its own standing.

A board leaves out whoever is not among the best: a hall of thousands gets one frame of a kilobyte. Everything here
is made from what has been revealed; see domain/board.py.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

from live_polls.domain.board import Line
from live_polls.domain.board_rows import Scores
from live_polls.domain.room_view import RoomView
from live_polls.domain.visibility import Viewer
from live_polls.enums import Screen, TextState
from live_polls.live import objects

N_LINES = 10
N_NAMES = 48


def board_object(view: RoomView) -> objects.BoardObject | None:
    """The board if it is on stage; before the first reveal an empty one."""
    if view.screen != Screen.BOARD.value:
        return None
    board = view.board
    if board is None:
        return objects.BoardObject(n_players=0, n_questions=0, is_final=False, players=[], teams=[])
    return objects.BoardObject(
        n_players=len(board.lines),
        n_questions=len(board.questions),
        is_final=board.is_final,
        players=[_line_object(line) for line in board.lines[:N_LINES]],
        teams=[_line_object(line) for line in board.teams],
    )


def players_object(view: RoomView, viewer: Viewer) -> objects.PlayersObject | None:
    """How many play, and the names of those who came last: for the lobby on a stage, not for thousands of phones."""
    if viewer is Viewer.AUDIENCE or not view.is_quiz:
        return None
    shown = (player.name for player in reversed(view.players.values()) if player.state == TextState.SHOWN.value)
    sizes = Counter(player.team for player in view.players.values()) if view.teams else {}
    teams = {team: sizes[team] for team in view.teams}
    return objects.PlayersObject(n=len(view.players), names=list(islice(shown, N_NAMES)), teams=teams)


def player_object(view: RoomView, voice: str) -> objects.PlayerObject | None:
    """Whoever has this voice key as a player, with what they have earned so far; None without a name."""
    player = view.players.get(voice)
    if player is None:
        return None
    board = view.board
    scores = board.scores.get(voice, Scores()) if board else Scores()
    line = board.by_voice.get(voice) if board else None
    return objects.PlayerObject(
        name=player.name,
        team=player.team,
        state=player.state,
        points=scores.points,
        gained=scores.gained,
        streak=scores.streak,
        place=line.place if line else None,
        n_players=len(board.lines) if board else 0,
        last=board.last if board else None,
    )


def _line_object(line: Line) -> objects.BoardLine:
    return objects.BoardLine(
        place=line.place,
        before=line.before,
        name=line.name if line.is_named else None,
        points=line.points,
        gained=line.gained,
        streak=line.streak,
        team=line.team,
        n_players=line.n_players,
    )
