"""The right leaderboard of a quiz, from the acknowledgements alone. Imports nothing of live_polls, on purpose.

The rules are those of docs/protocol.md, written down a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Question(NamedTuple):
    """A question as the room file asks it; `right` are numbers of options."""

    key: str
    points: int
    by_speed: bool
    seconds: int | None
    right: frozenset[int]


class Acked(NamedTuple):
    """An answer that was acknowledged: the option numbers, and what the server says it took."""

    seq: int
    options: frozenset[int]
    elapsed_ms: int


class Standing(NamedTuple):
    place: int
    points: int
    streak: int


def standings(questions: Sequence[Question], acks: Mapping[str, Mapping[str, Sequence[Acked]]]) -> dict[str, Standing]:
    """{player: standing}; `acks` are {player: {question: acknowledgements}}, in whatever order they came."""
    earned = {
        player: [_points(question, own.get(question.key, ())) for question in questions] for player, own in acks.items()
    }
    totals = {player: sum(points) for player, points in earned.items()}
    return {
        player: Standing(1 + sum(other > totals[player] for other in totals.values()), totals[player], _streak(points))
        for player, points in earned.items()
    }


def team_standings(told: Mapping[str, Standing], teams: Mapping[str, str]) -> list[tuple[int, str, int]]:
    """(place, team, points), the best first: the mean of its players, halves up; `teams` are {player: team}."""
    members: dict[str, list[int]] = {}
    for player, team in teams.items():
        members.setdefault(team, []).append(told[player].points)
    means = {team: (2 * sum(points) + len(points)) // (2 * len(points)) for team, points in members.items()}
    ranked = sorted(means.items(), key=lambda item: (-item[1], item[0]))
    return [(1 + sum(other > points for other in means.values()), team, points) for team, points in ranked]


def _points(question: Question, acks: Sequence[Acked]) -> int:
    if not acks:
        return 0
    in_force = max(acks)
    hits, misses = len(in_force.options & question.right), len(in_force.options - question.right)
    how_right = max(0, hits - misses) / len(question.right)
    if how_right == 0:
        return 0
    span = question.seconds * 1000 if question.seconds else 20000
    factor = 1 - min(in_force.elapsed_ms, span) / (2 * span) if question.by_speed else 1
    return max(1, int(question.points * how_right * factor + 0.5))


def _streak(points: Sequence[int]) -> int:
    n = 0
    for one in reversed(points):
        if one == 0:
            break
        n += 1
    return n
