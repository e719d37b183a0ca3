"""Who asks over HTTP: a participant by token or cookie, a stage by its link, a person who is signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from live_polls.domain.participants import Participant, cookie_name
from live_polls.domain.room_view import RoomView
from live_polls.domain.visibility import Viewer
from live_polls.errors import NotAllowedError, UnknownIdentityError
from live_polls.live.identity import is_trusted_stage, may_watch, participant_of
from live_polls.live.readers import read_for_one


def participant_in(request: HttpRequest, view: RoomView) -> Participant | None:
    """The participant of the bearer token, else of the cookie; None without either.

    A token that is there but not valid is refused, not overlooked. A cookie counts only from our own pages.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.COOKIES.get(cookie_name(view.join_code), "")
        if token and is_foreign(request):
            raise NotAllowedError("This page may not act for you here.")
    participant = participant_of(token, view) if token else None
    if token and participant is None:
        raise UnknownIdentityError
    return participant


async def identify(request: HttpRequest, view: RoomView, role: str) -> tuple[Viewer, Participant | None]:
    """What the asker may see, and who it is if a participant."""
    if role == "audience":
        participant = participant_in(request, view)
        if participant is None and view.passcode:
            raise NotAllowedError("This room asks for a passcode: join it first.")
        return Viewer.AUDIENCE, participant
    stage_token = request.headers.get("X-Stage-Token", "")
    if role == "stage" and stage_token:
        if not is_trusted_stage(stage_token, view):
            raise UnknownIdentityError
        return Viewer.TRUSTED_STAGE, None
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    may = bool(session_key) and not is_foreign(request) and await read_for_one(may_watch, session_key, view.id)
    if role == "stage" and view.passcode and not may:
        raise NotAllowedError("This room asks for a passcode: its stage needs a stage link or a host.")
    if role == "host" and not may:
        raise NotAllowedError
    return (Viewer.HOST if role == "host" else Viewer.TRUSTED_STAGE if may else Viewer.AUDIENCE), None


def is_foreign(request: HttpRequest) -> bool:
    """Whether a browser says that another site made this request."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin not in settings.ALLOWED_ORIGINS
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
