"""What people said and won, for files: questions that everybody may see, and the leaderboard of the quiz.

What was held or hidden is in no file, and neither is who asked: a name only where one was given and may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from live_polls.domain.results import RoomResults
from live_polls.domain.results_table import Cell, Table
from live_polls.enums import QuestionState
from live_polls.models import Question


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as everybody may see it; `n_upvotes` holds for those that were merged into it, too."""

    code: str
    text: str
    name: str
    n_upvotes: int
    answered: bool
    reply: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A player or a team on the leaderboard; `name` is empty where it may not be shown."""

    place: int
    name: str
    team: str
    points: int
    n_players: int


def shown_questions(room_id: int) -> list[AskedQuestion]:
    """The questions that are shown, those of most upvotes first. Repeatable."""
    shown = Question.objects.filter(room=room_id, state=QuestionState.SHOWN, merged_into=None)
    return [
        AskedQuestion(
            question.code,
            question.edited or question.text,
            question.name,
            question.n_upvotes,
            question.answered,
            question.reply,
        )
        for question in shown.order_by("-n_upvotes", "pk")
    ]


def standings(results: RoomResults) -> tuple[list[Standing], list[Standing]]:
    """(players, teams) in their order, after the questions that have been revealed; empty without a quiz."""
    board = results.room.board
    if board is None:
        return [], []
    players, teams = (
        [
            Standing(line.place, line.name if line.is_named else "", line.team, line.points, line.n_players)
            for line in lines
        ]
        for lines in (board.lines, board.teams)
    )
    return players, teams


def questions_table(results: RoomResults) -> Table:
    """A line a question."""
    header = (_("Question"), _("Asked by"), _("Upvotes"), _("Answered"), _("Reply"))
    lines = (
        (asked.text, asked.name, asked.n_upvotes, _("yes") if asked.answered else None, asked.reply)
        for asked in shown_questions(results.room.id)
    )
    return Table(header, tuple(lines), frozenset())


def board_table(results: RoomResults) -> Table:
    """A line a player, then one a team."""
    players, teams = standings(results)
    header = (_("Place"), _("Player"), _("Team"), _("Points"), _("Players"))
    lines: list[tuple[Cell, ...]] = [(each.place, each.name, each.team, each.points, None) for each in players]
    lines += [(each.place, None, each.name, each.points, each.n_players) for each in teams]
    return Table(header, tuple(lines), frozenset())
