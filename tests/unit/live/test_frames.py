from __future__ import annotations

import pytest
from websockets.frames import Frame as Reference
from websockets.frames import Opcode

from live_polls.live.frames import Frame


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_frame_is_what_a_server_would_write(length):
    payload = b"x" * length

    frame = Frame(payload)

    assert frame.framed == Reference(Opcode.TEXT, payload).serialize(mask=False)
    assert frame.payload == payload
