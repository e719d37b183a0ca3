from __future__ import annotations

import secrets

import pytest

from live_polls.domain import join_codes
from tests.factories import make_room


@pytest.mark.parametrize(
    "typed", ["K7QM2X", "k7qm2x", "K7Q M2X", " k7q-m2x\n", "K7Q\N{NO-BREAK SPACE}M2X", "K 7 Q M 2 X"]
)
def test_normalise_takes_a_code_as_people_type_it(typed):
    assert join_codes.normalise(typed) == "K7QM2X"


@pytest.mark.parametrize("typed", ["", "K7QM2", "K7QM2XX", "K7QM2O", "K7QM21", "K7QM2L", "K7QM2Ä", "K7QM2/", "\0" * 6])
def test_normalise_gives_nothing_for_what_cannot_be_a_code(typed):
    assert join_codes.normalise(typed) == ""


def test_alphabet_has_31_characters_and_none_that_look_alike():
    assert len(set(join_codes.ALPHABET)) == 31
    assert not set(join_codes.ALPHABET) & set("01OIL")


def test_pretty_code_is_read_back():
    assert join_codes.pretty("K7QM2X") == "K7Q M2X"
    assert join_codes.normalise(join_codes.pretty("K7QM2X")) == "K7QM2X"


@pytest.mark.django_db
def test_allocate_gives_another_code_when_one_is_taken(monkeypatch):
    taken = make_room().join_code
    letters = iter(taken + "K7QM2X")
    monkeypatch.setattr(secrets, "choice", lambda _alphabet: next(letters))

    assert join_codes.allocate() == "K7QM2X"
