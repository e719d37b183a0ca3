"""Text from people: plain, bounded, and unable to disturb the text around it."""

from __future__ import annotations

import re
import unicodedata

# Controls, bidirectional overrides and isolates, and the invisible marks that are used to hide or reverse text.
# Zero-width joiners stay: scripts and emoji need them.
_UNWANTED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_PILED_MARKS = re.compile(r"(?P<kept>.[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
                          r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip


def clean_line(text: str) -> str:
    """One line of plain text: NFC, no control or bidi characters, single spaces, at most four piled-up marks."""
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text.replace("\n", " ").replace("\t", " ")))
    return " ".join(_PILED_MARKS.sub(r"\g<kept>", text).split())
