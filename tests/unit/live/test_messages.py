from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_polls.errors import (
    BadMessageError,
    BusyError,
    InternalError,
    PollClosedError,
    PollError,
    RateLimitedError,
    StaleBallotError,
)
from live_polls.live import commands, messages
from live_polls.live.commands import BallotCast, BallotPost, BallotWithdraw, Hello, Ping, Since

CAST: dict[str, Any] = {
    "type": "ballot.cast",
    "id": "1",
    "poll": "abcdefgh",
    "round": 1,
    "seq": 1,
    "answer": {"option": 1},
}
WITHDRAW = {key: value for key, value in CAST.items() if key != "answer"} | {"type": "ballot.withdraw"}


def text_of(message: object) -> str:
    return json.dumps(message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (CAST, BallotCast("1", "abcdefgh", 1, 1, {"option": 1})),
        (CAST | {"answer": {}}, BallotCast("1", "abcdefgh", 1, 1, {})),
        (CAST | {"seq": 2**52, "round": 2**31 - 1}, BallotCast("1", "abcdefgh", 2**31 - 1, 2**52, {"option": 1})),
        (WITHDRAW, BallotWithdraw("1", "abcdefgh", 1, 1)),
        ({"type": "ping"}, Ping()),
        ({"type": "ping", "id": "7"}, Ping("7")),
        ({"type": "hello"}, Hello()),
        ({"type": "hello", "role": "stage", "stage_token": "t"}, Hello(stage_token="t", role="stage")),
        (
            {"type": "hello", "token": "t", "since": {"epoch": "e", "version": 0}},
            Hello(token="t", since=Since("e", 0)),
        ),
    ],
    ids=repr,
)
def test_decode_takes_messages_of_ours(message, expected):
    assert commands.decode(text_of(message)) == expected
    assert commands.decode(text_of(message).encode()) == expected


NOT_OURS: list[Any] = [
    None,
    1,
    [],
    "ping",
    {},
    {"type": None},
    {"type": 1},
    {"type": "ballot.Cast"},
    {"type": "ack", "id": "1", "receipt": "x", "seq": 1, "epoch": "e", "version": 1},
    {"type": "ping", "extra": 1},
    {"type": "hello", "role": "admin"},
    {"type": "hello", "token": "x" * 257},
    {"type": "hello", "since": {"epoch": "e"}},
    {"type": "hello", "since": {"epoch": "e", "version": -1}},
    {"type": "hello", "since": "e.1"},
    CAST | {"id": "x" * 65},
    CAST | {"id": 1},
    CAST | {"id": None},
    CAST | {"poll": "x" * 17},
    CAST | {"poll": 1},
    *(CAST | {"round": value} for value in (0, -1, 2**31, 1.0, 1.5, "1", True, None)),
    *(CAST | {"seq": value} for value in (0, -1, 2**52 + 1, 10**30, 1.0, "1", True, None)),
    *(CAST | {"answer": value} for value in (None, 1, "x", [1], True)),
    *({key: value for key, value in CAST.items() if key != missing} for missing in CAST),
    CAST | {"extra": 1},
    WITHDRAW | {"answer": {"option": 1}},
]


@pytest.mark.parametrize("message", NOT_OURS, ids=[f"{n}-{message!r:.50}" for n, message in enumerate(NOT_OURS)])
def test_decode_refuses_what_is_not_word_for_word_ours(message):
    with pytest.raises(BadMessageError, match="not a message of"):
        commands.decode(text_of(message))


MALFORMED: list[bytes] = [
    b"",
    b" ",
    b"{",
    b'{"type":"ping"',
    b'{"type":"ping"}}',
    b'{"type":"ping"}{"type":"ping"}',
    b"{'type':'ping'}",
    b'{"type":"ping",}',
    b"\xff\xfe",
    b'{"type":"ping","id":"\xff"}',
    b'{"type":"ping","id":"\\ud800"}',
    b'{"type":"ping","id":"a\nb"}',
    text_of(CAST).replace('"option": 1', '"option": NaN').encode(),
    text_of(CAST).replace('"option": 1', '"option": Infinity').encode(),
    text_of(CAST).replace('"option": 1', '"option": 01').encode(),
    text_of(CAST).replace('"seq": 1', '"seq": 1e999').encode(),
    b"[" * 100_000,
    b'{"type":"ping","id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    text_of(CAST).replace('{"option": 1}', '{"option":' * 5000 + "1" + "}" * 5000).encode(),
]


@pytest.mark.parametrize("data", MALFORMED, ids=[f"{n}-{data!r:.40}" for n, data in enumerate(MALFORMED)])
def test_decode_refuses_what_is_not_json(data):
    with pytest.raises(BadMessageError):
        commands.decode(data)


REPEATED = [
    '{"type":"ping","type":"ping"}',
    '{"type":"hello","token":"a","token":"b"}',
    '{"type":"hello","since":{"epoch":"e","version":1,"version":2}}',
    text_of(CAST)[:-1] + ',"seq":2}',
    text_of(CAST)[:-1] + ',"answer":{"option":2}}',
    text_of(CAST)[:-1] + ',"answer":{}}',
    text_of(CAST).replace('"option": 1', '"option": 1, "option": 2'),
    text_of(CAST).replace('"option": 1', '"option": 1, "opt\\u0069on": 2'),
    text_of(CAST).replace('"option": 1', '"options": [{"a": 1, "a": 1}]'),
    text_of(CAST).replace('"1"', '"\\u0022"').replace('"option": 1', '"option": 1, "option": 2'),
]


@pytest.mark.parametrize("text", REPEATED)
def test_decode_refuses_a_key_that_stands_twice(text):
    with pytest.raises(BadMessageError, match="well-formed"):
        commands.decode(text)
    with pytest.raises(BadMessageError, match="well-formed"):
        commands.decode(text.encode())


@pytest.mark.parametrize("client_id", ['"', '\\"', "\\", "\u2028", "👩\u200d💻", '"":""'], ids=ascii)
def test_decode_is_not_confused_by_quotes_in_texts(client_id):
    answer = {client_id: [client_id, {"a": client_id}]}

    message = commands.decode(text_of(CAST | {"id": client_id, "answer": answer}))

    assert message == BallotCast(client_id, "abcdefgh", 1, 1, answer)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(message=junk | st.fixed_dictionaries({key: st.just(CAST[key]) | junk for key in CAST}), ascii_only=st.booleans())
def test_decode_refuses_or_gives_back_what_was_said(message, ascii_only):
    try:
        decoded = commands.decode(json.dumps(message, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))
    except BadMessageError:
        return
    assert message | {"type": "ballot.cast"} == msgspec.to_builtins(decoded)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.binary(max_size=60) | st.text(max_size=60))
