"""Write and rewrite polls, as long as that falsifies no ballot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import Max

from live_polls.domain.mending import mend_options, refuse_falsifying
from live_polls.domain.pictures import pictures_of
from live_polls.domain.records import record
from live_polls.domain.rescoring import rescore
from live_polls.domain.texts import clean_line
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, ResultsVisibility
from live_polls.errors import InvalidSettingsError, MeaningUnconfirmedError, PollNotFoundError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Shape
from live_polls.models import Ballot, Option, Picture, Poll, Room, Spelling, Tally, Text

MAX_PROMPT = 300
MAX_OPTION_TEXT = 200
MAX_EXPLANATION = 1000
MAX_ALT = 200
MAX_POINTS = 10_000
COUNTDOWN_RANGE = range(5, 3601)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDraft:
    """Everything a host decides about a poll before it opens. Pictures are digests of those that the room has."""

    kind: str
    prompt: str
    options: Sequence[str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: int | None = None
    results: str = ""  # empty: as the room says
    right: Collection[int] = frozenset()  # the numbers of the right options
    points: int = 0  # more than 0: a quiz question
    by_speed: bool = False
    explanation: str = ""
    picture: str = ""
    picture_alt: str = ""  # what it shows; empty where it only decorates
    option_pictures: Sequence[str] = ()  # empty, or one for each option, "" for none


def checked(draft: PollDraft) -> PollDraft:
    """The draft with clean texts and complete settings; InvalidSettingsError names the first field at fault."""
    kind = KINDS.get(draft.kind)
    if kind is None:
        raise InvalidSettingsError("kind", f"There is no kind '{draft.kind}'; kinds are {', '.join(KINDS)}.")
    prompt, options = clean_line(draft.prompt), [clean_line(text) for text in draft.options]
    if not 1 <= len(prompt) <= MAX_PROMPT:
        raise InvalidSettingsError("prompt", f"The prompt must have 1 to {MAX_PROMPT} characters.")
    if not kind.min_options <= len(options) <= kind.max_options:
        raise InvalidSettingsError("options", _options_wanted(kind))
    if not all(1 <= len(text) <= MAX_OPTION_TEXT for text in options):
        raise InvalidSettingsError("options", f"Each option must have 1 to {MAX_OPTION_TEXT} characters.")
    if len(set(options)) != len(options):
        raise InvalidSettingsError("options", "Two options have the same text.")
    if draft.seconds is not None and draft.seconds not in COUNTDOWN_RANGE:
        raise InvalidSettingsError("seconds", "A countdown takes 5 to 3600 seconds.")
    if draft.results and draft.results not in ResultsVisibility.values:
        raise InvalidSettingsError("results", f"Results are seen by one of {', '.join(ResultsVisibility.values)}.")
    settings = kind.parse_settings(draft.settings, len(options))
    draft = replace(draft, prompt=prompt, options=options, settings=settings, results=draft.results or "")
    return _checked_details(draft, kind)


def _checked_details(draft: PollDraft, kind: Kind) -> PollDraft:
    """What is right, why, for how many points, and the pictures."""
    right, n_options = frozenset(draft.right), len(draft.options)
    if right and not (kind.may_be_right and all(1 <= number <= n_options for number in right)):
        raise InvalidSettingsError("right", "An option that is not there, or of such a kind, cannot be right.")
    explanation, alt = clean_line(draft.explanation), clean_line(draft.picture_alt)
    if len(explanation) > MAX_EXPLANATION:
        raise InvalidSettingsError("explanation", f"The explanation must have at most {MAX_EXPLANATION} characters.")
    if len(alt) > MAX_ALT:
        raise InvalidSettingsError("picture_alt", f"What the picture shows must have at most {MAX_ALT} characters.")
    if not 0 <= draft.points <= MAX_POINTS:
        raise InvalidSettingsError("points", f"A question is worth 0 to {MAX_POINTS} points.")
    if draft.points and not kind.can_be_scored:
        raise InvalidSettingsError("points", "Nothing is right or wrong in a poll of this kind: it cannot earn points.")
    if draft.points and not kind.is_scored(Shape(n_options, draft.settings, right)):
        raise InvalidSettingsError("points", "Say what is right: without a right answer nobody can earn points.")
    pictures = tuple(draft.option_pictures) if any(draft.option_pictures) else ()
    if pictures and not (kind.has_pictures and len(pictures) == n_options):
        raise InvalidSettingsError("options", "Options of this kind have no pictures.")
    return replace(draft, right=right, explanation=explanation, picture_alt=alt, option_pictures=pictures)


def add_poll(room: Room, draft: PollDraft, *, key: str = "") -> Poll:
    """Append a draft poll to the room. Not repeatable, except under a `key`, which is unique in the room."""
    draft = checked(draft)
    with transaction.atomic():
        last = Poll.objects.filter(room=room).aggregate(last=Max("position"))["last"]
        poll = Poll(room=room, key=key, position=0 if last is None else last + 1)
        pictures = pictures_of(room.pk, {draft.picture, *draft.option_pictures})
        _fill(poll, draft, pictures)
        poll.save()
        _write_options(poll, draft, pictures)
        record(room.pk, "add", poll)
        bump_layout(room.pk)
    return poll


def edit_poll(poll: Poll, draft: PollDraft, *, same_meaning: bool = False) -> None:
    """Rewrite a poll. Repeatable: what is already so bumps nothing.

    Countdown, visibility, explanation, and what is right and what it is worth may change at any time: ballots that are
    in are scored again. Kind, prompt, options, settings, pictures, and whether it is a quiz question, only while no
    round has a ballot and the poll is not open: PollHasBallotsError otherwise, with the reason. What mending.py allows
    then needs a host who says that it has the `same_meaning`: MeaningUnconfirmedError without.
    """
    draft = checked(draft)
    with transaction.atomic():
        poll = _locked(poll)
        stored = draft_of(poll)
        if stored == draft:
            return
        rewritten = _question(stored) != _question(draft)
        mended = rewritten and (poll.state == PollState.OPEN or has_ballots(poll))
        if mended:
            refuse_falsifying(poll, stored, draft)
            if not same_meaning:
                raise MeaningUnconfirmedError
        pictures = pictures_of(poll.room_id, {draft.picture, *draft.option_pictures})
        _fill(poll, draft, pictures)
        poll.save(update_fields=FILLED)
        if mended:
            mend_options(poll, stored, draft)
        elif rewritten:
            poll.options.all().delete()
            _write_options(poll, draft, pictures)
        for is_right in (True, False):
            mistaken = poll.options.filter(is_right=not is_right, number__in=_numbers(draft, is_right=is_right))
            mistaken.update(is_right=is_right)
        if _worth(stored) != _worth(draft):
            rescore(poll)
        record(poll.room_id, "edit", poll)
        bump_layout(poll.room_id)


def remove_poll(poll: Poll) -> None:
    """Delete a poll with its ballots, for good. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        Room.objects.filter(current=poll).update(current=None)
        Ballot.objects.filter(poll=poll).delete()
        Tally.objects.filter(poll=poll).delete()
        Spelling.objects.filter(poll=poll).delete()
        Text.objects.filter(poll=poll).delete()
        Option.objects.filter(poll=poll).delete()
        n_deleted, _ = Poll.objects.filter(pk=poll.pk).delete()
        if n_deleted:
            record(poll.room_id, "delete", poll)
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


