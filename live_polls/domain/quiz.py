"""What a room's state says of its quiz: which questions have been revealed, who plays, and the board.

Kept from read to read: players are read when some are new, a board when a question was revealed or points changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from live_polls.domain.board import Board, ranked, read_board
from live_polls.domain.board_rows import PlayerLine, Question, read_players
from live_polls.enums import PollState, ResultsVisibility

if TYPE_CHECKING:
    from live_polls.domain.room_view import PollView, RoomView

_WAITING = frozenset({PollState.DRAFT.value, PollState.OPEN.value})


def rule_of(results: str, *, points: int) -> str:
    """The rule in force for who sees counts: those of a quiz question would tell the answer to who still thinks."""
    early = {ResultsVisibility.LIVE.value, ResultsVisibility.AFTER_VOTE.value}
    return ResultsVisibility.AFTER_CLOSE.value if points and results in early else results


def is_in_scores(poll: PollView) -> bool:
    """Whether what the poll earned is in totals: it is over, and neither its rule nor a host holds its results back.

    As `visibility.is_revealed` for a trusted stage, and archived polls stay in.
    """
    if poll.state in _WAITING or poll.opened_at is None or poll.shown is False:
        return False
    return poll.results != ResultsVisibility.HOST.value or bool(poll.shown)


def with_quiz(view: RoomView, known: RoomView | None) -> RoomView:
    """The view with its players and its board, read anew only where `known` is no longer true."""
    if not view.is_quiz:
        return view
    if known is not None and known.epoch != view.epoch:
        known = None
    players = _players(view, known)
    board = _board(view, known, players)
    is_same = known is not None and known.players is players and known.board is board
    standings = known.standings if known is not None and is_same else object()
    return replace(view, players=players, board=board, standings=standings)


def _players(view: RoomView, known: RoomView | None) -> dict[str, PlayerLine]:
    if known is None or known.board_version != view.board_version or not known.players:
        return read_players(view.id)
    if known.players_version == view.players_version:
        return known.players
    return {**known.players, **read_players(view.id, after=next(reversed(known.players.values())).id)}


def _board(view: RoomView, known: RoomView | None, players: Mapping[str, PlayerLine]) -> Board | None:
    questions = [poll for poll in view.polls if poll.points]
    asked = sorted(filter(is_in_scores, questions), key=lambda poll: (poll.opened_at, poll.id))
    if not asked:
        return None
    is_final = not any(poll.state in _WAITING for poll in questions)
    revealed = [Question(poll.id, poll.round, poll.code) for poll in asked]
    key = (view.board_version, is_final, *revealed)
    if known is not None and known.board is not None and known.board.key == key:
        # Who takes a name after a reveal belongs on the board, too: else a process that read it earlier shows another one.
        return known.board if known.players is players else ranked(known.board, players)
    return read_board(key, revealed, players, is_final=is_final)
