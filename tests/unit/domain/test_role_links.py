from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from live_polls.domain.role_links import (
    LIFETIME,
    accept_role,
    accept_role_anew,
    find_role_link,
    make_role_link,
    open_links,
    revoke_role_link,
)
from live_polls.enums import Role
from live_polls.errors import InvalidSettingsError, RoleLinkOverError
from live_polls.models import Account, Membership, Record, RoleLink, Room
from tests.factories import make_room
from tests.together import together

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def make_account(name: str) -> Account:
    return Account.objects.create(email=f"{name.lower()}@example.org", name=name)


@pytest.fixture
def alice() -> Account:
    return make_account("Alice")


@pytest.fixture
def bob() -> Account:
    return make_account("Bob")


@pytest.fixture
def room(alice: Account) -> Room:
    return make_room(owner=alice)


def role_of(account: Account, room: Room) -> str | None:
    return Membership.objects.filter(room=room, account=account).values_list("role", flat=True).first()


def test_a_link_gives_its_role_in_its_room(room: Room, alice: Account, bob: Account):
    key = make_role_link(room, Role.MODERATOR, by=alice)

    assert accept_role(key, bob) == room
    assert role_of(bob, room) == "moderator"
    assert Membership.objects.filter(account=bob).count() == 1


def test_what_is_stored_opens_nothing(room: Room):
    key = make_role_link(room, Role.HOST)

    link = RoleLink.objects.get()
    assert key not in str(vars(link))
    with pytest.raises(RoleLinkOverError):
        find_role_link(link.key_hash)


def test_everything_about_a_link_is_recorded_but_its_key(room: Room, bob: Account):
    key = make_role_link(room, Role.CO_HOST)
    make_role_link(room, Role.HOST)
    accept_role(key, bob)
    revoke_role_link(room, RoleLink.objects.get(role=Role.HOST).pk)

    said = list(Record.objects.filter(verb__contains="role").order_by("pk").values_list("verb", "by", "details"))
    assert [verb for verb, _, _ in said] == ["make_role_link", "make_role_link", "accept_role", "revoke_role_link"]
    assert said[2] == ("accept_role", "Bob", {"role": "co_host"})
    assert key not in str(said)


def test_accepting_may_be_repeated_by_the_same_person_alone(room: Room, bob: Account):
    key = make_role_link(room, Role.MODERATOR)

    for _ in range(2):
        accept_role(key, bob)

    assert role_of(bob, room) == "moderator"
    with pytest.raises(RoleLinkOverError):
        accept_role(key, make_account("Charlie"))


def test_who_was_removed_does_not_come_back_by_the_same_link(room: Room, bob: Account):
    key = make_role_link(room, Role.MODERATOR)
    accept_role(key, bob)
    Membership.objects.filter(account=bob).delete()

    with pytest.raises(RoleLinkOverError):
        accept_role(key, bob)


def test_a_link_makes_nobody_weaker_and_stays_good_for_another(room: Room, alice: Account, bob: Account):
    key = make_role_link(room, Role.MODERATOR, by=alice)

    accept_role(key, alice)

    assert role_of(alice, room) == "host"
    accept_role(key, bob)
    assert role_of(bob, room) == "moderator"


def test_a_link_makes_a_moderator_a_co_host(room: Room, bob: Account):
    accept_role(make_role_link(room, Role.MODERATOR), bob)
    accept_role(make_role_link(room, Role.CO_HOST), bob)

    assert role_of(bob, room) == "co_host"


def test_a_link_expires(room: Room, bob: Account):
    key = make_role_link(room, Role.MODERATOR)
    assert [link.role for link in open_links(room)] == ["moderator"]
    RoleLink.objects.update(expires_at=RoleLink.objects.get().expires_at - LIFETIME - timedelta(seconds=1))

    assert list(open_links(room)) == []
    with pytest.raises(RoleLinkOverError):
        accept_role(key, bob)


def test_a_link_that_was_revoked_is_worthless(room: Room, bob: Account):
    key = make_role_link(room, Role.MODERATOR)
    for _ in range(2):
        revoke_role_link(room, RoleLink.objects.values_list("pk", flat=True).first() or 0)

    with pytest.raises(RoleLinkOverError):
        accept_role(key, bob)


def test_a_link_of_another_room_is_not_revoked(room: Room):
    make_role_link(room, Role.MODERATOR)

    revoke_role_link(make_room(), RoleLink.objects.get().pk)

    assert open_links(room).count() == 1


@pytest.mark.parametrize("key", ["", "x", "ä" * 40, "\0"])
def test_what_is_no_key_opens_nothing(room: Room, bob: Account, key: str):
    make_role_link(room, Role.MODERATOR)

    with pytest.raises(RoleLinkOverError):
        accept_role(key, bob)


def test_who_has_no_account_gets_one_with_the_role(room: Room):
    key = make_role_link(room, Role.CO_HOST)

    grace = accept_role_anew(key, email=" Grace@Example.org", password=PASSWORD, name=" Grace\u202e ")

    assert (grace.email, grace.name, grace.is_staff, grace.is_superuser) == ("grace@example.org", "Grace", False, False)
    assert grace.check_password(PASSWORD)
    assert role_of(grace, room) == "co_host"
    assert RoleLink.objects.get().used_by == grace
    with pytest.raises(RoleLinkOverError):
        accept_role_anew(key, email="eve@example.org", password=PASSWORD, name="Eve")
    assert not Account.objects.filter(email="eve@example.org").exists()


def test_an_address_that_is_known_gets_no_second_account_and_the_link_stays_good(room: Room, bob: Account):
    key = make_role_link(room, Role.CO_HOST)

    with pytest.raises(InvalidSettingsError):
        accept_role_anew(key, email="BOB@example.org", password=PASSWORD, name="")

    accept_role(key, bob)
    assert role_of(bob, room) == "co_host"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_a_link_at_once_one_gets_the_role(room: Room):
    key = make_role_link(room, Role.HOST)
    people = [make_account(f"Person {n}".replace(" ", "")) for n in range(4)]

    def accept(account: Account) -> bool:
        try:
            accept_role(key, account)
        except RoleLinkOverError:
            return False
        return True

    def join(number: int) -> bool:
        try:
            accept_role_anew(key, email=f"new{number}@example.org", password=PASSWORD, name="New")
        except RoleLinkOverError:
            return False
        return True

    gained = together([*(partial(accept, account) for account in people), *(partial(join, n) for n in range(4))])

    assert sum(gained) == 1
    assert room.memberships.count() == 2
    assert Account.objects.count() == 1 + len(people) + sum(gained[4:])
