"""The short way in for what phones send all day: a text in one frame, and the frame whole in what was received.

The parser of `websockets` takes frames that come in pieces, in any order of bytes; a sixth of the time of a ballot was
its generators. Here only the plain case is read (RFC 6455, section 5.2); everything else, and every error, is its own.
"""

from __future__ import annotations

from typing import NamedTuple

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the quick one where there is one

_FIN_TEXT = 0x81
_FIN_CONTROL = (0x88, 0x89, 0x8A)  # close, ping, pong
_MASKED = 0x80
_IN_16_BITS, _IN_64_BITS = 126, 127
_MASK_BYTES = 4


class Whole(NamedTuple):
    """A frame that is there to its `end`; `text` is its payload, None for a control frame."""

    text: bytes | None
    end: int


def whole_frame(data: bytes, at: int, *, most: int) -> Whole | None:
    """The frame that begins at `at`: a whole text of at most `most` bytes, or a whole control frame.

    None for all else: a part of a message or of a frame, reserved bits, no mask, too long. From there on nobody but
    the parser knows where the next frame begins.
    """
    if len(data) < at + 2 + _MASK_BYTES:
        return None
    head, length = data[at], data[at + 1] - _MASKED
    at += 2
    if length == _IN_64_BITS:
        return None
    if length == _IN_16_BITS:
        length = int.from_bytes(data[at : at + 2], "big")
        at += 2
    if not 0 <= length <= most:
        return None
    end = at + _MASK_BYTES + length
    if end > len(data):
        return None
    if head == _FIN_TEXT:
        return Whole(apply_mask(data[at + _MASK_BYTES : end], data[at : at + _MASK_BYTES]), end)
    return Whole(None, end) if head in _FIN_CONTROL else None
