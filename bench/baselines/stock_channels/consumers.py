"""The tutorial's consumer: a group a room, JSON in and out, every event through dispatch."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from bench.baselines.stock_channels.ballots import cast_ballot
from bench.baselines.tally_frame import ack_text, snapshot_text, tally_text

GROUP = "room"
N_OPTIONS = int(os.environ["BASELINE_OPTIONS"])


class RoomConsumer(AsyncJsonWebsocketConsumer):
    """Casts ballots, and shows every tally to the group unless asked with `?listen=0`."""

    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode())
        self.participant = self.channel_name
        self.listens = query.get("listen") != ["0"]
        if self.listens:
            await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept(subprotocol=next(iter(self.scope["subprotocols"])))

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    # Any: the signature of Channels.
    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        if content["type"] == "hello":
            await self.send_json(json.loads(snapshot_text()))
            return
        n_ballots = await database_sync_to_async(cast_ballot)(
            participant=self.participant,
            seq=content["seq"],
            option=content["answer"]["option"],
        )
        await self.send_json(json.loads(ack_text(content, version=n_ballots)))
        if self.listens:
            # Encoded once, though the tutorial encodes once a socket: the stiffer baseline.
            text = tally_text(version=n_ballots, n_options=N_OPTIONS)
            await self.channel_layer.group_send(GROUP, {"type": "tally.changed", "text": text})

    async def tally_changed(self, event: dict[str, Any]) -> None:
        """Pass a tally from the group on to the socket."""
        await self.send(text_data=event["text"])
