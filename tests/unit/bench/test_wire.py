"""Frames that the load client writes and tells apart."""

from __future__ import annotations

import json

import msgspec
import pytest

from bench import wire
from bench.baselines.tally_frame import ack_text, snapshot_text, tally_text
from live_polls.live import commands

TALLY = tally_text(version=34, n_options=2).encode()


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_the_type_of_a_frame_is_found_however_it_is_spaced(separators: tuple[str, str]):
    frame = json.dumps(json.loads(TALLY), separators=separators).encode()

    assert wire.frame_type(frame) == b"tally.changed"
    assert wire.read_version(frame) == 34
    assert wire.read_n_ballots(frame) == 34


def test_a_ballot_is_written_as_the_protocol_says():
    frame = wire.ballot_cast(b"K7Q2M9XA", number=3, round_=1, seq=3, option=2)

    assert json.loads(frame) == {
        "type": "ballot.cast",
        "id": "3",
        "poll": "K7Q2M9XA",
        "round": 1,
        "seq": 3,
        "answer": {"option": 2},
    }


def test_what_is_said_about_questions_is_written_as_the_protocol_says():
    ask = msgspec.json.decode(wire.question_ask(7, "Why?"), type=commands.QuestionAsk)
    up, down = (
        msgspec.json.decode(wire.question_upvote(8, b"K7Q2M9XA", on=on), type=commands.QuestionUpvote)
        for on in (True, False)
    )

    assert (ask.seq, ask.text) == (7, "Why?")
    assert (up.question, up.on, down.on) == ("K7Q2M9XA", True, False)
    assert wire.read_question(b'{"type":"ack","id":"7","question":"K7Q2M9XA","state":"shown"}') == "K7Q2M9XA"


def test_hello_carries_a_token_only_when_there_is_one():
    assert json.loads(wire.hello("abc")) == {"type": "hello", "token": "abc"}
    assert json.loads(wire.hello(None)) == {"type": "hello"}


def test_a_snapshot_tells_which_polls_may_be_voted_in():
    snapshot = wire.read_snapshot(snapshot_text().encode())

    assert [(poll.code, poll.round) for poll in snapshot.polls] == [("BASELINE", 1)]


def test_an_acknowledgement_of_a_baseline_reads_like_ours():
    frame = ack_text({"id": "7", "seq": 2}, version=9).encode()

    assert wire.frame_type(frame) == b"ack"
    assert wire.read_version(frame) == 9


def test_the_code_of_an_error_is_found():
    assert wire.read_code(b'{"type":"error","code":"rate_limited","message":"Slower."}') == "rate_limited"
    assert wire.read_code(b'{"type":"error"}') == ""
