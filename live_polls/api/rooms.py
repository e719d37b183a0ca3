"""Join, state and ballots of a room over HTTP. Same objects, same rules as the socket."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router

from live_polls.api.identity import identify, participant_in
from live_polls.domain import clock, join_codes
from live_polls.domain.ballots import Cast
from live_polls.domain.extra_time import ask_in_room
from live_polls.domain.participants import COOKIE_SECONDS, cookie_name, new_token
from live_polls.domain.players import Naming
from live_polls.domain.snapshot import RoomView, read_room
from live_polls.errors import BadMessageError, NotAllowedError, PollError, RoomNotFoundError
from live_polls.live import faces, messages
from live_polls.live.ballot_box import get_box
from live_polls.live.feed import RoomFeed
from live_polls.live.hub import get_hub
from live_polls.live.quiz_faces import player_object
from live_polls.live.readers import read

LONG_POLL_SECONDS = 25.0
MAX_BODY_BYTES = 16 * 1024

router = Router(tags=["rooms"])


@router.post("/{join_code}/join", summary="Become a participant")
async def join(request: HttpRequest, join_code: str) -> HttpResponse:
    """Return `{"token": …}` and set it as a cookie. Not repeatable: each call makes another participant."""
    view = await _view(await _feed(join_code))
    token = new_token(view.id)
    response = _json({"token": token}, status=201)
    response.set_cookie(
        cookie_name(view.join_code),
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@router.get("/{join_code}/state", summary="The snapshot, now or when it changes")
async def state(
    request: HttpRequest, join_code: str, since: str = "", role: Literal["audience", "stage", "host"] = "audience"
) -> HttpResponse:
    """Return the snapshot object. With `since=<epoch>.<version>` still current, wait up to 25 s for a newer one.

    With a participant's token (or cookie) the snapshot holds their ballots; without, it is what a stage may see.
    The roles `stage` and `host` are for those who are signed in, or bring a stage link in `X-Stage-Token`.
    """
    feed = await _feed(join_code)
    view = await _view(feed)
    viewer, who = await identify(request, view, role)
    if since:
        await _wait_beyond(feed, view, since)
        viewer, who = await identify(request, view, role)  # it was a long time: rights may be gone since
    fresh, mine = await read(read_room, feed.room_id, feed.view, {who.ballot_key: who.voice_key} if who else None)
    if fresh is None:
        raise RoomNotFoundError
    frame = faces.snapshot_frame(
        faces.face_of(fresh, viewer),
        mine=mine.get(who.ballot_key, ()) if who else (),
        presence=feed.presence.total,
        now=clock.now(),
        player=player_object(fresh, who.voice_key) if who else None,
        times=faces.times_of(fresh, who.voice_key) if who else None,
    )
    return HttpResponse(frame.payload, content_type="application/json", headers={"Cache-Control": "no-store"})


@router.post("/{join_code}/ballots", summary="Cast, change or withdraw a ballot")
async def ballots(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `ballot.cast` (or `ballot.withdraw`, by its `type`), answer with the `ack` object.

    Repeatable: the same ballot gets the same receipt, as often as it is sent.
    """
    feed = await _feed(join_code)
    view = await _view(feed)
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: a ballot needs a participant's token.")
    post = messages.decode_post(_body(request))
    cast = Cast(view.id, participant.ballot_key, post.poll, post.round, post.seq, post.answer, participant.voice_key)
    outcome = await get_box().cast_and_await(cast)
    if isinstance(outcome, PollError):
        outcome.client_id = post.id
        raise outcome
    ack = messages.Ack(post.id, outcome.receipt, outcome.seq, outcome.epoch, outcome.version)
    if outcome.elapsed_ms is not None:
        ack.elapsed_ms = outcome.elapsed_ms
    return _json(ack)


@router.post("/{join_code}/player", summary="Take part in the quiz under a name")
async def player(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `player.name`, answer with `player.named`. Repeatable: who has the name gets it again."""
    view = await _view(await _feed(join_code))
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: a player needs a participant's token.")
    post = messages.decode_player(_body(request))
    outcome = await get_hub().names.name(Naming(view.id, participant.voice_key, post.name, post.team))
    if isinstance(outcome, PollError):
        outcome.client_id = post.id
        raise outcome
    return _json(messages.PlayerNamed(post.id, outcome.name, outcome.team, outcome.state))


@router.post("/{join_code}/extra-time", summary="Ask for more time to vote")
async def extra_time(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take `poll`, `round` and `nth` (1 or 2), answer with the time that is one's own. Repeatable: each `nth` counts once."""
    view = await _view(await _feed(join_code))
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: extra time needs a participant's token.")
    post = messages.decode_time(_body(request))
    try:
        own = await read(ask_in_room, view.id, post.poll, round_=post.round, voice=participant.voice_key, nth=post.nth)
    except PollError as error:
        error.client_id = post.id
        raise
    return _json(messages.TimeObject(post.poll, post.round, own.n_asked, own.seconds, post.id))


@router.post("/{join_code}/reactions", summary="React, or say how the talk goes")
async def reactions(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the field of `reaction.send`, answer with 204 whether or not it is shown: it may be dropped, never stored."""
    feed = await _feed(join_code)
    view = await _view(feed)
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: a reaction needs a participant's token.")
    get_hub().react(feed, participant.voice_key, messages.decode_reaction(_body(request)).reaction)
    return HttpResponse(status=204)


async def _feed(join_code: str) -> RoomFeed:
    code = join_codes.normalise(join_code)
    if not code:
        raise RoomNotFoundError
    return await get_hub().feed(code)


async def _view(feed: RoomFeed) -> RoomView:
    view = await feed.current_view()
    if view is None:
        raise RoomNotFoundError
    return view


async def _wait_beyond(feed: RoomFeed, view: RoomView, since: str) -> None:
    epoch, _, version = since.partition(".")
    if not version.isascii() or not version.isdigit() or len(version) > 16:
        raise BadMessageError("`since` has the form <epoch>.<version>.")
    if epoch == view.epoch and view.version <= int(version):
        await feed.wait_beyond(int(version), LONG_POLL_SECONDS)


def _body(request: HttpRequest) -> bytes:
    """The body, if it is not longer than a frame may be; Django fails on one that is longer than any form."""
    try:
        body = request.body
    except RequestDataTooBig:
        body = b" " * (MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise BadMessageError(f"A ballot has at most {MAX_BODY_BYTES} bytes.")
    return body


def _json(content: object, status: int = 200) -> HttpResponse:
    return HttpResponse(messages.encode(content), content_type="application/json", status=status)
