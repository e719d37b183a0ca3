"""How long a text is, in words that style sheets know: the longer, the smaller it stands on the big screen."""

from __future__ import annotations

from collections.abc import Sequence


def length_name(text: str, lengths: Sequence[tuple[int, str]]) -> str:
    """The name of the first length that `text` does not exceed, or "huge"."""
    return next((name for most, name in lengths if len(text) <= most), "huge")
