from __future__ import annotations

import json
import logging

import pytest

from live_polls.domain.participants import new_token
from project.logs import JsonFormatter, TextFormatter, redacted


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("from 203.0.113.77:50123", "from 203.0.113.0/24:50123"),
        ("It was 203.0.113.77.", "It was 203.0.113.0/24."),
        ("from 2001:db8:1:2::77", "from 2001:db8:1::/48"),
        ("[2001:db8:1:2:3:4:5:6]:443", "[2001:db8:1::/48]:443"),
        ("Error 111 connecting to 127.0.0.1:6379.", "Error 111 connecting to 127.0.0.1:6379."),
        ("::1 at 08:13:38 runs 5.2.19", "::1 at 08:13:38 runs 5.2.19"),
        ("GET /j/K7QM2X?token=abc&x=1 failed", "GET /j/K7QM2X?… failed"),
        ("Is that so? Yes.", "Is that so? Yes."),
        ("Gone: /welcome/short", "Gone: /welcome/…"),
        ("sessionid=5h8xk2ou3g3m9s8d0f7aj1w4c6v2b9n1", "sessionid=…"),
        ("key 9d0514c29d0514c29d0514c29d0514c2 exists", "key … exists"),
        ("live_polls.0001_initial_tables_of_everything", "live_polls.0001_initial_tables_of_everything"),
        ("websockets_sansio_impl.WebSocketsSansIOProtocol", "websockets_sansio_impl.WebSocketsSansIOProtocol"),
        ("duplicate key\nDETAIL:  Key (answer)=(red) exists.\nCONTEXT:  COPY red", "duplicate key\n"),
    ],
)
def test_what_is_kept_says_where_trouble_is_and_not_who(said, kept):
    assert redacted(said) == kept


def test_no_token_of_a_phone_is_kept():
    for number in range(200):
        token = new_token(number)
        assert token.partition(".")[2] not in redacted(f"token {token}")


def record(message: str, *args: object, **more) -> logging.LogRecord:
    return logging.LogRecord("live_polls.test", logging.WARNING, __file__, 1, message, args, more.get("exc_info"))


def failed() -> tuple[type[Exception], Exception, None]:
    error = ValueError("It was 203.0.113.77\nDETAIL: red")
    return type(error), error, None


def test_nobody_begins_a_line_of_the_log_by_choosing_a_path():
    line = TextFormatter().format(record("Not Found: %s", "/\r\n2026 ERROR all is lost"))

    assert line.endswith(r" WARNING live_polls.test: Not Found: /\x0d\x0a2026 ERROR all is lost")


def test_a_traceback_is_kept_without_what_people_wrote():
    text = TextFormatter().format(record("It failed", exc_info=failed()))

    assert text.endswith("\nValueError: It was 203.0.113.0/24")


def test_json_is_one_object_a_line():
    line = JsonFormatter().format(record("Ballots of %s were late\n", "203.0.113.77", exc_info=failed()))

    said = json.loads(line)
    assert "\n" not in line
    assert said.keys() == {"time", "level", "logger", "process", "message", "exception"}
    assert (said["level"], said["logger"]) == ("WARNING", "live_polls.test")
    assert said["message"] == "Ballots of 203.0.113.0/24 were late\n"
    assert said["time"].endswith("+00:00")
    assert said["exception"].endswith("ValueError: It was 203.0.113.0/24")
