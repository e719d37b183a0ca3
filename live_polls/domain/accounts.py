"""What operators do to accounts: make, change and delete them, switch them off and on, sign them out, forget second
factors, give passwords anew.

Each deed that changes something leaves a record without a room (records.py), and a repeat that changes nothing none.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from live_polls import events
from live_polls.domain.records import Named, record_named
from live_polls.models import Account

_RIGHTS = ("is_staff", "is_superuser")
_SAID = ("email", "name")


def add_account(account: Account) -> None:
    """Keep a new account. NOT repeatable."""
    with transaction.atomic():
        account.save()
        _record("create", account)


def edit_account(account: Account) -> None:
    """Keep what was changed in the account, but for its password: address, name, rights, switched off or on. Repeatable."""
    with transaction.atomic():
        before = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if before.is_active != account.is_active:
            _switch(before, on=account.is_active)
        account.save(update_fields=[*_SAID, *_RIGHTS])
        for verb, fields in (("rights", _RIGHTS), ("edit", _SAID)):
            changed = {name: [getattr(before, name), getattr(account, name)] for name in fields}
            changed = {name: both for name, both in changed.items() if both[0] != both[1]}
            if changed:
                _record(verb, account, **changed)


def set_password(account: Account, password: str | None) -> None:
    """Give the account this password; None: nobody signs in by one. NOT repeatable: each call is a record."""
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        _record("password", account)


def delete_account(account: Account) -> None:
    """Delete the account; what it did stays in the records under its name. Repeatable."""
    with transaction.atomic():
        if Account.objects.select_for_update().filter(pk=account.pk).exists():
            _record("delete", account)
            account.delete()


def switch_off(account: Account) -> None:
    """Let the account do nothing from now on; its rooms are kept. Repeatable. Open pages close within seconds."""
    _switch(account, on=False)


def switch_on(account: Account) -> None:
    """Undo `switch_off`. Repeatable."""
    _switch(account, on=True)


def sign_out_everywhere(account: Account) -> int:
    """End every session of the account; how many there were. Repeatable.

    What a session says is packed, so all that are good are looked at: for now and then, not for each request.
    """
    sessions = Session.objects.filter(expire_date__gt=timezone.now())
    mine = [each.pk for each in sessions.iterator() if each.get_decoded().get(SESSION_KEY) == str(account.pk)]
    with transaction.atomic():
        n_ended, _ = Session.objects.filter(pk__in=mine).delete()
        if n_ended:
            _record("sign_out", account, n=n_ended)
        transaction.on_commit(lambda: events.announce(events.RightsChanged()))
    return n_ended


def forget_second_factors(account: Account) -> int:
    """Remove authenticator app, keys and recovery codes, for who has lost them; how many. Repeatable."""
    with transaction.atomic():
        n_forgotten = int(Authenticator.objects.filter(user=account).delete()[0])
        if n_forgotten:
            _record("forget_factors", account, n=n_forgotten)
    return n_forgotten


def note_sign_in_link(account: Account) -> None:
    """Record that a link was made with which the account can be taken over. NOT repeatable: each link is a record."""
    _record("sign_in_link", account)


def _switch(account: Account, *, on: bool) -> None:
    with transaction.atomic():
        was_on = Account.objects.select_for_update(no_key=True).values_list("is_active", flat=True).get(pk=account.pk)
        account.is_active = on
        if was_on != on:
            account.save(update_fields=["is_active"])
            _record("switch_on" if on else "switch_off", account)


def _record(verb: str, account: Account, **details: object) -> None:
    """With the address beside the name, which two people may share."""
    name = f"{account.name} <{account.email}>" if account.name else account.email
    record_named(None, verb, Named("person", str(account.pk), name), **details)
