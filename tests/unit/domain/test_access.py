from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_polls.domain import access
from live_polls.domain.access import Somebody
from live_polls.domain.participants import StageLink
from live_polls.domain.verbs import VERBS
from live_polls.enums import Role
from live_polls.errors import NotAllowedError, PollNotFoundError, RoomNotFoundError
from live_polls.models import Account, Membership, Question, Room
from tests.factories import make_participant, make_poll, make_room

pytestmark = pytest.mark.django_db

# Who may do what: h a host, c a co-host, m a moderator, o an operator without a role, a any account, p a participant,
# s a stage link, n nobody. Written by hand and not from the table: whoever changes one must change the other.
MAY = {
    "enter": "hcmoapsn",
    "vote": "p",
    "ask": "p",
    "take_back": "p",
    "see_shown": "hcmos",
    "steer": "hcos",
    "watch": "hcmo",
    "export": "hcmo",
    "moderate": "hcmo",
    "exclude": "hcmo",
    "lock": "hcmo",
    "run": "hco",
    "edit": "hco",
    "manage_stage_links": "hco",
    "manage_entry": "hco",
    "read_records": "hco",
    "manage_members": "ho",
    "leave": "hcm",
    "set_aside": "ho",
    "set_retention": "ho",
    "delete": "ho",
    "create_room": "hcmoa",
    "operate": "o",
}
ROLES = {"h": Role.HOST, "c": Role.CO_HOST, "m": Role.MODERATOR}
EVERYBODY = "hcmoapsn"


@pytest.fixture
def room():
    return make_room()


def make_account(**fields: Any) -> Account:
    return Account.objects.create_user(f"{Account.objects.count()}@example.org", **fields)


def somebody_who_is(letter: str, room: Room) -> Somebody:
    others: dict[str, Callable[[], Somebody]] = {
        "p": lambda: make_participant(room),
        "s": lambda: StageLink(room.pk),
        "n": AnonymousUser,
    }
    return others[letter]() if letter in others else person(letter, room)


def person(letter: str, room: Room) -> Account:
    account = make_account(is_superuser=letter == "o")
    if letter in ROLES:
        Membership.objects.create(room=room, account=account, role=ROLES[letter])
    return account


def thing_of(verb: str, room: Room, somebody: Somebody) -> Room | Question | None:
    """What the verb is done to; for what only its author may do, something of somebody's own."""
    if verb == "take_back":
        return make_question(room, getattr(somebody, "voice_key", "f" * 32))
    return None if VERBS[verb].to == "installation" else room


def make_question(room: Room, author: str) -> Question:
    code = f"q{Question.objects.count()}"
    return Question.objects.create(room=room, code=code, author=author, seq=1, text="Why?", asked_at=timezone.now())


@pytest.mark.parametrize("letter", EVERYBODY)
@pytest.mark.parametrize("verb", MAY)
def test_can_follows_the_table(room, verb, letter):
    somebody = somebody_who_is(letter, room)

    assert access.can(somebody, verb, thing_of(verb, room, somebody)) is (letter in MAY[verb])


def test_table_names_every_verb():
    assert VERBS.keys() == MAY.keys()


@pytest.mark.parametrize("verb", MAY)
def test_who_is_switched_off_may_no_more_than_a_stranger(room, verb):
    host, nobody = person("h", room), AnonymousUser()
    host.is_active = False
    thing = thing_of(verb, room, nobody)

    assert access.can(host, verb, thing) is access.can(nobody, verb, thing)


def test_what_somebody_else_has_written_is_not_theirs_to_take_back(room):
    mine, other = make_participant(room), make_participant(room)

    assert access.can(mine, "take_back", make_question(room, mine.voice_key))
    assert not access.can(mine, "take_back", make_question(room, other.voice_key))


@given(
    roles=st.dictionaries(st.integers(0, 2), st.sampled_from([*Role, None]), min_size=3),
    here=st.integers(0, 2),
    superuser=st.booleans(),
    active=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rights_are_those_of_the_role_in_that_very_room(roles, here, superuser, active):
    """Whatever else somebody is elsewhere: what they may do in a room follows from what they are there, and nothing else."""
    with transaction.atomic():
        rooms = [make_room() for _ in roles]
        account = make_account(is_superuser=superuser, is_active=active)
        for number, role in roles.items():
            if role is not None:
                Membership.objects.create(room=rooms[number], account=account, role=role)
        letters = {"n"}
        if active:
            letters |= {"a"} | ({"o"} if superuser else set())
            letters |= {letter for letter, role in ROLES.items() if role == roles[here]}
        poll, question = make_poll(rooms[here], is_open=False), make_question(rooms[here], "f" * 32)
        for verb in VERBS:
            if VERBS[verb].to == "installation":
                assert access.can(account, verb) is bool(letters & set(MAY[verb]))
            else:
                expected = bool(letters & set(MAY[verb]))
                for thing in (rooms[here], poll, question):
                    assert access.can(account, verb, thing) is expected
        transaction.set_rollback(True)


@pytest.mark.parametrize("verb", sorted(MAY.keys() - {"enter"}))
@pytest.mark.parametrize("letter", "hcmps")
def test_nothing_that_somebody_is_in_one_room_counts_in_another(room, verb, letter):
    somebody, other = somebody_who_is(letter, room), make_room()
    thing = thing_of(verb, other, somebody)

    assert access.can(somebody, verb, thing) is (letter in "hcm" and thing is None and "a" in MAY[verb])


def test_what_belongs_to_a_poll_belongs_to_its_room(room):
    option = make_poll(room).options.first()

    assert option is not None
    assert access.can(person("h", room), "edit", option)
    assert not access.can(person("h", make_room()), "edit", option)


def test_what_belongs_to_no_room_is_a_mistake_of_ours(room):
    with pytest.raises(TypeError):
        access.can(person("h", room), "edit", make_account())


def test_a_verb_that_is_not_in_the_table_is_a_mistake_of_ours(room):
    with pytest.raises(KeyError):
        access.can(person("o", room), "fly", room)


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
