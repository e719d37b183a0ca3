"""Write and rewrite polls, as long as that falsifies no ballot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from live_polls.domain.texts import clean_line
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, ResultsVisibility
from live_polls.errors import InvalidSettingsError, PollHasBallotsError, PollNotFoundError
from live_polls.kinds import KINDS
from live_polls.kinds.base import MAX_OPTIONS
from live_polls.models import Ballot, Option, Poll, Room, Tally

MAX_PROMPT = 300
MAX_OPTION_TEXT = 200
COUNTDOWN_RANGE = range(5, 3601)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDraft:
    """Everything a host decides about a poll before it opens."""

    kind: str
    prompt: str
    options: Sequence[str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: int | None = None
    results: str = ""  # empty: as the room says


def checked(draft: PollDraft) -> PollDraft:
    """The draft with clean texts and complete settings; InvalidSettingsError names the first field at fault."""
    kind = KINDS.get(draft.kind)
    if kind is None:
        raise InvalidSettingsError("kind", f"There is no kind '{draft.kind}'; kinds are {', '.join(KINDS)}.")
    prompt, options = clean_line(draft.prompt), [clean_line(text) for text in draft.options]
    if not 1 <= len(prompt) <= MAX_PROMPT:
        raise InvalidSettingsError("prompt", f"The prompt must have 1 to {MAX_PROMPT} characters.")
    if not kind.min_options <= len(options) <= MAX_OPTIONS:
        raise InvalidSettingsError("options", f"Give {kind.min_options} to {MAX_OPTIONS} options.")
    if not all(1 <= len(text) <= MAX_OPTION_TEXT for text in options):
        raise InvalidSettingsError("options", f"Each option must have 1 to {MAX_OPTION_TEXT} characters.")
    if len(set(options)) != len(options):
        raise InvalidSettingsError("options", "Two options have the same text.")
    if draft.seconds is not None and draft.seconds not in COUNTDOWN_RANGE:
        raise InvalidSettingsError("seconds", "A countdown takes 5 to 3600 seconds.")
    if draft.results and draft.results not in ResultsVisibility.values:
        raise InvalidSettingsError("results", f"Results are seen by one of {', '.join(ResultsVisibility.values)}.")
    return PollDraft(
        kind=draft.kind,
        prompt=prompt,
        options=options,
        settings=kind.parse_settings(draft.settings, len(options)),
        seconds=draft.seconds,
        results=draft.results or "",
    )


def add_poll(room: Room, draft: PollDraft, *, key: str = "") -> Poll:
    """Append a draft poll to the room. Not repeatable, except under a `key`, which is unique in the room."""
    draft = checked(draft)
    with transaction.atomic():
        last = Poll.objects.filter(room=room).aggregate(last=Max("position"))["last"]
        poll = Poll.objects.create(
            room=room,
            key=key,
            position=0 if last is None else last + 1,
            kind=draft.kind,
            prompt=draft.prompt,
            settings=dict(draft.settings),
            seconds=draft.seconds,
            results=draft.results,
        )
        _write_options(poll, draft.options)
        bump_layout(room.pk)
    return poll


def edit_poll(poll: Poll, draft: PollDraft) -> None:
    """Rewrite a poll. Repeatable: what is already so bumps nothing.

    Countdown and visibility may change at any time; kind, prompt, options and settings only while no round has
    a ballot and the poll is not open: PollHasBallotsError otherwise.
    """
    draft = checked(draft)
    with transaction.atomic():
        poll = _locked(poll)
        rewritten = not _asks_the_same(poll, draft)
        if rewritten and (poll.state == PollState.OPEN or has_ballots(poll)):
            raise PollHasBallotsError
        if not rewritten and (poll.seconds, poll.results) == (draft.seconds, draft.results):
            return
        poll.kind, poll.prompt, poll.settings = draft.kind, draft.prompt, dict(draft.settings)
        poll.seconds, poll.results = draft.seconds, draft.results
        poll.save(update_fields=["kind", "prompt", "settings", "seconds", "results"])
        if rewritten:
            poll.options.all().delete()
            _write_options(poll, draft.options)
        bump_layout(poll.room_id)


def remove_poll(poll: Poll) -> None:
    """Delete a poll with its ballots, for good. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        Room.objects.filter(current=poll).update(current=None)
        Ballot.objects.filter(poll=poll).delete()
        Tally.objects.filter(poll=poll).delete()
        Option.objects.filter(poll=poll).delete()
        n_deleted, _ = Poll.objects.filter(pk=poll.pk).delete()
        if n_deleted:
            bump_layout(poll.room_id)


def move_poll(poll: Poll, *, position: int) -> None:
    """Put the poll at `position` (0 is first; clamped) and number the others anew. Repeatable."""
    with transaction.atomic():
        polls = list(Poll.objects.select_for_update(no_key=True).filter(room_id=poll.room_id).order_by("pk"))
        order = sorted((other for other in polls if other.pk != poll.pk), key=lambda p: (p.position, p.pk))
        # The row and not the caller's copy, whose position may be of long ago.
        order[max(0, position) : max(0, position)] = [mine for mine in polls if mine.pk == poll.pk]
        moved = [(index, other) for index, other in enumerate(order) if other.position != index]
        for index, other in moved:
            Poll.objects.filter(pk=other.pk).update(position=index)
        if moved:
            bump_layout(poll.room_id)


def has_ballots(poll: Poll) -> bool:
    """Whether any round of the poll holds a ballot (withdrawn ones count: their rows stand for a person)."""
    return Ballot.objects.filter(poll=poll).exists()


def _locked(poll: Poll) -> Poll:
    """The poll as it is now, locked until commit. Lock first, read in a later statement."""
    list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
    now = Poll.objects.filter(pk=poll.pk).first()
    if now is None:
        raise PollNotFoundError
    return now


def _asks_the_same(poll: Poll, draft: PollDraft) -> bool:
    same_texts = list(poll.options.values_list("text", flat=True)) == list(draft.options)
    return same_texts and (poll.kind, poll.prompt, poll.settings) == (draft.kind, draft.prompt, draft.settings)


def _write_options(poll: Poll, texts: Sequence[str]) -> None:
    Option.objects.bulk_create(
        Option(poll=poll, number=number, text=text) for number, text in enumerate(texts, start=1)
    )
