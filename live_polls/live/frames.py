"""A message as it goes over the wire: encoded once, framed once, shared by every connection."""

from __future__ import annotations

_TEXT = 0x81  # FIN, opcode text


class Frame:
    """One text message. `payload` is its JSON; `framed` is what a WebSocket server writes for it, unmasked."""

    __slots__ = ("framed", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.framed = _header(len(payload)) + payload


def _header(length: int) -> bytes:
    """RFC 6455, section 5.2: FIN, text, and the length in 7, 16 or 64 bits."""
    if length < 126:
        return bytes((_TEXT, length))
    if length < 65536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
