"""What operators do to accounts is recorded as what is done to rooms: once, by whom, and for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from live_polls.domain.keeping import Until, until_words
from live_polls.domain.retention import purge_records
from live_polls.models import Account, Record, Room
from tests.web.conftest import As

ACCOUNTS = "admin:live_polls_account_changelist"
ALICE = "Alice <alice@example.org>"
PASSWORD = "correct horse battery"


def act(client: Client, action: str, *accounts: Account, **more: str) -> Any:
    chosen = [account.pk for account in accounts]
    return client.post(reverse(ACCOUNTS), {"action": action, "_selected_action": chosen, **more})


def save(client: Client, account: Account, **changes: object) -> Any:
    """Send the form of the account as a browser would, with these changes."""
    fields: dict[str, object] = {"email": account.email, "name": account.name}
    fields |= {name: "on" for name in ("is_active", "is_superuser", "is_staff") if getattr(account, name)}
    sent = {name: value for name, value in (fields | changes).items() if value is not False}
    return client.post(reverse("admin:live_polls_account_change", args=[account.pk]), sent)


def said() -> list[tuple[str, str, dict[str, object]]]:
    """(verb, whom, details) of the records of accounts, the oldest first."""
    records = Record.objects.filter(room=None, object_sort="person").order_by("pk")
    assert all(record.by == "Olga" for record in records)
    return [(record.verb, record.object_name, record.details) for record in records]


@pytest.mark.parametrize(
    ("action", "verb", "details"),
    [
        ("switch_them_off", "switch_off", {}),
        ("sign_them_out", "sign_out", {"n": 1}),
        ("forget_their_factors", "forget_factors", {"n": 2}),
    ],
)
def test_each_action_leaves_one_record_and_a_repeat_none(
    as_: As, cast: dict[str, Account], action: str, verb: str, details: dict[str, object]
):
    as_("host")
    for sort in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=cast["host"], type=sort, data={})
    operator = as_("operator")

    for _ in range(2):
        act(operator, action, cast["host"])

    assert said() == [(verb, ALICE, details)]


def test_switching_on_again_is_recorded_once(as_: As, cast: dict[str, Account]):
    Account.objects.filter(pk=cast["host"].pk).update(is_active=False)
    for _ in range(2):
        act(as_("operator"), "switch_them_on", cast["host"])

    assert said() == [("switch_on", ALICE, {})]


def test_rights_address_and_name_are_recorded_with_what_was_before(as_: As, cast: dict[str, Account]):
    operator = as_("operator")
    for _ in range(2):
        save(operator, cast["host"], is_staff="on", is_superuser="on", email="a@example.org", is_active=False)
        cast["host"].refresh_from_db()

    assert (cast["host"].is_staff, cast["host"].email, cast["host"].is_active) == (True, "a@example.org", False)
    assert [(verb, details) for verb, _, details in said()] == [
        ("switch_off", {}),
        ("rights", {"is_staff": [False, True], "is_superuser": [False, True]}),
        ("edit", {"email": ["alice@example.org", "a@example.org"]}),
    ]


def test_a_password_that_an_operator_gives_is_recorded_and_is_in_no_record(as_: As, cast: dict[str, Account]):
    operator, url = as_("operator"), reverse("admin:auth_user_password_change", args=[cast["host"].pk])
    operator.post(url, {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"})

    cast["host"].refresh_from_db()
    assert cast["host"].check_password(PASSWORD)
    assert said() == [("password", ALICE, {})]

    operator.post(url, {"usable_password": "false", "unset-password": "1"})
    cast["host"].refresh_from_db()
    assert not cast["host"].has_usable_password()
    assert len(said()) == 2


def test_accounts_that_are_made_and_deleted_are_recorded(as_: As, cast: dict[str, Account]):
    operator = as_("operator")
    fields = {"email": "grace@example.org", "name": "Grace", "usable_password": "true"}
    operator.post(reverse("admin:live_polls_account_add"), fields | {"password1": PASSWORD, "password2": PASSWORD})
    grace = Account.objects.get(email="grace@example.org")
    assert grace.check_password(PASSWORD)

    operator.post(reverse("admin:live_polls_account_delete", args=[grace.pk]), {"post": "yes"})
    act(operator, "delete_selected", cast["stranger"], post="yes")

    assert not Account.objects.filter(pk__in=[grace.pk, cast["stranger"].pk]).exists()
    assert [(verb, whom) for verb, whom, _ in said()] == [
        ("create", "Grace <grace@example.org>"),
        ("delete", "Grace <grace@example.org>"),
        ("delete", "Charlie <charlie@example.org>"),
    ]


def test_a_link_made_on_the_server_is_recorded_as_a_command(cast: dict[str, Account], capsys: Any):
    Authenticator.objects.create(user=cast["host"], type="totp", data={})
    call_command("sign_in_link", "alice@example.org", "--forget-second-factor")

    link = capsys.readouterr().out
    assert list(Record.objects.order_by("pk").values_list("verb", "by", "details")) == [
        ("forget_factors", "command", {"n": 1}),
        ("sign_in_link", "command", {}),
    ]
    assert link.strip()


def test_operators_find_records_by_whom_they_are_about(as_: As, cast: dict[str, Account], room: Room):
    operator, url = as_("operator"), reverse("admin:live_polls_record_changelist")
    act(operator, "switch_them_off", cast["host"])

    for asked in ({"q": "alice@example.org"}, {"q": "Olga"}, {"room__isempty": "1"}):
        page = operator.get(url, asked).content.decode()
        assert "Alice &lt;alice@example.org&gt;" in page
        assert ">create</td>" not in page  # of the room
    for asked in ({"q": "charlie@example.org"}, {"room__isempty": "0"}):
        assert "Alice &lt;" not in operator.get(url, asked).content.decode()
    assert ">create</td>" in operator.get(url, {"q": room.join_code}).content.decode()


def test_no_host_reads_them_in_a_room(as_: As, cast: dict[str, Account], room: Room):
    act(as_("operator"), "sign_them_out", cast["operator"], cast["host"])
    act(as_("operator"), "switch_them_off", cast["stranger"])

    page = as_("host").get(reverse("live_polls:records", args=[room.join_code])).content.decode()

    assert "charlie@example.org" not in page


@pytest.mark.parametrize("change", [{"verb": "edit"}, {"by": "Nobody"}, {"room": None, "object_name": "x"}])
def test_the_database_refuses_to_change_one(as_: As, cast: dict[str, Account], change: dict[str, object]):
    act(as_("operator"), "switch_them_off", cast["host"])

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Record.objects.filter(room=None).update(**change)

    assert said() == [("switch_off", ALICE, {})]


def test_who_did_it_stays_readable_when_they_are_gone(as_: As, cast: dict[str, Account]):
    act(as_("operator"), "switch_them_off", cast["host"])
    cast["operator"].delete()

    assert [(record.actor, record.by) for record in Record.objects.filter(room=None)] == [(None, "Olga")]


def test_they_go_after_the_days_that_the_privacy_page_names(room: Room):
    for days in (91, 89):
        done_at = timezone.now() - timedelta(days=days)
        Record.objects.create(at=done_at, by="Olga", verb="switch_off", object_name=f"{days} days ago")
    of_rooms = Record.objects.filter(room=room).count()

    assert [purge_records(days=90), purge_records(days=90)] == [1, 0]

    assert Record.objects.get(room=None).object_name == "89 days ago"
    assert Record.objects.filter(room=room).count() == of_rooms > 0
    assert until_words(Until.DEED, days=90) == "until 90 days after it was done"
    assert "clean-up" in until_words(Until.DEED, days=0)


def test_the_daily_purge_says_first_and_then_deletes_them(db: None, capsys: Any):
    Record.objects.create(at=timezone.now() - timedelta(days=31), by="Olga", verb="switch_off")

    call_command("purge", "--days", "30", "--dry-run")
    assert Record.objects.exists()
    call_command("purge", "--days", "30")
    assert not Record.objects.exists()

    said = "1 records of accounts and of rooms that are gone"
    assert capsys.readouterr().out.split("\n")[:2] == [f"{said}: would be deleted", f"{said}: deleted"]


def test_the_privacy_page_tells_of_them(client: Client, db: None, settings: Any):
    settings.RETENTION_DAYS = 30
    page = client.get(reverse("live_polls:privacy")).content.decode()

    assert "Which account was made, changed or deleted" in page
    assert "until 30 days after it was done" in page
