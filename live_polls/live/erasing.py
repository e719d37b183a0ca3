"""Delete my answers: what runs is taken back through the box, as everybody does; the rest by domain/erasure.py."""

from __future__ import annotations

from live_polls.domain import clock
from live_polls.domain.ballots import Cast
from live_polls.domain.erasure import erase_rest
from live_polls.domain.participants import Participant
from live_polls.domain.questions import Upvoting, Withdrawal
from live_polls.domain.snapshot import read_room
from live_polls.enums import PollState, QuestionState
from live_polls.errors import BusyError, InternalError, RoomNotFoundError
from live_polls.live.ballot_box import get_box
from live_polls.live.readers import read_for_one
from live_polls.models import Question, Upvote


async def erase(who: Participant) -> None:
    """Take back and delete everything that this participant left in the room. Repeatable.

    BusyError or InternalError: do the same again, part of it may be done. What is refused otherwise (voting has closed
    in between) is no refusal here: the rest is unlinked.
    """
    view, mine = await read_for_one(read_room, who.room_id, None, {who.ballot_key: who.voice_key})
    if view is None:
        raise RoomNotFoundError
    running = {poll.code for poll in view.polls if poll.state == PollState.OPEN.value}
    deeds: list[Cast | Upvoting | Withdrawal] = [
        Cast(
            who.room_id,
            who.ballot_key,
            ballot.poll,
            ballot.round,
            ballot.seq + 1,
            None,
            who.voice_key,
            arrived_at=clock.now(),
        )
        for ballot in mine.get(who.ballot_key, ())
        if ballot.poll in running and ballot.answer is not None
    ]
    asked, upvoted = await read_for_one(_questions_of, who)
    deeds += [Upvoting(who.room_id, who.voice_key, code, on=False) for code in upvoted]
    deeds += [Withdrawal(who.room_id, who.voice_key, code) for code in asked]
    for deed in deeds:
        outcome = await get_box().cast_and_await(deed)
        if isinstance(outcome, BusyError | InternalError):
            raise outcome
    await read_for_one(erase_rest, who)


def _questions_of(who: Participant) -> tuple[list[str], list[str]]:
    """(codes of what they asked and have not taken back, codes of what they are for)."""
    asked = Question.objects.filter(room=who.room_id, author=who.voice_key).exclude(state=QuestionState.WITHDRAWN)
    upvoted = Upvote.objects.filter(question__room=who.room_id, voice=who.voice_key)
    return list(asked.values_list("code", flat=True)), list(upvoted.values_list("question__code", flat=True))
