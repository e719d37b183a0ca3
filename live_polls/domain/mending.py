"""What may be mended in a poll that people answer or have answered: the spelling, never the meaning.

Whether the words still mean the same only a host can say; everything else is decided here. An option may be added at
the end where people choose options: who has voted can still change their vote, and nobody's ballot says anything else
than before. Limits may change as long as every ballot that is in says and counts the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from live_polls.errors import InvalidAnswerError, PollHasBallotsError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.models import Ballot, Option, Poll

if TYPE_CHECKING:
    from live_polls.domain.polls import PollDraft


def refuse_falsifying(poll: Poll, stored: PollDraft, draft: PollDraft) -> None:
    """PollHasBallotsError with the reason, if the change is more than mending. For the holder of the poll's lock."""
    reason = _reason(poll, stored, draft)
    if reason:
        raise PollHasBallotsError(reason)


def mend_options(poll: Poll, stored: PollDraft, draft: PollDraft) -> None:
    """Write the new spelling of the options, and those that were added at the end. Repeatable."""
    n_before = len(stored.options)
    for number, (before, text) in enumerate(zip(stored.options, draft.options, strict=False), start=1):
        if before != text:
            Option.objects.filter(poll=poll, number=number).update(text=text)
    added = enumerate(draft.options[n_before:], start=n_before + 1)
    Option.objects.bulk_create(Option(poll=poll, number=number, text=text) for number, text in added)


def _reason(poll: Poll, stored: PollDraft, draft: PollDraft) -> str:
    n_before, n_after = len(stored.options), len(draft.options)
    if draft.kind != stored.kind:
        return "People have answered in this kind. To ask in another one, duplicate the poll."
    if (draft.points > 0) != (stored.points > 0):
        return "People have voted knowing whether this is a quiz question. To change that, duplicate the poll."
    if n_after < n_before:
        return "An option that people may have chosen cannot be taken away. To ask without it, duplicate the poll."
    if n_after > n_before and not KINDS[draft.kind].may_grow:
        return "In this kind of poll no option can be added once people vote. Duplicate the poll to ask with it."
    if _has_moved(stored, draft):
        return "Options that people may have chosen cannot change places. Duplicate the poll to ask in another order."
    if _pictures(draft, n_before) != _pictures(stored, n_before):
        return "Pictures are part of what people answered to. Duplicate the poll to ask with others."
    if not _ballots_stay(poll, stored, draft):
        return "Ballots that have been counted would not fit these settings. Duplicate the poll to ask with them."
    return ""


def _has_moved(stored: PollDraft, draft: PollDraft) -> bool:
    """Whether a text that stood at one number stands at another."""
    places = {text: number for number, text in enumerate(stored.options)}
    return any(places.get(text, number) != number for number, text in enumerate(draft.options))


def _pictures(draft: PollDraft, n_options: int) -> tuple[object, ...]:
    return draft.picture, *(draft.option_pictures or ("",) * n_options)


def _ballots_stay(poll: Poll, stored: PollDraft, draft: PollDraft) -> bool:
    """Whether every ballot says and counts the same under the new settings; each answer is tried once."""
    if draft.settings == stored.settings and len(draft.options) == len(stored.options):
        return True
    kind = KINDS[draft.kind]
    before, after = Shape(len(stored.options), stored.settings), Shape(len(draft.options), draft.settings)
    for text in Ballot.objects.filter(poll=poll, answer__isnull=False).values_list("answer", flat=True).distinct():
        answer = json.loads(text or "")
        try:
            parsed = kind.parse_answer(answer, after)
        except InvalidAnswerError:
            return False
        if parsed != answer or kind.counters(parsed, after) != kind.counters(answer, before):
            return False
    return True
