"""What operators do to accounts: switch them off and on, sign them out, forget second factors, give passwords anew."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from live_polls import events
from live_polls.models import Account


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
        transaction.on_commit(lambda: events.announce(events.RightsChanged()))
    return n_ended


def forget_second_factors(account: Account) -> int:
    """Remove authenticator app, keys and recovery codes, for who has lost them; how many. Repeatable."""
    return int(Authenticator.objects.filter(user=account).delete()[0])


def _switch(account: Account, *, on: bool) -> None:
    account.is_active = on
    account.save(update_fields=["is_active"])
