"""Reading the answers of a server as a phone does."""

from __future__ import annotations

import pytest

from bench.browser import Answer, content_length

HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nset-cookie: lp_K7Q2MX=abc.def; Path=/; HttpOnly\r\n\r\n"


def test_an_answer_gives_its_cookie_by_name():
    answer = Answer(HEAD, 12)

    assert answer.is_ok
    assert answer.cookie("lp_K7Q2MX") == "abc.def"
    assert answer.cookie("lp_K7Q2M") is None


def test_a_refusal_is_not_taken_for_a_page():
    assert not Answer("HTTP/1.1 404 Not Found\r\n\r\n", 0).is_ok


def test_the_length_of_a_body_is_read_from_its_head():
    assert content_length(HEAD) == 12
    with pytest.raises(OSError, match="without a length"):
        content_length("HTTP/1.1 200 OK\r\n\r\n")
