"""The signing key: given by the operator, or made once and kept beside the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SAMPLE_SECRET_KEY = "change-me-to-at-least-32-random-characters"  # noqa: S105 - the one of the docs, refused below


def check_secret_key(key: str, name: str = "SECRET_KEY") -> str:
    """Return the operator's key, or refuse one that anybody could guess."""
    if key == SAMPLE_SECRET_KEY or key.startswith("django-insecure-"):
        raise ImproperlyConfigured(f"{name} is a sample that everybody knows; choose a random one.")
    if len(key) < 32:
        raise ImproperlyConfigured(f"{name} must have at least 32 characters.")
    return key


def former_secret_keys(keys: str) -> list[str]:
    """Return the keys of a list with commas, each as good as the one of today: what it signed is believed."""
    return [check_secret_key(key.strip(), "SECRET_KEY_FALLBACKS") for key in keys.split(",") if key.strip()]


def kept_secret_key(path: Path) -> str:
    """Return the key in the file, which is made, readable by its owner alone, when it is missing."""
    if not path.exists():
        _make_key(path)
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 32:
        raise ImproperlyConfigured(f"{path} holds no usable key; remove it to have a new one made.")
    return key


def _make_key(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        # Two processes may start at once: linking is atomic, so both end up with the key of the first.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
