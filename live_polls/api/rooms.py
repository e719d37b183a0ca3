"""Join, state and ballots of a room over HTTP. Same objects, same rules as the socket."""

from __future__ import annotations

from typing import Literal, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router

from live_polls.api.identity import identify, is_foreign, participant_in
from live_polls.domain import clock, join_codes
from live_polls.domain.asked import NOTHING_ASKED
from live_polls.domain.ballots import Cast
from live_polls.domain.extra_time import ask_in_room
from live_polls.domain.invitations import redeem
from live_polls.domain.participants import COOKIE_SECONDS, cookie_name
from live_polls.domain.players import Naming
from live_polls.domain.room_view import RoomView
from live_polls.domain.snapshot import read_room
from live_polls.enums import Asking, Entry, RoomState
from live_polls.errors import BadMessageError, NotAllowedError, PollError, RoomNotFoundError
from live_polls.live import commands, faces, messages, objects
from live_polls.live.acks import ack_message
from live_polls.live.ballot_box import get_box
from live_polls.live.entering import check_door, rules_of, token_of
from live_polls.live.entrance import refuse_strangers
from live_polls.live.feed import RoomFeed
from live_polls.live.hub import get_hub
from live_polls.live.newcomers import let_in
from live_polls.live.question_deeds import deed_of
from live_polls.live.quiz_faces import player_object
from live_polls.live.readers import read_for_one
from live_polls.models import Account, Room

LONG_POLL_SECONDS = 25.0
MAX_BODY_BYTES = 16 * 1024

router = Router(tags=["rooms"])


@router.post("/{join_code}/join", summary="Become a participant")
async def join(request: HttpRequest, join_code: str) -> HttpResponse:
    """Return `{"token": …}` and set it as a cookie. Not repeatable: each call makes another participant.

    Where the room has a passcode, give it: `{"passcode": "…"}`. In a room for those who are signed in, the session of
    a page of ours gives the one participant that this account is.
    """
    await refuse_strangers(join_codes.normalise(join_code))
    view = await _view(await _feed(join_code))
    passcode = commands.decode_join(_body(request)).passcode if request.content_type == "application/json" else ""
    address = str(request.META.get("REMOTE_ADDR") or "")
    check_door(view, passcode, address)
    account = None
    if Entry.SIGNED_IN.value in rules_of(view) and not is_foreign(request):
        account = cast("Account", await request.auser())
    is_account = account is not None and account.is_authenticated
    token = token_of(account, view) if account is not None and is_account else let_in(view, address)
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
    if role == "audience" and who is None and view.state == RoomState.ENDED.value:
        raise RoomNotFoundError  # to a stranger it is over
    if since:
        await _wait_beyond(feed, view, since)
        viewer, who = await identify(request, view, role)  # it was a long time: rights may be gone since
    fresh, mine = await read_for_one(
        read_room, feed.room_id, feed.view, {who.ballot_key: who.voice_key} if who else None
    )
    if fresh is None:
        raise RoomNotFoundError
    frame = faces.snapshot_frame(
        faces.face_of(fresh, viewer),
        mine=mine.get(who.ballot_key, ()) if who else (),
        presence=feed.screens.presence.total,
        now=clock.now(),
        player=player_object(fresh, who.voice_key) if who else None,
        times=faces.times_of(fresh, who.voice_key) if who else None,
        asked=mine.asked.get(who.ballot_key, NOTHING_ASKED) if who and fresh.asking != Asking.OFF.value else None,
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
    post = commands.decode_post(_body(request))
    get_hub().manners.check(participant.voice_key, post.type)
    cast = Cast(
        view.id,
        participant.ballot_key,
        post.poll,
        post.round,
        post.seq,
        post.answer,
        participant.voice_key,
        by_account=participant.by_account,
    )
    outcome = await get_box().cast_and_await(cast)
    if isinstance(outcome, PollError):
        outcome.client_id = post.id
        raise outcome
    return _json(ack_message(post.id, outcome, outcome.version))


@router.post("/{join_code}/invitation", summary="Use a one-time invitation")
async def invitation(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take `{"code": "…"}`: this participant may vote from now on. Repeatable by the same participant, by no other."""
    view = await _view(await _feed(join_code))
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: an invitation needs a participant's token.")
    code = commands.decode_invitation(_body(request)).code
    get_hub().manners.check(participant.voice_key, "invitation")
    room = Room(pk=view.id, voice_key=view.secrets.voice_key)
    await read_for_one(redeem, room, code, participant.voice_key)
    return _json({"admitted": True})


@router.post("/{join_code}/player", summary="Take part in the quiz under a name")
async def player(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `player.name`, answer with `player.named`. Repeatable: who has the name gets it again."""
    view = await _view(await _feed(join_code))
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: a player needs a participant's token.")
    post = commands.decode_player(_body(request))
    get_hub().manners.check(participant.voice_key, "player.name")
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
    post = commands.decode_time(_body(request))
    get_hub().manners.check(participant.voice_key, "extra-time")
    try:
        own = await read_for_one(
            ask_in_room, view.id, post.poll, round_=post.round, voice=participant.voice_key, nth=post.nth
        )
    except PollError as error:
        error.client_id = post.id
        raise
    return _json(objects.TimeObject(post.poll, post.round, own.n_asked, own.seconds, post.id))


@router.post("/{join_code}/reactions", summary="React, or say how the talk goes")
async def reactions(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the field of `reaction.send`, answer with 204 whether or not it is shown: it may be dropped, never stored."""
    feed = await _feed(join_code)
    view = await _view(feed)
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: a reaction needs a participant's token.")
    get_hub().react(feed, participant.voice_key, commands.decode_reaction(_body(request)).reaction)
    return HttpResponse(status=204)


@router.post("/{join_code}/questions", summary="Ask a question")
async def questions(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `question.ask`, answer with the `ack` object. Repeatable: the same `seq` is the same question."""
    return await _hear(request, join_code, commands.decode_question(_body(request)))


@router.post("/{join_code}/upvotes", summary="Be for a question, or no longer")
async def upvotes(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `question.upvote`, answer with the `ack` object. Repeatable."""
    return await _hear(request, join_code, commands.decode_upvote(_body(request)))


@router.post("/{join_code}/withdrawals", summary="Take a question of one's own back")
async def withdrawals(request: HttpRequest, join_code: str) -> HttpResponse:
    """Take the fields of `question.withdraw`, answer with the `ack` object. Repeatable."""
    return await _hear(request, join_code, commands.decode_withdrawal(_body(request)))


async def _hear(
    request: HttpRequest, join_code: str, post: commands.QuestionPost | commands.UpvotePost | commands.WithdrawalPost
) -> HttpResponse:
    view = await _view(await _feed(join_code))
    participant = participant_in(request, view)
    if participant is None:
        raise NotAllowedError("Join the room first: who asks needs a participant's token.")
    asks = isinstance(post, commands.QuestionPost)
    get_hub().manners.check(participant.voice_key, "question.ask" if asks else "question.upvote")
    outcome = await get_box().cast_and_await(deed_of(post, room_id=view.id, voice=participant.voice_key))
    if isinstance(outcome, PollError):
        outcome.client_id = post.id
        raise outcome
    return _json(ack_message(post.id, outcome, outcome.version))


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
