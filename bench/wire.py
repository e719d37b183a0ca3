"""The few frames of `live-polls.v1` that a load client writes and tells apart."""

from __future__ import annotations

import re

import msgspec

SUBPROTOCOL = "live-polls.v1"

_N_BALLOTS = re.compile(rb'"n_ballots": ?(\d+)')
_VERSION = re.compile(rb'"version": ?(\d+)')
_CODE = re.compile(rb'"code": ?"(\w+)"')
_QUESTION = re.compile(rb'"question": ?"(\w+)"')


class Poll(msgspec.Struct, frozen=True):
    code: str
    round: int = 1


class Snapshot(msgspec.Struct, frozen=True):
    version: int = 0
    polls: list[Poll] = []


def frame_type(payload: bytes) -> bytes:
    """Return the `type` of a frame, which the protocol puts first."""
    return payload.split(b'"', 4)[3]


def read_snapshot(payload: bytes) -> Snapshot:
    """Read the parts of a snapshot that a load client needs."""
    return msgspec.json.decode(payload, type=Snapshot)


def read_n_ballots(payload: bytes) -> int:
    """Return how many ballots a tally counts, without decoding the frame."""
    return _number(_N_BALLOTS, payload)


def read_version(payload: bytes) -> int:
    """Return the version of a frame, without decoding the frame."""
    return _number(_VERSION, payload)


def read_code(payload: bytes) -> str:
    """Return the code of an error."""
    found = _CODE.search(payload)
    return found[1].decode() if found else ""


def read_question(payload: bytes) -> str:
    """Return the code of the question that an acknowledgement is about."""
    found = _QUESTION.search(payload)
    return found[1].decode() if found else ""


def hello(token: str | None) -> bytes:
    """Write the first frame of a participant."""
    return msgspec.json.encode({"type": "hello"} | ({"token": token} if token else {}))


def ballot_cast(poll: bytes, *, number: int, round_: int, seq: int, option: int) -> bytes:
    """Write one ballot for a single choice poll; the id is its number."""
    return b'{"type":"ballot.cast","id":"%d","poll":"%b","round":%d,"seq":%d,"answer":{"option":%d}}' % (
        number,
        poll,
        round_,
        seq,
        option,
    )


def question_ask(number: int, text: str) -> bytes:
    """Write a question of an audience member; the id is its number."""
    return msgspec.json.encode({"type": "question.ask", "id": str(number), "seq": number, "text": text})


def question_upvote(number: int, question: bytes, *, on: bool) -> bytes:
    """Write a voice for a question, or that it is taken back."""
    return b'{"type":"question.upvote","id":"%d","question":"%b","on":%b}' % (
        number,
        question,
        b"true" if on else b"false",
    )


def _number(pattern: re.Pattern[bytes], payload: bytes) -> int:
    found = pattern.search(payload)
    return int(found[1]) if found else 0
