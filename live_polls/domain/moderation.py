"""What moderators decide about texts: show, hide, hold again, edit. By poll, round and the text's public key.

Each deed holds the poll's lock, as ballots do: a text that its author takes back at the same moment is either gone
(TextNotFoundError) or decided about, and what takes its place is another text that nobody has decided about.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from live_polls.domain.ballot_rows import TallyChange, add_to_tallies
from live_polls.domain.own_texts import whose
from live_polls.domain.records import record
from live_polls.domain.versions import bump_layout
from live_polls.domain.written import STATE_COUNTERS
from live_polls.enums import TextState
from live_polls.errors import InvalidAnswerError, TextNotFoundError
from live_polls.kinds.writing import clean
from live_polls.models import Poll, Room, Text

MAX_QUEUE = 200
MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text as a moderator sees it; `n` ballots carry it, `id` names it on a page."""

    poll: str
    prompt: str
    round: int
    key: str
    text: str
    original: str
    state: str
    hint: str
    n: int
    id: str


def texts_in_state(room: Room, state: TextState, *, most: int = MAX_QUEUE) -> list[Waiting]:
    """The room's texts in this state, oldest first: what waits longest comes first. Hidden ones that no ballot carries
    any more are not told of."""
    texts = Text.objects.filter(poll__room=room, state=state, n__gt=0).select_related("poll").order_by("pk")[:most]
    return [
        Waiting(
            poll=text.poll.code,
            prompt=text.poll.prompt,
            round=text.round,
            key=text.key,
            text=text.edited or text.text,
            original=text.text,
            state=text.state,
            hint=text.hint,
            n=text.n,
            id=f"text-{text.pk}",
        )
        for text in texts
    ]


def show_text(poll: Poll, round_: int, key: str) -> bool:
    """Let screens show the text; whether that is new. Repeatable."""
    return _decide(poll, round_, key, TextState.SHOWN)


def hide_text(poll: Poll, round_: int, key: str) -> bool:
    """Take the text off every screen for good, also when it is given again; whether that is new. Repeatable."""
    return _decide(poll, round_, key, TextState.HIDDEN)


def hold_text(poll: Poll, round_: int, key: str, *, hint: str = "") -> bool:
    """Let the text wait for a decision, `hint` says why; whether that is new. Repeatable."""
    return _decide(poll, round_, key, TextState.HELD, hint=hint)


def edit_text(poll: Poll, round_: int, key: str, text: str) -> bool:
    """Let the text read otherwise; what was written is kept. Empty: as it was written. Whether that is new. Repeatable."""
    edited = clean(text, most=MAX_LENGTH)
    if text.strip() and not edited:
        raise InvalidAnswerError("Nothing is left of this text.")
    return _change(poll, round_, key, edited=edited)


# What the log calls it.
_VERBS = {"": "edit", TextState.SHOWN: "show", TextState.HIDDEN: "hide", TextState.HELD: "hold"}


def _decide(poll: Poll, round_: int, key: str, state: TextState, *, hint: str = "") -> bool:
    return _change(poll, round_, key, state=state.value, hint=hint)


def _change(poll: Poll, round_: int, key: str, **values: str) -> bool:
    """Change what is not yet so, and let every screen know. TextNotFoundError when its author has taken it back."""
    found = Text.objects.filter(poll=poll, round=round_, key=key)
    voices = [voice for text in found for voice in whose(text)] if "state" in values else []
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        text = found.values("state", "hint", "edited", "n").first()
        if text is None:
            raise TextNotFoundError
        if text | values == text:
            return False
        found.update(**values)
        if text["n"]:
            _move(poll, round_, text["state"], values.get("state", text["state"]))
        record(poll.room_id, _VERBS[values.get("state", "")], found.get())
        bump_layout(poll.room_id, voices)
    return True


def _move(poll: Poll, round_: int, before: str, after: str) -> None:
    """Count the text in another state."""
    changes = {STATE_COUNTERS.get(before, ""): -1, STATE_COUNTERS.get(after, ""): 1} if before != after else {}
    add_to_tallies([TallyChange(poll.pk, round_, name, n) for name, n in sorted(changes.items()) if name])
