"""When the guarded protocol reads: never while its peer does not, and never more than the application has taken."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from live_polls.live.guarded_protocol import GuardedProtocol


class Transport:
    """Remembers whether it reads."""

    is_reading = True

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def set_write_buffer_limits(self, high: int) -> None:
        pass

    def get_extra_info(self, name: str) -> Any:
        return None


class Ear:
    def hear(self, data: bytes) -> None:
        pass

    def hear_binary(self) -> None:
        pass

    def end(self) -> None:
        pass


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    pass


@pytest.fixture
def transport() -> Transport:
    return Transport()


async def connected(transport: Transport) -> GuardedProtocol:
    protocol = GuardedProtocol(Config(nothing), ServerState(), {}, asyncio.get_running_loop())
    protocol.connection_made(cast("asyncio.Transport", transport))
    return protocol


async def test_nothing_is_read_from_who_does_not_read(transport: Transport):
    protocol = await connected(transport)
    protocol.pause_writing()
    assert not transport.is_reading

    protocol.resume_writing()
    assert transport.is_reading


async def test_what_the_application_has_not_taken_is_waited_for_though_the_peer_reads_again(transport: Transport):
    protocol = await connected(transport)
    protocol.handle_text(cast("Any", type("Event", (), {"data": b"{}", "fin": True})()))
    assert not transport.is_reading

    protocol.pause_writing()
    protocol.resume_writing()
    assert not transport.is_reading

    protocol.detach(Ear())
    assert transport.is_reading


async def test_an_application_that_takes_all_reads_on_when_its_peer_does(transport: Transport):
    protocol = await connected(transport)
    protocol.handle_text(cast("Any", type("Event", (), {"data": b"{}", "fin": True})()))
    protocol.pause_writing()

    protocol.detach(Ear())
    assert not transport.is_reading

    protocol.resume_writing()
    assert transport.is_reading
