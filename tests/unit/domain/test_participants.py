from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core import signing

from live_polls.domain import participants, rooms
from live_polls.domain.participants import Participant
from live_polls.models import Room

BALLOT_KEY, VOICE_KEY = "b" * 32, "v" * 32


def read(token: str, *, room_id: int = 7, ballot_key: str = BALLOT_KEY) -> Participant | None:
    return participants.read_token(token, room_id=room_id, ballot_key=ballot_key, voice_key=VOICE_KEY)


def test_token_is_always_the_same_participant():
    token = participants.new_token(7)
    alice = read(token)

    assert alice is not None
    assert alice == read(token)
    assert alice.room_id == 7


def test_every_token_is_another_participant():
    assert len({read(participants.new_token(7)) for _ in range(50)}) == 50


def test_keys_are_32_hex_digits_and_tell_nothing_of_each_other():
    alice = read(participants.new_token(7))

    assert alice is not None
    assert {len(alice.ballot_key), len(alice.voice_key)} == {32}
    assert int(alice.ballot_key, 16) != int(alice.voice_key, 16)


def test_keys_are_not_in_the_token():
    token = participants.new_token(7)
    alice = read(token)

    assert alice is not None
    assert alice.ballot_key not in token
    assert alice.voice_key not in token


def test_ballot_key_depends_on_the_rooms_secret():
    token = participants.new_token(7)

    assert getattr(read(token), "ballot_key", 1) != getattr(read(token, ballot_key="c" * 32), "ballot_key", 1)


GOOD = participants.sign_token("n" * 22, 7)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "n" * 22,
        GOOD[:-1],
        GOOD + "0",
        "m" + GOOD[1:],
        GOOD.upper(),
        GOOD.replace(".", ""),
        GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
        "ü" * 22 + GOOD[22:],
        "\ud800" * 22 + GOOD[22:],
        GOOD[:-1] + "é",
        GOOD + "." + GOOD,
    ],
    ids=repr,
)
def test_damaged_token_is_nobody(token):
    assert read(GOOD) is not None
    assert read(token) is None


def test_token_of_another_room_is_nobody():
    assert read(GOOD, room_id=8) is None


def test_forged_token_is_nobody(settings):
    token = participants.new_token(7)
    settings.SECRET_KEY = "another key, of another installation"

    assert read(token) is None


def test_token_outlives_a_rotated_key_as_the_same_participant(settings):
    token, old = participants.new_token(7), settings.SECRET_KEY
    before = read(token)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [old]

    assert before is not None
    assert read(token) == before


def test_cookie_is_named_after_the_room():
    assert participants.cookie_name("K7QM2X") == "lp_K7QM2X"


# Stage links


@pytest.fixture
def room(db):
    return rooms.create_room(title="Hall")


def is_stage(token: str, room: Room) -> bool:
    return participants.is_stage_token(token, room_id=room.pk, stage_key=room.stage_key)


def test_stage_token_opens_its_room_and_no_other(room):
    token = participants.stage_token(room)

    assert is_stage(token, room)
    assert not is_stage(token, rooms.create_room(title="Other"))


def test_revoked_stage_token_is_worthless_and_a_new_one_is_not(room):
    token = participants.stage_token(room)

    rooms.revoke_stage_links(room)

    assert not is_stage(token, room)
    assert is_stage(participants.stage_token(room), room)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", GOOD, "\0", "é:é:é"], ids=repr)
def test_what_is_no_stage_token_opens_nothing(room, token):
    assert not is_stage(token, room)


def test_signature_for_another_purpose_opens_nothing(room):
    assert not is_stage(signing.dumps([room.pk, room.stage_key[:8]], salt="other"), room)


def test_stage_token_expires(room, monkeypatch):
    token = participants.stage_token(room)
    later = time.time() + timedelta(days=30, minutes=1).total_seconds()

    monkeypatch.setattr(time, "time", lambda: later)

    assert not is_stage(token, room)