def test_decode_never_breaks(data):
    with pytest.raises(BadMessageError):
        commands.decode(data)


# Posts


def test_decode_post_takes_the_fields_of_a_cast_with_or_without_type_and_id():
    bare = {key: CAST[key] for key in ("poll", "round", "seq", "answer")}

    assert commands.decode_post(text_of(bare).encode()) == BallotPost("abcdefgh", 1, 1, {"option": 1})
    assert commands.decode_post(text_of(CAST).encode()).id == "1"
    assert commands.decode_post(text_of(bare | {"answer": None}).encode()).answer is None


@pytest.mark.parametrize("change", [{"seq": 0}, {"type": "ping"}, {"extra": 1}, {"answer": [1]}], ids=repr)
def test_decode_post_refuses_by_the_same_rules(change):
    with pytest.raises(BadMessageError):
        commands.decode_post(text_of(CAST | change).encode())


def test_decode_post_refuses_a_key_that_stands_twice():
    with pytest.raises(BadMessageError):
        commands.decode_post(text_of(CAST)[:-1].encode() + b',"seq":2}')


# Messages that are answered without being looked at


@pytest.mark.parametrize(
    ("text", "client_id"), [(text_of(CAST), "1"), ('{"type":"hello"}', None), ("{", None), ("[]", None)]
)
def test_id_in_finds_the_id_if_there_is_one(text, client_id):
    assert commands.id_in(text) == client_id


# Errors


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (PollClosedError(), {}),
        (InternalError(), {}),
        (BusyError(retry_ms=900), {"retry_ms": 900}),
        (RateLimitedError(retry_ms=100), {"retry_ms": 100}),
        (StaleBallotError(seq=3, answer='{"option":2}'), {"seq": 3, "answer": {"option": 2}}),
        (StaleBallotError(seq=3, answer=None), {"seq": 3, "answer": None}),
    ],
    ids=lambda value: type(value).__name__ + (value.answer or "" if isinstance(value, StaleBallotError) else ""),
)
def test_error_message_says_code_and_what_helps_and_nothing_else(error: PollError, fields):
    rendered = json.loads(messages.encode(messages.error_message(error)))

    assert rendered == {"type": "error", "code": error.code, "message": error.message} | fields


def test_error_message_names_the_message_that_it_answers():
    assert json.loads(messages.encode(messages.error_message(PollClosedError(), "7")))["id"] == "7"


# Names on the wire


def test_types_of_messages_are_the_documented_set():
    def tags(union: Any) -> set[str]:
        return {message.__struct_config__.tag for message in union.__args__}

    assert tags(commands.ClientMessage) == {
        "hello",
        "ballot.cast",
        "ballot.withdraw",
        "player.name",
        "reaction.send",
        "question.ask",
        "question.upvote",
        "question.withdraw",
        "ping",
    }
    assert tags(messages.ServerMessage) == {
        "snapshot",
        "room.changed",
        "poll.changed",
        "poll.removed",
        "tally.changed",
        "me.changed",
        "player.changed",
        "players.changed",
        "contributions.changed",
        "contribution.changed",
        "contribution.removed",
        "contributions.counted",
        "question.changed",
        "question.removed",
        "upvotes.changed",
        "voice.changed",
        "player.named",
        "presence.changed",
        "reactions.changed",
        "ack",
        "error",
        "heartbeat",
        "bye",
    }


def test_type_stands_first_in_every_frame():
    assert messages.encode(messages.Bye(100)) == b'{"type":"bye","retry_ms":100}'
    assert messages.encode(messages.Heartbeat("e", 1, 2.5)) == b'{"type":"heartbeat","epoch":"e","version":1,"now":2.5}'