def _options_wanted(kind: Kind) -> str:
    if kind.max_options == 0:
        return f"A {kind.name} poll has no options."
    return f"Give {kind.min_options} to {kind.max_options} options."


def _locked(poll: Poll) -> Poll:
    """The poll as it is now, locked until commit. Lock first, read in a later statement."""
    list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
    now = Poll.objects.filter(pk=poll.pk).first()
    if now is None:
        raise PollNotFoundError
    return now


def draft_of(poll: Poll) -> PollDraft:
    """The poll as a draft that would make the same again."""
    options = list(poll.options.values_list("number", "text", "is_right", "picture__digest"))
    pictures = tuple(digest or "" for _, _, _, digest in options)
    return PollDraft(
        kind=poll.kind,
        prompt=poll.prompt,
        options=[text for _, text, _, _ in options],
        # A setting that came with an update stands at its default in the polls of before.
        settings=KINDS[poll.kind].parse_settings({}, len(options)) | poll.settings,
        seconds=poll.seconds,
        results=poll.results,
        right=frozenset(number for number, _, is_right, _ in options if is_right),
        explanation=poll.explanation,
        points=poll.points,
        by_speed=poll.by_speed,
        picture=poll.picture.digest if poll.picture else "",
        picture_alt=poll.picture_alt,
        option_pictures=pictures if any(pictures) else (),
    )


def _question(draft: PollDraft) -> tuple[object, ...]:
    """What people have answered to: another one of it would falsify their ballots."""
    # What nobody sees before the end, a right value, is no part of what was asked.
    settings = KINDS[draft.kind].public_settings(draft.settings, revealed=False)
    asked = (draft.kind, draft.prompt, list(draft.options), settings)
    pictures = (draft.picture, tuple(draft.option_pictures))
    # Ballots of a quiz question are not secret: that must not change once there are any.
    return *asked, *pictures, draft.points > 0


def _worth(draft: PollDraft) -> tuple[object, ...]:
    """What decides how many points an answer earns."""
    # Not the countdown: another one is for rounds to come, and those that were played keep theirs.
    return draft.points, draft.by_speed, frozenset(draft.right), dict(draft.settings)


FILLED = (
    *("kind", "prompt", "settings", "seconds", "results"),
    *("explanation", "points", "by_speed", "picture", "picture_alt"),
)


def _fill(poll: Poll, draft: PollDraft, pictures: Mapping[str, Picture]) -> None:
    poll.kind, poll.prompt, poll.settings = draft.kind, draft.prompt, dict(draft.settings)
    poll.seconds, poll.results, poll.explanation = draft.seconds, draft.results, draft.explanation
    poll.points, poll.by_speed = draft.points, draft.by_speed
    poll.picture, poll.picture_alt = pictures.get(draft.picture), draft.picture_alt


def _write_options(poll: Poll, draft: PollDraft, pictures: Mapping[str, Picture]) -> None:
    lines = zip_longest(draft.options, draft.option_pictures, fillvalue="")
    Option.objects.bulk_create(
        Option(poll=poll, number=number, text=text, is_right=number in draft.right, picture=pictures.get(digest))
        for number, (text, digest) in enumerate(lines, start=1)
    )


def _numbers(draft: PollDraft, *, is_right: bool) -> list[int]:
    return [number for number in range(1, len(draft.options) + 1) if (number in draft.right) is is_right]
