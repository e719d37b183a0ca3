from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from live_polls.domain.lifecycle import open_poll
from live_polls.domain.records import record
from live_polls.domain.role_links import make_role_link
from live_polls.enums import PollState, Role, RoomState
from live_polls.models import (
    Account,
    Ballot,
    Exclusion,
    Membership,
    Option,
    Poll,
    Question,
    Record,
    RoleLink,
    Room,
    Tally,
    Text,
)
from tests.web.conftest import As

NOUNS = ["account", "ballot", "membership", "poll", "room", "tally"]
NOUNS += ["exclusion", "question", "record", "rolelink", "text"]
ROOMS = "admin:live_polls_room_changelist"
POLLS = "admin:live_polls_poll_changelist"
ACCOUNTS = "admin:live_polls_account_changelist"


def add_ballot(poll: Poll) -> Ballot:
    Tally.objects.create(poll=poll, round=1, counter="n", n=1)
    return Ballot.objects.create(poll=poll, round=1, participant="f" * 32, seq=1, answer='{"option":1}')


def act(client: Client, listing: str, action: str, *things: Model, **more: str):
    return client.post(reverse(listing), {"action": action, "_selected_action": [t.pk for t in things], **more})


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def change_url(thing: Model) -> str:
    return reverse(f"admin:live_polls_{thing._meta.model_name}_change", args=[thing.pk])


# Doors


@pytest.mark.parametrize("noun", NOUNS)
def test_operators_see_every_list(as_: As, poll: Poll, noun: str):
    add_ballot(poll)

    answer = as_("operator").get(reverse(f"admin:live_polls_{noun}_changelist"))

    assert answer.status_code == 200
    assert "live_polls/css/admin" in answer.content.decode()


@pytest.mark.parametrize("who", ["host", "co_host", "moderator", "stranger"])
def test_hosts_are_no_operators(as_: As, poll: Poll, who: str):
    for noun in NOUNS:
        answer = as_(who).get(reverse(f"admin:live_polls_{noun}_changelist"), follow=True)
        assert answer.status_code == 403
        assert "Keynote" not in answer.content.decode()


def test_who_is_signed_out_signs_in_where_everybody_does(client: Client, room: Room):
    answer = client.get(reverse(ROOMS), follow=True)

    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next={reverse(ROOMS)}"
    assert "For people who run rooms." in answer.content.decode()


@pytest.mark.parametrize("noun", ["group", "emailaddress", "authenticator"])
def test_pages_that_would_do_nothing_are_not_there(as_: As, noun: str):
    index = as_("operator").get(reverse("admin:index")).content.decode()

    assert f"/{noun}/" not in index


# Rooms


