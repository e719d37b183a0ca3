"""The results of a room as one JSON document, without loss and without anybody in it.

Answers stand as a multiset: equal ones once, with how many there are, in an order made of the answers themselves. So
nothing tells when a ballot came, and nothing in one poll can be joined with a ballot in another.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from live_polls.domain.results import PollResults, RoomResults, RoundResults
from live_polls.domain.results_people import shown_questions, standings

FORMAT = "live_polls.results.v1"


def results_json(results: RoomResults) -> bytes:
    """The document, UTF-8, of whole results. (A purged room has no answers.) See docs/room-files.md."""
    document = {
        "format": FORMAT,
        "read_at": results.read_at.isoformat(timespec="seconds"),
        "room": _room(results),
        "polls": [_poll(poll) for poll in results.polls],
        "questions": [asdict(asked) for asked in shown_questions(results.room.id)],
        "leaderboard": _leaderboard(results),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _room(results: RoomResults) -> dict[str, Any]:
    room = results.room
    return {
        "title": room.title,
        "join_code": room.join_code,
        "state": room.state,
        "results": room.results,
        "epoch": room.epoch,
        "version": room.version,
    }


def _leaderboard(results: RoomResults) -> dict[str, Any]:
    players, teams = standings(results)
    return {"players": [asdict(each) for each in players], "teams": [asdict(each) for each in teams]}


def _poll(results: PollResults) -> dict[str, Any]:
    poll = results.poll
    return {
        "code": poll.code,
        "kind": poll.kind,
        "prompt": poll.prompt,
        "state": poll.state,
        "round": poll.round,
        "settings": dict(poll.settings),
        "results": poll.results,
        "points": poll.points,
        "by_speed": poll.by_speed,
        "explanation": poll.explanation,
        "options": [{"number": number, "text": text, "right": number in poll.right} for number, text in poll.options],
        "rounds": [
            {
                "round": round_.number,
                "entry": round_.entry,
                "aside": round_.n_aside,
                "tally": _tally(round_),
                "answers": _answers(results, round_),
                "texts": [{"text": text, "n": n} for text, n in round_.texts],
            }
            for round_ in results.rounds
        ],
    }


def _tally(round_: RoundResults) -> dict[str, Any]:
    """Without the texts for screens: those are named by ids that two rounds share, and all of them stand below."""
    return {name: value for name, value in round_.tally.items() if name != "texts"}


def _answers(results: PollResults, round_: RoundResults) -> list[dict[str, Any]]:
    """Answers in force. Polls whose ballots carry words have none: moderators decide which words are shown, as `texts`."""
    if results.kind.voiced or results.kind.carries_texts(results.poll.settings):
        return []
    return [{"answer": json.loads(answer), "n": n} for answer, n in round_.answers]
