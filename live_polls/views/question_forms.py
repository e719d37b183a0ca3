"""What plain forms say about questions."""

from __future__ import annotations

from django.http import QueryDict

from live_polls.domain.questions import MAX_LENGTH, Ask, Deed, Upvoting, Withdrawal
from live_polls.errors import InvalidAnswerError

QUESTION_DEEDS = frozenset({"ask", "upvote", "unvote", "take_back"})
MAX_SEQ = 2**53


def question_deed(fields: QueryDict, room_id: int, voice: str) -> Deed:
    """The deed that the form asks for; InvalidAnswerError when it is not one of ours."""
    code = fields.get("question", "")[:16]
    deed = fields.get("deed", "")
    if deed == "take_back":
        return Withdrawal(room_id, voice, code)
    if deed != "ask":
        return Upvoting(room_id, voice, code, deed == "upvote")
    seq, text = fields.get("seq", ""), fields.get("text", "")
    is_whole = seq.isascii() and seq.isdigit() and len(seq) < 17 and 1 <= int(seq) <= MAX_SEQ
    if not is_whole or len(text) > 4 * MAX_LENGTH:
        raise InvalidAnswerError("The form is not whole.")
    return Ask(room_id, voice, int(seq), text, fields.get("name", "")[:200])
