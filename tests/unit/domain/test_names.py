# ruff: noqa: RUF001 -- letters that look like others are what these tests are about

"""Names of players: what is shown, what looks the same, what waits for a host."""

from __future__ import annotations

import pytest

from live_polls.domain.names import clean_name, name_key
from live_polls.errors import InvalidNameError


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Ada  ", "Ada"),
        ("Ａｄａ", "Ada"),
        ("Ada\u202eevil", "Adaevil"),
        ("A\u0000d\na", "Ad a"),
        ("🦊", "🦊"),
    ],
)
def test_a_name_is_one_plain_line(raw, name):
    assert clean_name(raw) == name
    assert clean_name(name) == name


@pytest.mark.parametrize("raw", ["", "   ", "\u200b\u200b", "\u3164", "\u2800\u1160", "x" * 25, "---", "\u0301\u0301"])
def test_what_nobody_could_read_is_no_name(raw):
    with pytest.raises(InvalidNameError):
        clean_name(raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada", "ADA"), ("Ada", "Аdа"), ("Ada", "Ád à"), ("Al", "AI"), ("Bob", "B0b"), ("Max", "M.a.x")],
)
def test_names_that_look_the_same_are_the_same(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Ada", "Eda"), ("Player 2", "Player 3"), ("🦊", "🐻"), ("李", "王")])
def test_names_that_look_different_are_different(one, other):
    assert name_key(one) != name_key(other)


def test_a_key_fits_its_column_whatever_the_name():
    assert len(name_key("ﷺ" * 24)) <= 80
