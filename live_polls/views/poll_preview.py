"""A poll as phones will show it, made from what stands in the editor right now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from live_polls.domain.snapshot import PollView, read_room
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
    texts = [text for text in map(clean_line, form["options"].value() or ()) if text]
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
    )
    return audience_cards(replace(view, state=RoomState.LIVE.value, polls=(poll,)))[0]


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
