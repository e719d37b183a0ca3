"""What moderators do on their desk, one word a deed, alike for questions, texts and names; and how it is undone.

A deed is done at once: what is hidden is off every screen within two seconds, and not after a delay in which somebody
might have changed their mind. Each deed tells its inverse (`Done.undo`): what each thing was before and became. Undoing
brings back what was, only where the thing still is as the deed left it: what another moderator has decided since stays.
Every deed, and every undoing, may be repeated; done again it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from live_polls.domain import moderation, players, question_moderation
from live_polls.domain.contributions import Thing, find_thing, id_of, present, voice_of
from live_polls.domain.exclusions import exclude, lift, mute, voice_behind
from live_polls.enums import QuestionState, TextState
from live_polls.errors import BadMessageError, IllegalMoveError, PollError, StaleTextError
from live_polls.models import Account, Exclusion, Player, Question, Room, Text

Fields = Mapping[str, str]
# More at once is no click of a person.
MAX_AT_ONCE = 200

# (id of the thing, what of it was so before, what it is after)
Step = tuple[str, dict[str, Any], dict[str, Any]]


@dataclass(slots=True)
class Done:
    """What became of a deed: `undo` takes it back, `refused` says why it was not done to some."""

    undo: list[Step] = field(default_factory=list)
    refused: list[PollError] = field(default_factory=list)


def do(room: Room, verb: str, ids: Sequence[str], fields: Fields, *, by: Account | None = None) -> Done:
    """Do `verb` (a key of DEEDS or SILENCES) to each of these, each in a transaction of its own. Repeatable."""
    if verb not in DEEDS and verb not in SILENCES:
        raise BadMessageError("There is no such verb.")
    if len(ids) > MAX_AT_ONCE:
        raise BadMessageError(f"That is more than {MAX_AT_ONCE} at once.")
    if verb == "merge" and not fields.get("into"):
        fields = {**fields, "into": _most_wanted(room, ids)}
    done = Done()
    for id_ in ids:
        try:
            thing = find_thing(room, id_)
            before = _stand(thing)
            if verb in SILENCES:
                _silence(thing, SILENCES[verb], by)
            else:
                DEEDS[verb](thing, fields)
            after = _stand(find_thing(room, id_))
        except PollError as error:
            done.refused.append(error)
            continue
        changed = [name for name in before if before[name] != after[name]]
        if changed:
            done.undo.append((id_, {name: before[name] for name in changed}, {name: after[name] for name in changed}))
    return done


def _most_wanted(room: Room, ids: Sequence[str]) -> str:
    """Into which of these questions the others are merged when nobody says: that with the most upvotes."""
    questions = [thing for thing in present(room, ids) if isinstance(thing, Question)]
    return id_of(max(questions, key=lambda question: question.n_upvotes)) if questions else ""


def undo(room: Room, steps: Sequence[Step]) -> int:
    """Bring back what was before; to how many things that could not be done, because somebody has decided since."""
    n_left = 0
    for id_, before, after in reversed(steps):
        try:
            thing = find_thing(room, id_)
            now = {name: value for name, value in _stand(thing).items() if name in before}
            if now == after:
                for name, value in before.items():
                    _RESTORE[name](thing, value)
            elif now != before:
                n_left += 1
        except PollError:
            n_left += 1
    return n_left


def _stand(thing: Thing) -> dict[str, Any]:
    """Everything that a deed may change, as it is now."""
    # In the order in which it is brought back: who is let in again gets back what was hidden with them.
    stand: dict[str, Any] = {"silenced": _silenced(thing), "state": [str(thing.state), getattr(thing, "hint", "")]}
    if isinstance(thing, Player):
        return stand | {"name": thing.name}
    stand["edited"] = thing.edited
    if isinstance(thing, Question):
        stand |= {"reply": thing.reply, "answered": thing.answered}
        stand["merged"] = id_of(thing.merged_into) if thing.merged_into else ""
        stand["pinned"] = thing.room.current_question_id == thing.pk
    return stand


def _silenced(thing: Thing) -> str:
    voice = voice_of(thing)
    if not voice:
        return ""
    found = Exclusion.objects.filter(room=_room_of(thing), voice=voice, lifted_at=None).first()
    return "" if found is None else "muted" if found.only_muted else "excluded"


def _room_of(thing: Thing) -> Room:
    return thing.poll.room if isinstance(thing, Text) else thing.room


def _question(thing: Thing) -> Question:
    if not isinstance(thing, Question):
        raise IllegalMoveError("That can be done to questions only.")
    return thing


def _set_state(thing: Thing, value: Sequence[str]) -> None:
    """Let it be held, shown, hidden or archived; `value` is the state and the hint why it is held."""
    state, hint = value
    if isinstance(thing, Question):
        _set_question_state(thing, state, hint)
    elif isinstance(thing, Player):
        players.decide_player(thing, TextState(state))
    elif state == TextState.HELD:
        moderation.hold_text(thing.poll, thing.round, thing.key, hint=hint)
    else:
        decide = moderation.show_text if state == TextState.SHOWN else moderation.hide_text
        decide(thing.poll, thing.round, thing.key)


def _set_question_state(question: Question, state: str, hint: str) -> None:
    if state == QuestionState.ARCHIVED:
        question_moderation.archive_question(question)
    elif state == QuestionState.HELD:
        question_moderation.hold_question(question, hint=hint)
    elif state == QuestionState.HIDDEN:
        question_moderation.hide_question(question)
    elif question.state == QuestionState.ARCHIVED:
        question_moderation.restore_question(question)
    else:
        question_moderation.approve_question(question)


def _edit(thing: Thing, fields: Fields) -> None:
    """Mend what it says. `seen` is the text as the moderator saw it: an edit of another text is none."""
    shown = thing.name if isinstance(thing, Player) else thing.edited or thing.text
    text = fields.get("text", "")
    if "seen" in fields and shown not in {fields["seen"], text}:
        raise StaleTextError
    _set_text(thing, text)


def _set_text(thing: Thing, text: str) -> None:
    if isinstance(thing, Player):
        players.rename_player(thing, text)
    elif isinstance(thing, Question):
        question_moderation.edit_question(thing, text)
    else:
        moderation.edit_text(thing.poll, thing.round, thing.key, "" if text == thing.text else text)


def _pin(thing: Thing, *, on: bool) -> None:
    question = _question(thing)
    if on:
        question_moderation.pin_question(question)
    elif question.room.current_question_id == question.pk:
        question_moderation.unpin_question(question.room)


def _merge(thing: Thing, into: str) -> None:
    question = _question(thing)
    if not into:
        question_moderation.split_question(question)
    elif into != id_of(question):
        question_moderation.merge_question(question, _question(find_thing(question.room, into)))


def _silence(thing: Thing, how: str, by: Account | None = None) -> None:
    voice, room = voice_behind(thing), _room_of(thing)
    if how:
        (mute if how == "muted" else exclude)(room, voice, by=by)
    else:
        lift(room, voice)


_RESTORE: dict[str, Callable[[Thing, Any], None]] = {
    "state": _set_state,
    "edited": _set_text,
    "name": _set_text,
    "reply": lambda thing, reply: _reply(thing, reply),
    "answered": lambda thing, answered: _answer(thing, answered=answered),
    "pinned": lambda thing, on: _pin(thing, on=on),
    "merged": _merge,
    "silenced": _silence,
}


def _reply(thing: Thing, reply: str) -> None:
    question_moderation.reply_to_question(_question(thing), reply)


def _answer(thing: Thing, *, answered: bool) -> None:
    question_moderation.answer_question(_question(thing), answered=answered)


DEEDS: dict[str, Callable[[Thing, Fields], None]] = {
    "approve": lambda thing, _: _set_state(thing, (TextState.SHOWN, "")),
    "hide": lambda thing, _: _set_state(thing, (TextState.HIDDEN, "")),
    "archive": lambda thing, _: _set_state(_question(thing), (QuestionState.ARCHIVED, "")),
    "edit": _edit,
    "reply": lambda thing, fields: _reply(thing, fields.get("reply", "")),
    "answer": lambda thing, _: _answer(thing, answered=True),
    "reopen": lambda thing, _: _answer(thing, answered=False),
    "pin": lambda thing, _: _pin(thing, on=True),
    "unpin": lambda thing, _: _pin(thing, on=False),
    "merge": lambda thing, fields: _merge(thing, fields.get("into", "")),
    "split": lambda thing, _: _merge(thing, ""),
}
SILENCES = {"mute": "muted", "exclude": "excluded", "lift": ""}
