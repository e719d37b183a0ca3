"""What a socket and the HTTP twin must survive: bodies by name, each with the code it is refused with."""

from __future__ import annotations

import json
from typing import Any

from live_polls.models import Poll

# Frames that are no message of the protocol at all.
NO_MESSAGES: dict[str, str | bytes] = {
    "empty": "",
    "a blank": " ",
    "half an object": '{"type":"ping"',
    "an object too many": '{"type":"ping"}{"type":"ping"}',
    "single quotes": "{'type':'ping'}",
    "a comment": '{"type":"ping"} // now',
    "a comma too many": '{"type":"ping",}',
    "a list": '[{"type":"ping"}]',
    "a number": "1",
    "null": "null",
    "a text": '"ping"',
    "no type": "{}",
    "a number for a type": '{"type":1}',
    "null for a type": '{"type":null}',
    "a list for a type": '{"type":["ping"]}',
    "a blank after the type": '{"type":"ping "}',
    "upper case": '{"type":"PING"}',
    "an unknown type": '{"type":"poll.open","poll":"abcdefgh"}',
    "a message of the server": '{"type":"bye","retry_ms":1}',
    "an internal handler": '{"type":"websocket.disconnect"}',
    "another internal handler": '{"type":"websocket_disconnect"}',
    "a method": '{"type":"gone"}',
    "a private method": '{"type":"__init__"}',
    "a hint": '{"type":"hint","room":1,"version":99}',
    "an unknown field": '{"type":"ping","x":1}',
    "the type twice": '{"type":"ping","type":"ping"}',
    "the id twice": '{"type":"ping","id":"a","id":"b"}',
    "the id twice, once in disguise": '{"type":"ping","id":"a","\\u0069d":"b"}',
    "a number for an id": '{"type":"ping","id":1}',
    "a long id": json.dumps({"type": "ping", "id": "x" * 65}),
    "a lone surrogate": '{"type":"ping","id":"\\ud800"}',
    "two lone surrogates in the wrong order": '{"type":"ping","id":"\\udc00\\ud800"}',
    "a bare control character": '{"type":"ping","id":"a\nb"}',
    "a bare NUL": '{"type":"ping","id":"a\0b"}',
    "a byte order mark": '\ufeff{"type":"ping"}',
    "deep lists": '{"type":"ping","id":' + "[" * 7000 + "]" * 7000 + "}",
    "deep objects": '{"id":' * 2000 + "1" + "}" * 2000,
    "deep and never closed": "[" * 16_000,
    "an unknown role": '{"type":"hello","role":"admin"}',
    "a number for a token": '{"type":"hello","token":1}',
    "half of since": '{"type":"hello","since":{"epoch":"a"}}',
    "since before the beginning": '{"type":"hello","since":{"epoch":"a","version":-1}}',
    "bytes": b'{"type":"ping"}',
    "other bytes": b"\x00\xff\xfe",
}

# Numbers as they stand in JSON, where a whole number from 1 belongs.
NO_NUMBERS = (
    "0", "-1", "true", "false", "null", '"1"', "1.0", "1.5", "1e0", "NaN", "Infinity", "-Infinity", "1e999", "01",
    "+1", "0x1", "[1]", "{}", "9" * 30, "9" * 5000, "-" + "9" * 5000, str(2**53 + 1), str(2**63), str(2**64),
)  # fmt: skip


def bad_ballots(poll: Poll) -> dict[str, str]:
    """Bodies that are refused as `bad_message`, each a good ballot of this poll but for one thing."""
    good = {
        "type": "ballot.cast",
        "id": "x",
        "poll": poll.code,
        "round": 1,
        "seq": 1,
        "answer": {"option": 1},
    }
    rows = {
        f"{field} is {number[:20]}": _with(good, field, number) for field in ("round", "seq") for number in NO_NUMBERS
    }
    rows |= {f"no {field}": json.dumps(_without(good, field)) for field in ("poll", "round", "seq", "answer")}
    rows |= {
        f"a field {field}": json.dumps(good | {field: 1})
        for field in ("participant", "room", "token", "state", "Answer")
    }
    rows |= {f"answer is {answer}": _with(good, "answer", answer) for answer in ("1", '"1"', "[1]", "true", "NaN")}
    rows |= {f"poll is {text[:20]}": _with(good, "poll", text) for text in ("1", "null", '["a"]', json.dumps("x" * 17))}
    rows |= {
        "round is too much": _with(good, "round", str(2**31)),
        "an option twice": _with(good, "answer", '{"option":1,"option":2}'),
        "an option twice in disguise": _with(good, "answer", '{"option":1,"\\u006fption":2}'),
        "seq twice": json.dumps(good)[:-1] + ',"seq":2}',
        "a key with a lone surrogate": _with(good, "answer", '{"option":1,"\\ud800":1}'),
        "NaN as an option": _with(good, "answer", '{"option":NaN}'),
        "infinity as an option": _with(good, "answer", '{"option":Infinity}'),
        "too much as an option": _with(good, "answer", '{"option":1e999}'),
        "too deep an answer": _with(good, "answer", '{"option":' + "[" * 5000 + "]" * 5000 + "}"),
    }
    return rows


def bad_answers() -> dict[str, dict[str, str]]:
    """By kind: answers, as JSON, that a poll with three options and at most two choices refuses as `invalid_answer`."""
    single = {f"option {number[:20]}": f'{{"option":{number}}}' for number in NO_NUMBERS if _is_json(number)}
    lists = {
        "nothing": "[]",
        "three": "[1,2,3]",
        "one twice": "[1,1]",
        "no such option": "[1,4]",
        "none": "[0]",
        "below": "[-1]",
        "true": "[true]",
        "one and true": "[1,true]",
        "1.0": "[1.0]",
        "text": '["1"]',
        "a list": "[[1]]",
        "null": "[null]",
        "huge": f"[{9**99}]",
        "a number": "1",
        "a text": '"1,2"',
        "an object": '{"1":true}',
        "null for a list": "null",
        "a thousand": json.dumps([1] * 1000),
    }
    several = {name: f'{{"options":{numbers}}}' for name, numbers in lists.items()}
    shapes = {
        "empty": "{}",
        "of another kind": '{"value":1}',
        "abstain": '{"abstain":true}',
        "more than was asked": '{"option":1,"options":[1],"other":"x"}',
        "NUL in a key": '{"option\\u0000":1}',
    }
    return {
        "single_choice": single | shapes | {"options for option": '{"options":[1]}'},
        "multiple_choice": several | shapes | {"option for options": '{"option":1}'},
        "ranking": several | shapes | {"option for options": '{"option":1}'},
    }


def _with(good: dict[str, Any], field: str, value: str) -> str:
    """The body with this JSON, which need not be any, for one field."""
    return json.dumps(good | {field: "HERE"}).replace('"HERE"', value)


def _without(good: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in good.items() if name != field}


def _is_json(number: str) -> bool:
    return number not in {"NaN", "Infinity", "-Infinity", "1e999", "01", "+1", "0x1"} and len(number) < 1000
