"""The socket of a room: audience, stage and host all speak `live-polls.v1` here."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from django.conf import settings

from live_polls.consumers import origin
from live_polls.consumers.base import HELLO_SECONDS, Scope, Socket
from live_polls.domain import join_codes
from live_polls.domain.ballots import Cast
from live_polls.domain.participants import Participant, cookie_name
from live_polls.domain.players import Named, Naming
from live_polls.domain.room_view import RoomView
from live_polls.domain.visibility import Viewer
from live_polls.enums import RoomState
from live_polls.errors import (
    BadMessageError,
    BusyError,
    NotAllowedError,
    PollError,
    RateLimitedError,
    RoomNotFoundError,
)
from live_polls.live import commands, messages
from live_polls.live.addresses import get_addresses
from live_polls.live.ballot_box import Outcome, get_box
from live_polls.live.connections import Connection
from live_polls.live.entrance import enter
from live_polls.live.feed import RoomFeed
from live_polls.live.frames import Frame
from live_polls.live.guarded_protocol import GuardedProtocol
from live_polls.live.hub import get_hub
from live_polls.live.identity import is_trusted_stage, participant_of
from live_polls.live.question_deeds import deed_of
from live_polls.live.queued_wire import QueuedWire
from live_polls.live.readers import read_for_one
from live_polls.live.rights import Standing, standing_in

logger = logging.getLogger(__name__)

MAX_CONNECTIONS_A_PARTICIPANT = 5
FULL_RETRY_MS = 5000


class RefusedError(Exception):
    """The socket cannot stay; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RoomSocket(Socket):
    """One socket in one room. Before `hello` it has no connection and may say nothing else."""

    def __init__(self, scope: Scope, wire: GuardedProtocol | QueuedWire) -> None:
        super().__init__(scope, wire)
        self._hub = get_hub()  # asked for once: which loop runs is a call of the operating system
        self._join_code = join_codes.normalise(scope["url_route"]["kwargs"]["join_code"])
        self._feed: RoomFeed | None = None
        self._connection: Connection | None = None
        self._greeting: asyncio.Task[None] | None = None
        self._asked_again = False
        self._deadline = self._loop.call_later(HELLO_SECONDS, wire.close, messages.CLOSE_UNKNOWN_IDENTITY)

    def answer(self, frame: Frame) -> None:
        if self._connection is not None:
            self._connection.answer(frame)
        else:
            self.wire.write(frame.framed, (frame,))

    def obey(self, message: commands.ClientMessage) -> None:
        if isinstance(message, commands.Hello):
            self._hello(message)
        elif self._connection is None or self._feed is None:
            raise BadMessageError("Say hello first.")
        elif isinstance(message, commands.Ping):
            self.answer(self._feed.screens.heartbeat(self._connection.version, message.id))
        elif isinstance(message, commands.ReactionSend):
            self._react(self._feed, self._connection, message)
        elif (too_much := self._too_much(self._connection, message)) is not None:
            self.refuse(too_much, message.id)
        elif isinstance(message, commands.PlayerName):
            self._name(self._feed, self._connection, message)
        elif isinstance(message, commands.QuestionMessage):
            self._ask(self._feed, self._connection, message)
        else:
            answer = message.answer if isinstance(message, commands.BallotCast) else None
            self._cast(self._feed, self._connection, message, answer)

    def gone(self) -> None:
        self._deadline.cancel()
        if self._greeting is not None:
            self._greeting.cancel()
        if self._feed is not None and self._connection is not None:
            self._feed.leave(self._connection)

    def _cast(
        self,
        feed: RoomFeed,
        connection: Connection,
        message: commands.BallotCast | commands.BallotWithdraw,
        answer: object,
    ) -> None:
        if connection.participant is None:
            self.refuse(NotAllowedError("Only participants vote. This socket has none."), message.id)
            return
        cast = Cast(
            feed.room_id,
            connection.participant,
            message.poll,
            message.round,
            message.seq,
            answer,
            connection.voice,
            by_account=connection.by_account,
        )
        get_box().cast(cast, partial(self._outcome, feed, connection, message.id), self._loop)

    def _too_much(self, connection: Connection, message: commands.ClientMessage) -> RateLimitedError | None:
        """Why this participant, on however many sockets, has to wait."""
        if connection.voice:
            try:
                self._hub.manners.check(connection.voice, str(message.__struct_config__.tag))
            except RateLimitedError as error:
                return error
        return None

    def _react(self, feed: RoomFeed, connection: Connection, message: commands.ReactionSend) -> None:
        if connection.participant is None:
            self.refuse(NotAllowedError("Only participants react. This socket has none."))
            return
        self._hub.react(feed, connection.voice, message.reaction)

    def _ask(self, feed: RoomFeed, connection: Connection, message: commands.QuestionMessage) -> None:
        if connection.participant is None:
            self.refuse(NotAllowedError("Only participants ask. This socket has none."), message.id)
            return
        deed = deed_of(message, room_id=feed.room_id, voice=connection.voice)
        get_box().cast(deed, partial(self._outcome, feed, connection, message.id), self._loop)

    def _name(self, feed: RoomFeed, connection: Connection, message: commands.PlayerName) -> None:
        if connection.participant is None:
            self.refuse(NotAllowedError("Only participants play. This socket has none."), message.id)
            return
        naming = Naming(feed.room_id, connection.voice, message.name, message.team)
        task = self._loop.create_task(self._hub.names.name(naming))
        task.add_done_callback(partial(self._named, message.id))

    def _named(self, client_id: str, done: asyncio.Task[Named | PollError]) -> None:
        if done.cancelled():
            return
        outcome = done.result()
        if isinstance(outcome, PollError):
            self.refuse(outcome, client_id)
        else:
            named = messages.PlayerNamed(client_id, outcome.name, outcome.team, outcome.state)
            self.answer(Frame(messages.encode(named)))

    def _outcome(self, feed: RoomFeed, connection: Connection, client_id: str, outcome: Outcome) -> None:
        if isinstance(outcome, PollError):
            self.refuse(outcome, client_id)
        else:
            feed.acknowledge(connection, client_id, outcome)

    def _hello(self, hello: commands.Hello) -> None:
        """Greet in a task of its own, since it reads. A second hello asks for a snapshot: a resync."""
        self._deadline.cancel()
        self.spoke()
        if self._greeting is not None and not self._greeting.done():
            self._asked_again = True  # the snapshot of the first may have been read already
        else:
            self._greeting = self._loop.create_task(self._greet(hello))

    async def _greet(self, hello: commands.Hello) -> None:
        try:
            feed, connection = await self._arrive(hello)
            await self._join(feed, connection)
            if connection.participant is not None:
                self._replace_oldest(feed, connection.participant)
        except RoomNotFoundError:
            self.wire.close(messages.CLOSE_NOT_FOUND)
        except RateLimitedError as error:
            self.refuse(error)
            self.wire.close(messages.CLOSE_TOO_MUCH)
        except BusyError as error:
            self.refuse(error)
            self.wire.close(messages.CLOSE_TRY_AGAIN_LATER)
        except RefusedError as refused:
            self.wire.close(refused.code)
        except Exception:
            # Nothing is lost: the client comes back, with jitter, and says hello again.
            logger.exception("A hello failed")
            self.wire.close(messages.CLOSE_TRY_AGAIN_LATER)

    async def _join(self, feed: RoomFeed, connection: Connection) -> None:
        """Take a snapshot, and another one when it was asked for meanwhile."""
        self._asked_again = True
        while self._asked_again:
            self._asked_again = False
            if not await feed.join(connection):
                raise RefusedError(messages.CLOSE_NOT_FOUND)

    async def _arrive(self, hello: commands.Hello) -> tuple[RoomFeed, Connection]:
        if self._feed is not None and self._connection is not None:
            return self._feed, self._connection
        address = str((self.scope.get("client") or ("",))[0] or "")
        cookie = "" if origin.is_missing(self.scope) else origin.cookie(self.scope, cookie_name(self._join_code))
        feed = await enter(self._join_code, address=address, token=hello.token or cookie)
        view = await feed.current_view()
        if view is None:
            raise RefusedError(messages.CLOSE_NOT_FOUND)
        viewer, who = await self._identify(hello, view)
        if viewer is Viewer.AUDIENCE and feed.audience.n_expected >= settings.MAX_SOCKETS_PER_ROOM:
            # Phones go on over plain requests, which hold nothing here.
            self.refuse(BusyError(retry_ms=FULL_RETRY_MS))
            raise RefusedError(messages.CLOSE_TRY_AGAIN_LATER)
        feed = await self._hub.feed(self._join_code)  # reads that were slow may have outlived it
        if isinstance(who, Participant):
            get_addresses().came(address, who.voice_key)
            connection = Connection(self.wire, viewer, who.ballot_key, who.voice_key)
            connection.by_account = who.by_account
        else:
            connection = Connection(self.wire, viewer)
            connection.standing = who
            connection.moderates = hello.role == "moderator" and viewer is Viewer.HOST
        self.wire.attach(connection)
        self._feed, self._connection = feed, connection
        self.scope = {}  # all that a browser said in its handshake: needed once, kept by thousands
        return feed, connection

    @staticmethod
    def _replace_oldest(feed: RoomFeed, participant: str) -> None:
        """One participant keeps at most five sockets: enough for tabs and devices, too few to fill a server.

        After the join, so that those who come at once count too.
        """
        mine = list(feed.audience.of_participant(participant))
        for connection in mine[:-MAX_CONNECTIONS_A_PARTICIPANT]:
            feed.leave(connection)
            connection.wire.close(messages.CLOSE_REPLACED)

    async def _identify(self, hello: commands.Hello, view: RoomView) -> tuple[Viewer, Participant | Standing | None]:
        """Who it is. Without an Origin it is a program, and a cookie proves nothing: it may have been sent along."""
        trusts_cookies = not origin.is_missing(self.scope)
        if hello.role == "audience":
            token = hello.token or (origin.cookie(self.scope, cookie_name(view.join_code)) if trusts_cookies else "")
            participant = participant_of(token, view)
            if participant is None:
                # To a stranger a room that has ended is none.
                is_over = view.state == RoomState.ENDED.value
                raise RefusedError(messages.CLOSE_NOT_FOUND if is_over else messages.CLOSE_UNKNOWN_IDENTITY)
            return Viewer.AUDIENCE, participant
        if hello.role == "stage" and hello.stage_token is not None:
            if not is_trusted_stage(hello.stage_token, view):
                raise RefusedError(messages.CLOSE_UNKNOWN_IDENTITY)
            return Viewer.TRUSTED_STAGE, None
        return await self._identify_host(hello, view, trusts_cookies=trusts_cookies)

    async def _identify_host(
        self, hello: commands.Hello, view: RoomView, *, trusts_cookies: bool
    ) -> tuple[Viewer, Standing | None]:
        session_key = origin.cookie(self.scope, settings.SESSION_COOKIE_NAME) if trusts_cookies else ""
        standing = await read_for_one(standing_in, session_key, view.id) if session_key else None
        if hello.role == "stage" and view.passcode and standing is None:
            raise RefusedError(messages.CLOSE_FORBIDDEN)  # the join code alone opens no room with a passcode
        if hello.role == "stage":
            return (Viewer.TRUSTED_STAGE if standing else Viewer.AUDIENCE), standing
        if standing is None:
            raise RefusedError(messages.CLOSE_FORBIDDEN if session_key else messages.CLOSE_UNKNOWN_IDENTITY)
        return Viewer.HOST, standing
