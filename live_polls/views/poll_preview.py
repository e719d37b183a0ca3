"""A poll as phones will show it, made from what stands in the editor right now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from live_polls.domain.pictures import PictureView
from live_polls.domain.room_view import PollView
from live_polls.domain.snapshot import read_room
from live_polls.domain.texts import clean_line
from live_polls.enums import PollState, RoomState
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Settings
from live_polls.models import Room
from live_polls.views.poll_cards import Card, audience_cards
from live_polls.views.poll_form import PollForm

NO_TEXT = "…"


def preview_card(room: Room, form: PollForm) -> Card | None:
    """The card, however unfinished the form is; None when there is no such kind (or room) any more."""
    kind_name, view = form["kind"].value(), read_room(room.pk)[0]
    if kind_name not in KINDS or view is None:
        return None
    said = [(clean_line(line.text), line.picture) for line in form["options"].value() or ()]
    said = [(text or NO_TEXT, digest) for text, digest in said if text or digest]
    texts = [text for text, _ in said]
    texts += [NO_TEXT] * (KINDS[kind_name].min_options - len(texts))
    texts = texts[: KINDS[kind_name].max_options]
    poll = PollView(
        id=0,
        code="preview",
        kind=kind_name,
        prompt=clean_line(form["prompt"].value() or "") or NO_TEXT,
        state=PollState.OPEN.value,
        round=1,
        options=tuple(enumerate(texts, start=1)),
        settings=_settings(form, kind_name, len(texts)),
        results=room.results,
        shown=None,
        seconds=None,
        deadline=None,
        picture=form.poll_picture(),
        picture_alt=form["picture_alt"].value() or "",
        option_pictures=_pictures(form, kind_name, [digest for _, digest in said]),
    )
    return audience_cards(replace(view, state=RoomState.LIVE.value, current=poll.code, polls=(poll,)))[0]


def _pictures(form: PollForm, kind_name: str, digests: list[str]) -> dict[int, PictureView]:
    shown = {number: form.pictures.get(digest) for number, digest in enumerate(digests, start=1)}
    return {number: view for number, view in shown.items() if view} if KINDS[kind_name].has_pictures else {}


def _settings(form: PollForm, kind_name: str, n_options: int) -> Settings:
    """The settings as typed, or the kind's own where they make no sense yet."""
    kind = KINDS[kind_name]
    said: dict[str, Any] = {}
    for setting in kind.setting_fields:
        bound = form[f"{kind_name}-{setting.name}"]
        with suppress(ValidationError):
            said[setting.name] = bound.field.clean(bound.value())
    try:
        return kind.parse_settings(said, n_options)
    except InvalidSettingsError:
        return kind.parse_settings({}, n_options)