def test_renaming_a_room_goes_through_the_domain(as_: As, room: Room):
    fields = {"title": "Closing", "results": "host", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    as_("operator").post(change_url(room), fields)

    version = room.version
    room.refresh_from_db()
    assert (room.title, room.results) == ("Closing", "host")
    assert room.version == version + 1  # screens hear of it


def test_ending_rooms_closes_their_polls(as_: As, room: Room, poll: Poll):
    open_poll(poll)

    answer = act(as_("operator"), ROOMS, "end_rooms", room)

    room.refresh_from_db()
    poll.refresh_from_db()
    assert (room.state, poll.state) == (RoomState.ENDED, PollState.CLOSED)
    assert told(answer) == ["Done: 1."]


def test_deleting_rooms_asks_first_and_says_what_is_lost(as_: As, room: Room, poll: Poll):
    add_ballot(poll)

    page = act(as_("operator"), ROOMS, "delete_rooms", room).content.decode()

    assert f"Keynote ({room.join_code}): 1 ballot" in page
    assert Room.objects.exists()


def test_deleting_rooms_takes_everything_in_them(as_: As, room: Room, poll: Poll):
    add_ballot(poll)

    act(as_("operator"), ROOMS, "delete_rooms", room, confirmed="yes")

    for noun in (Room, Poll, Option, Ballot, Tally, Membership):
        assert not noun.objects.exists()


@pytest.mark.parametrize("noun", ["room", "poll"])
def test_nothing_is_added_or_deleted_past_the_domain(as_: As, room: Room, poll: Poll, noun: str):
    thing = {"room": room, "poll": poll}[noun]
    client = as_("operator")

    assert client.get(reverse(f"admin:live_polls_{noun}_add")).status_code == 403
    assert client.post(reverse(f"admin:live_polls_{noun}_delete", args=[thing.pk]), {"post": "yes"}).status_code == 403
    act(client, f"admin:live_polls_{noun}_changelist", "delete_selected", room, post="yes")
    assert Room.objects.exists()
    assert Poll.objects.exists()


# Polls


def option_fields(poll: Poll, texts: list[str]) -> dict[str, Any]:
    options = list(poll.options.all())
    fields: dict[str, Any] = {"options-TOTAL_FORMS": len(texts), "options-INITIAL_FORMS": len(options)}
    for n, text in enumerate(texts):
        fields |= {f"options-{n}-text": text, f"options-{n}-poll": poll.pk}
        fields |= {f"options-{n}-id": options[n].pk} if n < len(options) else {}
    return fields


def test_a_poll_without_ballots_is_rewritten_through_the_domain(as_: As, room: Room, poll: Poll):
    fields = {"prompt": "Quotes?", "seconds": "20", "results": "", **option_fields(poll, ["Single", "Double", "Both"])}

    as_("operator").post(change_url(poll), fields)

    poll.refresh_from_db()
    version = room.version
    room.refresh_from_db()
    assert (poll.prompt, poll.seconds) == ("Quotes?", 20)
    assert list(poll.options.values_list("number", "text")) == [(1, "Single"), (2, "Double"), (3, "Both")]
    assert room.version > version


def test_what_the_domain_refuses_is_told_and_not_saved(as_: As, poll: Poll):
    fields = {"prompt": "Quotes?", "seconds": "2", "results": "", **option_fields(poll, ["Single", "Single"])}

    answer = as_("operator").post(change_url(poll), fields)

    assert any(message.startswith("Nothing was saved.") for message in told(answer))
    assert list(poll.options.values_list("text", flat=True)) == ["Tabs", "Spaces"]


def test_prompt_and_options_are_fixed_once_there_are_ballots(as_: As, poll: Poll):
    add_ballot(poll)
    client = as_("operator")

    assert 'name="options-0-text"' not in client.get(change_url(poll)).content.decode()
    client.post(change_url(poll), {"prompt": "Quotes?", "seconds": "45", **option_fields(poll, ["A", "B"])})

    poll.refresh_from_db()
    assert (poll.prompt, poll.seconds) == ("Tabs or spaces?", 45)
    assert list(poll.options.values_list("text", flat=True)) == ["Tabs", "Spaces"]


def test_polls_are_opened_closed_and_reset(as_: As, poll: Poll):
    client, states = as_("operator"), []

    for action in ("open_polls", "close_polls", "reset_polls"):
        act(client, POLLS, action, poll)
        poll.refresh_from_db()
        states.append((poll.state, poll.round))

    assert states == [(PollState.OPEN, 1), (PollState.CLOSED, 1), (PollState.DRAFT, 2)]


def test_a_deed_that_cannot_be_done_is_told(as_: As, poll: Poll):
    answer = act(as_("operator"), POLLS, "close_polls", poll)

    poll.refresh_from_db()
    assert poll.state == PollState.DRAFT
    assert told(answer)[0].startswith("Tabs or spaces?: ")


# Ballots and tallies


@pytest.mark.parametrize("noun", ["ballot", "tally"])
def test_ballots_and_tallies_are_only_looked_at(as_: As, poll: Poll, noun: str):
    add_ballot(poll)
    thing = {"ballot": Ballot, "tally": Tally}[noun].objects.get()  # type: ignore[attr-defined]  # both have one
    client = as_("operator")

    assert client.get(reverse(f"admin:live_polls_{noun}_add")).status_code == 403
    for page in ("change", "delete"):
        assert client.post(reverse(f"admin:live_polls_{noun}_{page}", args=[thing.pk]), {"n": 7}).status_code == 403
    act(client, f"admin:live_polls_{noun}_changelist", "delete_selected", poll, post="yes")
    assert Ballot.objects.count() == 1
    assert Tally.objects.get().n == 1


def test_ballots_are_found_by_poll_and_room(as_: As, room: Room, poll: Poll):
    add_ballot(poll)
    client, url = as_("operator"), reverse("admin:live_polls_ballot_changelist")

    for words in (poll.code, room.join_code):
        assert "f" * 32 in client.get(url, {"q": words}).content.decode()
    assert "f" * 32 not in client.get(url, {"q": "ZZZZZZ"}).content.decode()


# Members and accounts


def test_members_get_another_role_at_once(as_: As, room: Room, cast: dict[str, Account]):
    member = Membership.objects.get(account=cast["moderator"])
    fields = {"room": room.pk, "account": cast["moderator"].pk, "role": Role.CO_HOST}

    as_("operator").post(change_url(member), fields)

    assert as_("moderator").get(reverse("live_polls:room-edit", args=[room.join_code])).status_code == 200


def test_operators_make_accounts_that_can_sign_in(as_: As, client: Client):
    fields = {"email": "Grace@Example.org", "name": "Grace", "usable_password": "true"}
    fields |= {"password1": "correct horse battery", "password2": "correct horse battery"}

    as_("operator").post(reverse("admin:live_polls_account_add"), fields)

    assert Account.objects.get(name="Grace").email == "grace@example.org"
    answer = client.post(reverse("account_login"), {"login": "grace@example.org", "password": "correct horse battery"})
    assert answer["Location"] == "/rooms/"


def test_the_page_of_an_account_never_shows_a_password_hash(as_: As, cast: dict[str, Account]):
    cast["host"].set_password("correct horse battery")
    cast["host"].save()

    page = as_("operator").get(change_url(cast["host"])).content.decode()

    assert "alice@example.org" in page
    assert cast["host"].password.rsplit("$", 1)[1] not in page


def test_the_last_host_stays_whatever_an_operator_does(as_: As, room: Room, cast: dict[str, Account]):
    member, client = Membership.objects.get(account=cast["host"]), as_("operator")

    client.post(change_url(member), {"role": "moderator"})
    client.post(reverse("admin:live_polls_membership_delete", args=[member.pk]), {"post": "yes"})
    act(client, "admin:live_polls_membership_changelist", "delete_selected", member, post="yes")

    member.refresh_from_db()
    assert member.role == Role.HOST


def test_members_are_added_and_removed_with_a_record(as_: As, room: Room, cast: dict[str, Account]):
    client, charlie = as_("operator"), cast["stranger"]

    client.post(reverse("admin:live_polls_membership_add"), {"room": room.pk, "account": charlie.pk, "role": "host"})
    added = Membership.objects.get(account=charlie)
    client.post(reverse("admin:live_polls_membership_delete", args=[added.pk]), {"post": "yes"})

    assert not Membership.objects.filter(account=charlie).exists()
    said = room.records.filter(object_name="Charlie").order_by("pk").values_list("verb", "by")
    assert list(said) == [("add_member", "Olga"), ("remove_member", "Olga")]


@pytest.mark.parametrize("noun", ["record", "question", "text", "exclusion", "rolelink"])
def test_what_others_decide_about_is_only_looked_at(as_: As, room: Room, noun: str):
    record(room.pk, "open")
    client = as_("operator")

    assert client.get(reverse(f"admin:live_polls_{noun}_add")).status_code == 403
    thing = Record.objects.latest("pk")
    for page in ("change", "delete"):
        url = reverse(f"admin:live_polls_{noun}_{page}", args=[thing.pk])
        assert client.post(url, {"verb": "x", "post": "yes"}).status_code in {302, 403}
    act(client, f"admin:live_polls_{noun}_changelist", "delete_selected", thing, post="yes")
    thing.refresh_from_db()
    assert thing.verb == "open"


def test_keys_and_voices_are_on_no_page(as_: As, room: Room, poll: Poll):
    question = Question.objects.create(
        room=room, code="q1", author="a" * 32, seq=1, text="Why?", asked_at=timezone.now()
    )
    exclusion = Exclusion.objects.create(room=room, voice="b" * 32)
    make_role_link(room, Role.HOST)
    link = RoleLink.objects.get()
    client = as_("operator")

    for thing, secret in ((question, "a" * 32), (exclusion, "b" * 32), (link, link.key_hash)):
        for url in (change_url(thing), reverse(f"admin:live_polls_{thing._meta.model_name}_changelist")):
            assert secret not in client.get(url).content.decode()


def test_rooms_with_much_held_back_come_first(as_: As, room: Room, poll: Poll):
    other = Room.objects.create(join_code="ABCDEF", title="Quiet")
    for n in range(3):
        Text.objects.create(poll=poll, round=1, key=str(n), text="x", state="held" if n else "hidden")
    Question.objects.create(room=other, code="q1", author="a", seq=1, text="?", state="held", asked_at=timezone.now())
    Exclusion.objects.create(room=room, voice="b" * 32, only_muted=True)

    page = as_("operator").get(reverse("admin:live_polls_room_abuse")).content.decode()

    assert page.index("Keynote") < page.index("Quiet")
    assert re.findall(r"<td>(\d+)</td>", page) == ["2", "1", "1", "0", "1", "0", "0", "0"]
    assert as_("host").get(reverse("admin:live_polls_room_abuse"), follow=True).status_code == 403


def test_rooms_are_purged_when_they_have_ended(as_: As, room: Room, poll: Poll):
    add_ballot(poll)
    client = as_("operator")

    refused = act(client, ROOMS, "purge_rooms", room)
    assert "End it first" in told(refused)[0]
    act(client, ROOMS, "end_rooms", room)
    act(client, ROOMS, "purge_rooms", room)

    assert not Ballot.objects.exists()
    assert Tally.objects.exists()


def test_accounts_are_switched_off_and_on_but_not_ones_own(as_: As, cast: dict[str, Account]):
    client, both = as_("operator"), [cast["host"], cast["operator"]]

    act(client, ACCOUNTS, "switch_them_off", *both)
    assert list(Account.objects.filter(is_active=False)) == [cast["host"]]
    act(client, ACCOUNTS, "switch_them_on", *both)
    assert not Account.objects.filter(is_active=False).exists()


def test_somebody_is_signed_out_everywhere(as_: As, cast: dict[str, Account]):
    one, other, operator = as_("host"), as_("host"), as_("operator")

    act(operator, ACCOUNTS, "sign_them_out", cast["host"])

    assert [client.get("/rooms/").status_code for client in (one, other, operator)] == [302, 302, 200]


def test_second_factors_are_forgotten(as_: As, cast: dict[str, Account]):
    Authenticator.objects.create(user=cast["host"], type="totp", data={})

    act(as_("operator"), ACCOUNTS, "forget_their_factors", cast["host"])

    assert not Authenticator.objects.exists()


# An address of its own


def test_the_admin_is_at_its_own_address_alone(as_: As, room: Room, settings: Any):
    settings.ADMIN_URL = "https://admin.example.org"
    settings.ALLOWED_HOSTS = ["testserver", "admin.example.org"]
    client = as_("operator")

    for name in ("index", "login", "live_polls_room_changelist"):
        assert client.get(reverse(f"admin:{name}")).status_code == 404
    for name in ("index", "live_polls_room_changelist"):
        assert client.get(reverse(f"admin:{name}"), headers={"Host": "admin.example.org"}).status_code == 200
    assert "https://admin.example.org/admin/" in client.get("/rooms/").content.decode()


def test_a_superuser_who_is_no_operator_has_no_admin_and_an_operator_who_is_no_superuser_neither(
    as_: As, cast: dict[str, Account]
):
    for flags in ({"is_staff": False}, {"is_superuser": False}):
        Account.objects.filter(pk=cast["operator"].pk).update(**{"is_staff": True, "is_superuser": True} | flags)
        assert as_("operator").get(reverse("admin:index")).status_code in {302, 403}
