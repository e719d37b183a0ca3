"""The leaderboard of a quiz: who stands where after the questions that have been revealed.

Points stand in the ballots, written when they were counted; a board is one query over them, whatever the number of
players, made once a process and reveal. What has not been revealed is not in it: not in a total, a place or a streak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from live_polls.domain.board_rows import PlayerLine, Question, Scores, read_scores
from live_polls.enums import TextState


class Line(NamedTuple):
    """A line of the board: a player or a team. Those with equal points share a place; `before`: before the last question."""

    place: int
    before: int
    name: str
    points: int
    gained: int
    streak: int = 0
    team: str = ""
    voice: str = ""
    is_named: bool = True  # False: the name waits for a host's eye
    n_players: int = 1


@dataclass(frozen=True, slots=True)
class Board:
    """The standings after `questions`; `key` says of what it was made. `scores` has those, too, who are on no board."""

    key: tuple[object, ...]
    questions: tuple[Question, ...]
    is_final: bool
    lines: tuple[Line, ...] = ()
    teams: tuple[Line, ...] = ()
    by_voice: Mapping[str, Line] = field(default_factory=dict)
    scores: Mapping[str, Scores] = field(default_factory=dict)

    @property
    def last(self) -> str:
        """The code of the question that was revealed last."""
        return self.questions[-1].code


def read_board(
    key: tuple[object, ...], questions: Sequence[Question], players: Mapping[str, PlayerLine], *, is_final: bool
) -> Board:
    """The board after these questions, in the order in which they were asked: one query. Repeatable."""
    return ranked(Board(key, tuple(questions), is_final, scores=read_scores(questions)), players)


def ranked(board: Board, players: Mapping[str, PlayerLine]) -> Board:
    """The board with these players, who have what its scores say: no query. Repeatable."""
    lines = ranked_players(players.values(), board.scores)
    return replace(
        board,
        lines=lines,
        teams=ranked_teams(players.values(), board.scores),
        by_voice={line.voice: line for line in lines},
    )


def ranked_players(players: Iterable[PlayerLine], scores: Mapping[str, Scores]) -> tuple[Line, ...]:
    """The players in their order; equal points share a place, and stand in the order in which they came."""
    nothing = Scores()
    shown = [
        (player, scores.get(player.voice, nothing)) for player in players if player.state != TextState.HIDDEN.value
    ]
    now = _places(score.points for _, score in shown)
    before = _places(score.points - score.gained for _, score in shown)
    shown.sort(key=lambda pair: -pair[1].points)
    return tuple(
        Line(
            place=now[score.points],
            before=before[score.points - score.gained],
            name=player.name,
            points=score.points,
            gained=score.gained,
            streak=score.streak,
            team=player.team,
            voice=player.voice,
            is_named=player.state == TextState.SHOWN.value,
        )
        for player, score in shown
    )


def ranked_teams(players: Iterable[PlayerLine], scores: Mapping[str, Scores]) -> tuple[Line, ...]:
    """The teams in their order. A team has the mean of its players' points, so that a small one can win."""
    members: defaultdict[str, list[Scores]] = defaultdict(list)
    for player in players:
        if player.team and player.state != TextState.HIDDEN.value:
            members[player.team].append(scores.get(player.voice, Scores()))
    means = {
        team: (mean([one.points for one in all_of]), mean([one.points - one.gained for one in all_of]))
        for team, all_of in members.items()
    }
    now, before = _places(points for points, _ in means.values()), _places(points for _, points in means.values())
    return tuple(
        Line(now[points], before[earlier], team, points, points - earlier, n_players=len(members[team]))
        for team, (points, earlier) in sorted(means.items(), key=lambda item: (-item[1][0], item[0]))
    )


def mean(points: Sequence[int]) -> int:
    """The mean as a whole number, halves up."""
    return (2 * sum(points) + len(points)) // (2 * len(points))


def _places(points: Iterable[int]) -> dict[int, int]:
    """{points: place}: one more than the number of those who have more."""
    places: dict[int, int] = {}
    for n_better, one in enumerate(sorted(points, reverse=True)):
        places.setdefault(one, n_better + 1)
    return places
