"""The secrets of second factors as they stand in the database: sealed with a key that is not in it.

Whoever reads a table or a backup has no authenticator app by it. The key is made of SECRET_KEY; what a former key has
sealed is read as long as that key is in SECRET_KEY_FALLBACKS. What has no mark was kept before anything was sealed, and
is read as it stands.
"""

from __future__ import annotations

import base64
import logging
from functools import lru_cache

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from live_polls.errors import SecondFactorUnreadableError

MARK = "sealed:"
_SALT = "live_polls.second_factors"
_FIELDS = ("secret", "seed", "migrated_codes")

logger = logging.getLogger(__name__)


def seal(text: str) -> str:
    """The text as it may be stored. NOT repeatable: each call seals it otherwise."""
    return MARK + _newest().encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """The text that was sealed. SecondFactorUnreadableError where no key of ours has sealed it."""
    if not stored.startswith(MARK):
        return stored
    try:
        return _every().decrypt(_token(stored)).decode()
    except InvalidToken:
        logger.error("A second factor was sealed with a key that is neither SECRET_KEY nor in SECRET_KEY_FALLBACKS.")  # noqa: TRY400 - the trace says nothing more
        raise SecondFactorUnreadableError from None


def seal_all() -> tuple[int, int]:
    """Seal with the newest key what is not; how many factors that were, and how many no key can read. Repeatable."""
    n_sealed = n_unreadable = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        try:
            n_sealed += _seal_anew(pk)
        except SecondFactorUnreadableError:
            n_unreadable += 1
    return n_sealed, n_unreadable


def _seal_anew(pk: int) -> bool:
    """Under the lock of the row, as codes are used up."""
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if factor is None:
            return False
        before = {name: factor.data[name] for name in _FIELDS if name in factor.data}
        after = {name: _anew(stored) for name, stored in before.items()}
        if before == after:
            return False
        factor.data |= after
        factor.save(update_fields=["data"])
    return True


def _anew(stored: str | list[str]) -> str | list[str]:
    if isinstance(stored, list):
        return [each if _is_of_newest(each) else seal(unseal(each)) for each in stored]
    return stored if _is_of_newest(stored) else seal(unseal(stored))


def _is_of_newest(stored: str) -> bool:
    if not stored.startswith(MARK):
        return False
    try:
        _newest().decrypt(_token(stored))
    except InvalidToken:
        return False
    return True


def _token(stored: str) -> bytes:
    return stored.removeprefix(MARK).encode()


def _newest() -> Fernet:
    return _fernet(settings.SECRET_KEY)


def _every() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


@lru_cache(maxsize=16)
def _fernet(secret_key: str) -> Fernet:
    """A key of its own purpose, so that nothing else that SECRET_KEY signs tells of it."""
    return Fernet(base64.urlsafe_b64encode(salted_hmac(_SALT, "", secret=secret_key, algorithm="sha256").digest()))
