from __future__ import annotations

from functools import partial

import pytest

from live_polls.domain.members import change_role, leave_room, remove_member
from live_polls.enums import Role
from live_polls.errors import IllegalMoveError, MemberNotFoundError
from live_polls.models import Account, Membership, Record, Room
from tests.factories import make_room
from tests.together import together

pytestmark = pytest.mark.django_db


def make_account(name: str) -> Account:
    return Account.objects.create(email=f"{name.lower()}@example.org", name=name)


@pytest.fixture
def alice() -> Account:
    return make_account("Alice")


@pytest.fixture
def bob() -> Account:
    return make_account("Bob")


@pytest.fixture
def room(alice: Account, bob: Account) -> Room:
    room = make_room(owner=alice)
    Membership.objects.create(room=room, account=bob, role=Role.MODERATOR)
    return room


def roles(room: Room) -> dict[str, str]:
    return dict(room.memberships.values_list("account__name", "role"))


def records(room: Room) -> list[tuple[str, str]]:
    return list(room.records.exclude(verb="create").order_by("pk").values_list("verb", "object_name"))


def test_a_member_gets_another_role(room: Room, bob: Account):
    change_role(room, bob.pk, Role.CO_HOST)

    assert roles(room) == {"Alice": "host", "Bob": "co_host"}
    assert records(room) == [("change_role", "Bob")]
    assert Record.objects.latest("pk").details == {"role": ["moderator", "co_host"]}


def test_changing_a_role_may_be_repeated(room: Room, bob: Account):
    for _ in range(2):
        change_role(room, bob.pk, Role.CO_HOST)

    assert records(room) == [("change_role", "Bob")]


def test_who_is_no_member_gets_no_role(room: Room):
    with pytest.raises(MemberNotFoundError):
        change_role(room, make_account("Charlie").pk, Role.HOST)


@pytest.mark.parametrize("deed", [remove_member, leave_room])
def test_a_role_that_is_taken_away_or_given_up_is_gone_and_stays_gone(room: Room, bob: Account, deed):
    for _ in range(2):
        deed(room, bob.pk)

    assert roles(room) == {"Alice": "host"}
    assert len(records(room)) == 1


@pytest.mark.parametrize("deed", [remove_member, leave_room, partial(change_role, role=Role.CO_HOST)])
def test_the_last_host_stays(room: Room, alice: Account, deed):
    with pytest.raises(IllegalMoveError):
        deed(room, alice.pk)

    assert roles(room) == {"Alice": "host", "Bob": "moderator"}


def test_a_host_who_is_switched_off_does_not_count_as_one(room: Room, alice: Account, bob: Account):
    change_role(room, bob.pk, Role.HOST)
    Account.objects.filter(pk=bob.pk).update(is_active=False)

    with pytest.raises(IllegalMoveError):
        leave_room(room, alice.pk)


def test_a_host_may_go_when_another_one_stays(room: Room, alice: Account, bob: Account):
    change_role(room, bob.pk, Role.HOST)
    leave_room(room, alice.pk)

    assert roles(room) == {"Bob": "host"}


def test_roles_in_another_room_are_left_alone(room: Room, bob: Account):
    other = make_room(owner=bob)

    remove_member(room, bob.pk)

    assert roles(other) == {"Bob": "host"}


@pytest.mark.django_db(transaction=True)
def test_of_two_hosts_who_leave_at_once_one_stays(room: Room, alice: Account, bob: Account):
    change_role(room, bob.pk, Role.HOST)

    def leave(account: Account) -> bool:
        try:
            leave_room(Room.objects.get(pk=room.pk), account.pk)
        except IllegalMoveError:
            return False
        return True

    assert sorted(together([partial(leave, alice), partial(leave, bob)])) == [False, True]
    assert list(roles(room).values()) == ["host"]
