"""What a participant leaves in a room, taken away at their wish.

What can still be taken back is taken back first, the ordinary way: ballots of rounds that run, questions, upvotes (see
live/erasing.py). This is the rest. A result that has been announced stays as it is, as counts: the ballots of rounds
that are over get another key, which nobody knows, so that no phone can be found by them any more. Words of one's own
are no counts: they are deleted, also where voting is over. So are the name in the quiz and the time one asked for.

Kept are the empty ballots of rounds that run (an older cast must not come back), that a one-time invitation was used,
and what moderators decided (an exclusion, a text that was hidden): taking one's answers back is no way around these.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from live_polls.domain.participants import Participant
from live_polls.domain.question_rows import lock_rooms
from live_polls.domain.versions import bump_board, bump_layout
from live_polls.domain.word_lists import WordList
from live_polls.domain.written import Change, Writing, write_texts
from live_polls.enums import PollState, QuestionState
from live_polls.kinds import KINDS
from live_polls.models import Ballot, ExtraTime, Player, Poll, Question, Text, Upvote
from live_polls.models.room import new_secret

NO_WORDS_LEFT: dict[str, Any] = {"texts": []}
_NO_LIST = WordList((), ())

Round = tuple[int, int]


def erase_rest(who: Participant) -> int:
    """Unlink or delete what is left of this participant; of how many ballots and questions. Repeatable.

    Rounds that run are left alone: what stands in them can be taken back by casting.
    """
    room_id = who.room_id
    with transaction.atomic():
        # Polls in id order and the room last, as everywhere; a statement of its own, for the reads that follow.
        list(Poll.objects.select_for_update(no_key=True).filter(room=room_id).order_by("pk").values_list("pk"))
        polls = {poll.pk: poll for poll in Poll.objects.filter(room=room_id)}
        running = {(poll.pk, poll.round) for poll in polls.values() if poll.state == PollState.OPEN}
        n_ballots = _unlink_ballots(who, polls, running)
        n_times, _ = ExtraTime.objects.filter(poll__room=room_id, voice=who.voice_key).delete()
        lock_rooms([room_id])
        n_questions = _forget_questions(who)
        n_players, _ = Player.objects.filter(room=room_id, voice=who.voice_key).delete()
        if n_ballots or n_questions or n_times:
            # With whose they were: other tabs of the same phone show them still.
            bump_layout(room_id, [who.voice_key])
        if n_players:
            bump_board(room_id)
    return n_ballots + n_questions


def _unlink_ballots(who: Participant, polls: dict[int, Poll], running: set[Round]) -> int:
    keys = [who.ballot_key, who.voice_key]
    rows = [
        ballot
        for ballot in Ballot.objects.filter(poll__room=who.room_id, participant__in=keys)
        if (ballot.poll_id, ballot.round) not in running
    ]
    changes: list[Change] = []
    for ballot in rows:
        poll = polls[ballot.poll_id]
        ballot.participant = new_secret()
        if _is_in_own_words(poll) and ballot.answer is not None:
            before = json.loads(ballot.answer)
            changes.append(Change(poll.pk, ballot.round, who.voice_key, before, NO_WORDS_LEFT))
            ballot.answer = json.dumps(NO_WORDS_LEFT, separators=(",", ":"))
    Ballot.objects.bulk_update(rows, ["participant", "answer"], batch_size=500)
    writing = {
        change.poll_id: Writing(KINDS[polls[change.poll_id].kind], polls[change.poll_id].settings, _NO_LIST)
        for change in changes
    }
    write_texts(changes, writing)
    for poll_id, round_ in {(ballot.poll_id, ballot.round) for ballot in rows}:
        # What had been hidden is kept when its ballot goes, so that it stays hidden; here it has no reason to.
        Text.objects.filter(poll=poll_id, round=round_, author=who.voice_key).delete()
    return len(rows)


def _is_in_own_words(poll: Poll) -> bool:
    kind = KINDS[poll.kind]
    return kind.carries_texts(poll.settings) and not kind.shares_texts


def _forget_questions(who: Participant) -> int:
    """Forget who asked and who was for it; the text of a question went when it was taken back."""
    questions = list(Question.objects.filter(room=who.room_id, author=who.voice_key))
    for question in questions:
        question.author, question.state = new_secret(), QuestionState.WITHDRAWN
        question.text = question.edited = question.name = ""
    Question.objects.bulk_update(questions, ["author", "state", "text", "edited", "name"], batch_size=500)
    upvotes = list(Upvote.objects.filter(question__room=who.room_id, voice=who.voice_key))
    for upvote in upvotes:
        upvote.voice = new_secret()
    Upvote.objects.bulk_update(upvotes, ["voice"], batch_size=500)
    return len(questions)
