"""Announces that somebody's rights may have changed: signed out, another password, switched off, another role.

Nobody is named: whoever hears it reads for itself who may still be where they are. Signals and not calls, so that
whatever changes an account or a member is heard, also the admin and what comes later. What changes rows behind Django's
back is not; the serving processes also look by themselves every few seconds.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from live_polls import events
from live_polls.models import Account, Membership

# What a save of an account may say about rights; signing in notes the time and changes nothing.
_HARMLESS = frozenset({"last_login", "name"})


def watch() -> None:
    """Begin to listen. Repeatable."""
    for signal, sender in (
        # Not the signal of signing out: it comes before the session goes, and who looked at once would find it there.
        (post_delete, Session),
        (post_save, Account),
        (post_delete, Account),
        (post_save, Membership),
        (post_delete, Membership),
    ):
        signal.connect(_changed, sender=sender, dispatch_uid=f"rights of {sender}")


def _changed(*, created: bool = False, update_fields: frozenset[str] | None = None, **_: Any) -> None:
    if created or (update_fields is not None and update_fields <= _HARMLESS):
        return  # nobody can have come by rights that were not there yet
    transaction.on_commit(lambda: events.announce(events.RightsChanged()))
