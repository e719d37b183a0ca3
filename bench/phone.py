"""One simulated phone on a real socket; it counts, and leaves reading to whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picows import WSFrame, WSListener, WSMsgType, WSTransport

from bench import wire

if TYPE_CHECKING:
    from bench.crowd import Crowd


class Phone(WSListener):
    """A socket with an identity, and the ballot it waits for."""

    def __init__(self, crowd: Crowd, number: int, token: str | None) -> None:
        self.crowd = crowd
        self.number = number
        self.token = token
        self.transport: WSTransport | None = None
        self.seq: dict[bytes, int] = {}
        self.acknowledged: dict[bytes, int] = {}
        self.n_cast = 0
        self.cast_at = 0.0
        self._poll = b""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, wire.hello(self.token))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            self.crowd.on_frame(self, frame.get_payload_as_bytes())
        elif frame.msg_type is WSMsgType.CLOSE:
            self.crowd.refusals[f"closed {frame.get_close_code()}"] += 1
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        self.crowd.on_gone(self)

    def cast(self, poll: bytes, *, round_: int, option: int, at: float) -> None:
        """Send the next ballot of this phone for a poll: a first one, or a change."""
        if self.transport is None:
            return
        seq = self.seq[poll] = self.seq.get(poll, 0) + 1
        self.n_cast += 1
        self.cast_at = at
        self._poll = poll
        frame = wire.ballot_cast(poll, number=seq, round_=round_, seq=seq, option=option)
        self.send(frame)

    def send(self, frame: bytes) -> None:
        """Send a frame, if there is a socket to send it on."""
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, frame)

    def acknowledge(self) -> None:
        """Remember that the ballot waited for is counted."""
        self.acknowledged[self._poll] = self.seq[self._poll]
