from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from live_polls.domain import access
from live_polls.enums import Role
from live_polls.errors import NotAllowedError, PollNotFoundError, RoomNotFoundError
from live_polls.models import Account, Membership, Room
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db

# Who may do what: h a host, c a co-host, m a moderator, o an operator without a role.
MAY = {"edit": "hco", "delete": "ho", "run": "hco", "moderate": "hcmo", "watch": "hcmo"}
ROLES = {"h": Role.HOST, "c": Role.CO_HOST, "m": Role.MODERATOR}


@pytest.fixture
def room():
    return make_room()


def make_account(**fields: Any) -> Account:
    return Account.objects.create_user(f"{Account.objects.count()}@example.org", **fields)


def person(letter: str, room: Room) -> Account:
    account = make_account(is_superuser=letter == "o")
    if letter in ROLES:
        Membership.objects.create(room=room, account=account, role=ROLES[letter])
    return account


@pytest.mark.parametrize("letter", ["h", "c", "m", "o", "stranger"])
@pytest.mark.parametrize("verb", MAY)
def test_can_follows_the_table(room, verb, letter):
    assert access.can(person(letter, room), verb, room) is (letter in MAY[verb])


def test_table_names_every_verb():
    assert access.VERBS.keys() == MAY.keys()


@pytest.mark.parametrize("verb", MAY)
def test_nobody_may_do_anything_who_is_not_signed_in_or_switched_off(room, verb):
    host = person("h", room)
    host.is_active = False

    assert not access.can(AnonymousUser(), verb, room)
    assert not access.can(host, verb, room)


def test_a_role_counts_in_its_own_room_only(room):
    assert not access.can(person("h", room), "run", make_room())


def test_a_role_that_was_taken_away_is_gone_at_once(room):
    host = person("h", room)
    assert access.can(host, "run", room)

    Membership.objects.all().delete()

    assert not access.can(host, "run", room)


def test_role_of(room):
    assert access.role_of(person("c", room), room) is Role.CO_HOST
    assert access.role_of(make_account(), room) is None
    assert access.role_of(AnonymousUser(), room) is None


def test_rooms_for_lists_ones_own_newest_first(room):
    alice, newer = person("h", room), make_room()
    Membership.objects.create(room=newer, account=alice, role=Role.MODERATOR)
    make_room()

    assert list(access.rooms_for(alice)) == [newer, room]


def test_rooms_for_lists_all_to_operators_and_none_to_strangers(room):
    assert list(access.rooms_for(person("o", room))) == [room]
    assert list(access.rooms_for(make_account())) == []
    assert list(access.rooms_for(AnonymousUser())) == []


def test_find_room_takes_a_code_as_people_type_it(room):
    code = room.join_code
    for typed in (code, code.lower(), f" {code[:3]} {code[3:]}\n", f"{code[:3]}-{code[3:]}"):
        assert access.find_room(typed) == room


@pytest.mark.parametrize("typed", ["", "AAAAAA", "AAA", "ÄÄÄÄÄÄ", "O0I1LO"])
def test_find_room_says_when_there_is_none(room, typed):
    with pytest.raises(RoomNotFoundError):
        access.find_room(typed)


def test_find_poll_finds_it_in_its_own_room(room):
    poll = make_poll(room)

    assert access.find_poll(room, poll.code) == poll


@pytest.mark.parametrize("code", ["", "nosuchpo", "\0", "a b", "of another room"])
def test_find_poll_says_when_there_is_none(room, code):
    elsewhere = make_poll()

    with pytest.raises(PollNotFoundError):
        access.find_poll(room, elsewhere.code if code == "of another room" else code)


def test_room_for_gives_the_room_to_who_may(room):
    assert access.room_for(person("c", room), room.join_code, "edit") == room


@pytest.mark.parametrize("letter", ["m", "stranger"])
def test_room_for_refuses_who_may_not(room, letter):
    with pytest.raises(NotAllowedError):
        access.room_for(person(letter, room), room.join_code, "edit")
