"""The installation's list of words that hold: which file it is."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def parse_word_list_file(given: str, *, default: Path) -> Path | None:
    """The file, or None where only rooms have lists; ImproperlyConfigured when it cannot be read as text."""
    if given == "none":
        return None
    path = Path(given).resolve() if given else default
    try:
        path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"WORD_LIST_FILE must be a file of words that can be read, or none: {error}."
        ) from error
    return path
