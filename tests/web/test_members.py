from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from live_polls.domain.role_links import make_role_link
from live_polls.enums import Role
from live_polls.models import Account, Membership, RoleLink, Room
from tests.web.conftest import As

PASSWORD = "correct horse battery"


def address(name: str, room: Room, *more: object) -> str:
    return reverse(f"live_polls:{name}", args=[room.join_code, *more])


def role_of(account: Account) -> str | None:
    return Membership.objects.filter(account=account).values_list("role", flat=True).first()


def link_on(page: str) -> str:
    return page.partition('value="http')[2].partition('"')[0].partition("/role/")[2]


@pytest.mark.parametrize(("who", "status"), [("host", 200), ("operator", 200), ("co_host", 403), ("moderator", 403)])
def test_hosts_manage_people(as_: As, room: Room, who: str, status: int):
    assert as_(who).get(address("members", room)).status_code == status


@pytest.mark.parametrize("who", ["co_host", "moderator", "stranger"])
def test_others_change_nothing(as_: As, room: Room, cast: dict[str, Account], who: str):
    make_role_link(room, Role.MODERATOR)
    before = list(room.memberships.values_list("account", "role"))
    link = RoleLink.objects.get().pk

    for name, more in [
        ("member-role", [cast["co_host"].pk]),
        ("member-remove", [cast["co_host"].pk]),
        ("role-link-new", []),
        ("role-link-revoke", [link]),
    ]:
        assert as_(who).post(address(name, room, *more), {"role": "host"}).status_code == 403
    assert list(room.memberships.values_list("account", "role")) == before
    assert RoleLink.objects.count() == 1


def test_a_host_changes_a_role_and_takes_one_away(as_: As, room: Room, cast: dict[str, Account]):
    host, mia, bob = as_("host"), cast["moderator"], cast["co_host"]

    host.post(address("member-role", room, mia.pk), {"role": "co_host"})
    host.post(address("member-remove", room, bob.pk))

    assert (role_of(mia), role_of(bob)) == ("co_host", None)
    page = host.get(address("members", room)).content.decode()
    assert "Mia" in page
    assert "Bob" not in page


def test_the_last_host_stays_and_the_page_says_why(as_: As, room: Room, cast: dict[str, Account]):
    host, alice = as_("host"), cast["host"]

    for name, more in (("member-role", [alice.pk]), ("member-remove", [alice.pk]), ("room-leave", [])):
        answer = host.post(address(name, room, *more), {"role": "moderator"}, follow=True)
        assert "This is the only host." in answer.content.decode()
    assert role_of(alice) == "host"


def test_a_host_who_makes_themselves_a_moderator_is_led_away(as_: As, room: Room, cast: dict[str, Account]):
    Membership.objects.filter(account=cast["co_host"]).update(role=Role.HOST)

    answer = as_("host").post(address("member-role", room, cast["host"].pk), {"role": "moderator"})

    assert answer["Location"] == "/rooms/"


@pytest.mark.parametrize("role", ["", "operator", "host\0"])
def test_a_role_that_does_not_exist_is_refused(as_: As, room: Room, cast: dict[str, Account], role: str):
    answer = as_("host").post(address("member-role", room, cast["moderator"].pk), {"role": role})

    assert answer.status_code == 400
    assert role_of(cast["moderator"]) == "moderator"


@pytest.mark.parametrize("account", ["0", "999999", "9" * 40])
def test_somebody_who_is_no_member_is_told_so(as_: As, room: Room, account: str):
    url = address("member-role", room, 1).replace("/1/", f"/{account}/")

    assert "no role in this room" in as_("host").post(url, {"role": "host"}, follow=True).content.decode()


@pytest.mark.parametrize("who", ["co_host", "moderator"])
def test_people_leave(as_: As, room: Room, cast: dict[str, Account], who: str):
    client = as_(who)

    assert "Leave" in client.get(address("room-leave", room)).content.decode()
    answer = client.post(address("room-leave", room), follow=True)

    assert "You have left the room." in answer.content.decode()
    assert role_of(cast[who]) is None


@pytest.mark.parametrize("who", ["stranger", "operator"])
def test_who_has_no_role_cannot_leave(as_: As, room: Room, who: str):
    assert as_(who).post(address("room-leave", room)).status_code == 403


# Links


def test_a_link_is_shown_once_to_who_made_it(as_: As, room: Room):
    host = as_("host")

    page = host.post(address("role-link-new", room), {"role": "co_host"}, follow=True).content.decode()

    assert RoleLink.objects.get().key_hash not in page
    assert host.get(f"/role/{link_on(page)}").status_code == 200
    assert link_on(host.get(address("members", room)).content.decode()) == ""


def test_who_is_signed_in_accepts(as_: As, room: Room, cast: dict[str, Account]):
    charlie, key = as_("stranger"), make_role_link(room, Role.CO_HOST, by=cast["host"])

    page = charlie.get(f"/role/{key}").content.decode()
    assert "Keynote" in page
    assert "Co-host" in page
    assert role_of(cast["stranger"]) is None  # looking takes nothing
    answer = charlie.post(f"/role/{key}")

    assert answer["Location"] == address("room-edit", room)
    assert role_of(cast["stranger"]) == "co_host"
    assert charlie.get(f"/role/{key}")["Location"] == address("room-edit", room)
    assert as_("operator").get(f"/role/{key}").status_code == 403


def test_who_has_no_account_makes_one(client: Client, room: Room):
    key = make_role_link(room, Role.MODERATOR)
    said = {"name": "Grace", "email": "grace@example.org", "password": PASSWORD, "repeated": PASSWORD}

    assert "Make an account" in client.get(f"/role/{key}").content.decode()
    answer = client.post(f"/role/{key}", said, follow=True)

    assert "You are in: Keynote." in answer.content.decode()
    assert role_of(Account.objects.get(email="grace@example.org")) == "moderator"


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"repeated": "another one"}, {"email": "alice@example.org"}, {"name": ""}]
)
def test_a_form_that_is_not_right_makes_no_account_and_keeps_the_link(
    client: Client, room: Room, wrong: dict[str, str]
):
    key = make_role_link(room, Role.MODERATOR)
    said = {"name": "Grace", "email": "grace@example.org", "password": PASSWORD, "repeated": PASSWORD}

    answer = client.post(f"/role/{key}", said | wrong)

    assert answer.status_code == 200
    assert "Mistake:" in answer.content.decode()
    assert not Account.objects.filter(name="Grace").exists()
    assert client.post(f"/role/{key}", said)["Location"] == "/rooms/"


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_a_link_that_was_revoked_opens_nothing(as_: As, room: Room, who: str):
    key = make_role_link(room, Role.MODERATOR)
    as_("host").post(address("role-link-revoke", room, RoleLink.objects.get().pk))

    for method in ("get", "post"):
        answer = getattr(as_(who), method)(f"/role/{key}")
        assert answer.status_code == 403
        assert "opens nothing any more" in answer.content.decode()


def test_a_link_of_another_room_is_not_revoked_from_here(as_: As, room: Room, cast: dict[str, Account]):
    other = Room.objects.create(join_code="ABCDEF", title="Other")
    make_role_link(other, Role.MODERATOR)

    as_("host").post(address("role-link-revoke", room, RoleLink.objects.get().pk))

    assert RoleLink.objects.exists()
