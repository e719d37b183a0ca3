"""Baseline: the least ASGI application that acknowledges a ballot; it counts nothing, keeps nothing and shows nothing.

What sockets alone cost here: no server of this kind answers faster, whatever it does besides.
"""

from __future__ import annotations

from itertools import count

import msgspec

from bench.baselines.bare_echo import Message, Receive, Send
from bench.baselines.tally_frame import EPOCH, snapshot_text


class _Cast(msgspec.Struct):
    id: str = ""
    seq: int = 0


_decoder = msgspec.json.Decoder(_Cast)
_versions = count(1)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Accept, answer the first frame with a snapshot and each ballot with an acknowledgement."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    await receive()
    await send({"type": "websocket.send", "text": snapshot_text()})
    while (message := await receive())["type"] == "websocket.receive":
        cast = _decoder.decode(message["text"])
        text = (
            f'{{"type":"ack","id":"{cast.id}","receipt":"baseline","seq":{cast.seq},"epoch":"{EPOCH}",'
            f'"version":{next(_versions)}}}'
        )
        await send({"type": "websocket.send", "text": text})
