"""Voices that a moderator has muted or excluded, and how that is undone. Recorded, reversible, never by address.

Who is muted may vote and may not write. Who is excluded may do neither, and what they wrote is hidden, also what had
been put away and could be brought back. Nobody is shown the reactions of either. Ballots stay where they are, for
taking out a single one would show how it was cast (see cohorts.py). What was hidden is kept with the exclusion, so that
lifting it brings back just that, and not what a moderator had hidden before.

Each deed holds the locks of the room's polls, as ballots do: what is cast after it is refused, and nothing slips in
between. All of them may be repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet

from live_polls.domain import clock
from live_polls.domain.lifecycle import lock_polls
from live_polls.domain.records import record
from live_polls.domain.text_recount import count_states_anew
from live_polls.domain.versions import bump_everything
from live_polls.enums import QuestionState, TextState
from live_polls.errors import IllegalMoveError
from live_polls.models import Account, Exclusion, Player, Poll, Question, Room, Text

_HIDEABLE = (QuestionState.HELD, QuestionState.SHOWN, QuestionState.ARCHIVED)


def voice_behind(thing: Question | Text | Player) -> str:
    """Whose it is. IllegalMoveError where nobody alone is: a word that many share, or a note of a secret ballot."""
    voice = thing.voice if isinstance(thing, Player) else thing.author
    if not voice:
        raise IllegalMoveError("Nobody stands behind this alone.")
    return voice


def mute(room: Room, voice: str, *, by: Account | None = None) -> bool:
    """Let the voice vote and write nothing more; what it wrote stays. From excluded it is a step back.

    Whether that is new. Repeatable.
    """
    return _bar(room, voice, only_muted=True, by=by)


def exclude(room: Room, voice: str, *, by: Account | None = None) -> bool:
    """Hide what the voice wrote, its name too, and take nothing more from it. Whether that is new. Repeatable."""
    return _bar(room, voice, only_muted=False, by=by)


def lift(room: Room, voice: str) -> bool:
    """Undo what is in force for the voice, and show again what was hidden with it. Whether that is new. Repeatable."""
    with transaction.atomic():
        exclusion = _locked(room, voice)
        if exclusion is None:
            return False
        _lift(exclusion)
        record(room.pk, "lift", exclusion)
        bump_everything(room.pk, [voice])
    return True


def in_force(room: Room) -> QuerySet[Exclusion]:
    """Who is muted or excluded now, the newest first."""
    return Exclusion.objects.filter(room=room, lifted_at=None).select_related("by").order_by("-pk")


def read_barred(room_ids: Iterable[int], voices: Collection[str]) -> dict[tuple[int, str], bool]:
    """{(room id, voice): whether it is only muted} of those of these voices that are barred."""
    rows = Exclusion.objects.filter(room_id__in=list(room_ids), voice__in=list(voices), lifted_at=None)
    return {
        (room_id, voice): only_muted
        for room_id, voice, only_muted in rows.values_list("room_id", "voice", "only_muted")
    }


def _bar(room: Room, voice: str, *, only_muted: bool, by: Account | None) -> bool:
    with transaction.atomic():
        now = _locked(room, voice)
        if now is not None and now.only_muted == only_muted:
            return False
        if now is not None:
            _lift(now)
        exclusion = Exclusion(room=room, voice=voice, only_muted=only_muted, by=by)
        if not only_muted:
            exclusion.hid = _hide(room, voice)
        exclusion.save()
        record(room.pk, "mute" if only_muted else "exclude", exclusion)
        bump_everything(room.pk, [voice])
    return True


def _locked(room: Room, voice: str) -> Exclusion | None:
    """What is in force for the voice, with everything locked that it touches: polls first, then the room."""
    lock_polls(room.pk)
    list(Room.objects.select_for_update(no_key=True).filter(pk=room.pk).values_list("pk"))
    return Exclusion.objects.filter(room=room, voice=voice, lifted_at=None).first()


def _hide(room: Room, voice: str) -> dict[str, dict[str, str]]:
    """Hide what the voice wrote; {sort: {id: the state it had}}."""
    texts = Text.objects.filter(poll__room=room, author=voice).exclude(state=TextState.HIDDEN)
    questions = Question.objects.filter(room=room, author=voice, state__in=_HIDEABLE)
    players = Player.objects.filter(room=room, voice=voice).exclude(state=TextState.HIDDEN)
    hid = {
        "texts": {str(pk): state for pk, state in texts.values_list("pk", "state")},
        "questions": {str(pk): state for pk, state in questions.values_list("pk", "state")},
        "players": {str(pk): state for pk, state in players.values_list("pk", "state")},
    }
    if texts.update(state=TextState.HIDDEN):
        _count_texts(room.pk)
    players.update(state=TextState.HIDDEN)
    if "questions" in hid:
        Room.objects.filter(pk=room.pk, current_question__in=questions).update(current_question=None)
        _turn(room.pk, questions, QuestionState.HIDDEN)
    return {sort: states for sort, states in hid.items() if states}


def _lift(exclusion: Exclusion) -> None:
    """What a moderator has decided about since stays as it was decided."""
    for sort, states in exclusion.hid.items():
        for state in set(states.values()):
            ids = [int(pk) for pk, before in states.items() if before == state]
            if sort == "questions":
                hidden = Question.objects.filter(pk__in=ids, state=QuestionState.HIDDEN)
                _turn(exclusion.room_id, hidden, QuestionState(state))
            elif sort == "texts":
                Text.objects.filter(pk__in=ids, state=TextState.HIDDEN).update(state=state)
            else:
                Player.objects.filter(pk__in=ids, state=TextState.HIDDEN).update(state=state)
    if "texts" in exclusion.hid:
        _count_texts(exclusion.room_id)
    Exclusion.objects.filter(pk=exclusion.pk).update(lifted_at=clock.read_now(), hid={})


def _count_texts(room_id: int) -> None:
    count_states_anew(Poll.objects.filter(room_id=room_id).values_list("pk", flat=True))


def _turn(room_id: int, questions: QuerySet[Question], state: QuestionState) -> None:
    """Give the questions this state at the version that the room, which is locked, will have."""
    version = Room.objects.values_list("version", flat=True).get(pk=room_id) + 1
    questions.update(state=state, version=version)
