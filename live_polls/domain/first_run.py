"""The one-time link by which a new installation gets its first account.

The link is a signature with a time in it, not a row: every process can check it, and it dies by itself. What makes
it good for once is the rule that it opens nothing as soon as one account exists.
"""

from __future__ import annotations

from django.core import signing
from django.db import connection, transaction
from django.utils.translation import gettext as _

from live_polls.errors import NotAllowedError
from live_polls.models import Account

SALT = "live_polls.first_run"
LIFETIME_S = 60 * 60


def first_run_link(base_url: str) -> str | None:
    """The link to print when the server starts; None once any account exists."""
    if Account.objects.exists():
        return None
    return f"{base_url.rstrip('/')}/welcome/{signing.dumps('first run', salt=SALT)}"


def check_first_run(token: str) -> None:
    """Raise NotAllowedError unless this link may still create the first account."""
    try:
        signing.loads(token, salt=SALT, max_age=LIFETIME_S)
    except signing.BadSignature:
        raise NotAllowedError(_("This link has expired or is not complete.")) from None
    _check_nobody_came_first()


def create_first_account(token: str, *, email: str, password: str) -> Account:
    """Create the operator and first host; of two people with the link, the first one gets it."""
    check_first_run(token)
    with transaction.atomic():
        _hold_the_door()
        _check_nobody_came_first()
        return Account.objects.create_superuser(email, password)


def _check_nobody_came_first() -> None:
    if Account.objects.exists():
        raise NotAllowedError(_("This link was already used: the first account exists."))


def _hold_the_door() -> None:
    """Let one transaction at a time look and create. An empty table has no row to lock, so the table it is;
    SQLite needs nothing, because its transactions take the write lock when they begin."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE live_polls_account IN SHARE ROW EXCLUSIVE MODE")
