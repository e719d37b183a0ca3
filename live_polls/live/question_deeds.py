"""What a message about questions asks the domain to do: one reading of it for sockets and for the HTTP twin."""

from __future__ import annotations

from live_polls.domain.questions import Ask, Deed, Upvoting, Withdrawal
from live_polls.live import commands

Message = commands.QuestionMessage | commands.QuestionPost | commands.UpvotePost | commands.WithdrawalPost


def deed_of(message: Message, *, room_id: int, voice: str) -> Deed:
    """The deed of the participant with this voice key."""
    if isinstance(message, commands.QuestionAsk | commands.QuestionPost):
        return Ask(room_id, voice, message.seq, message.text, message.name)
    if isinstance(message, commands.QuestionUpvote | commands.UpvotePost):
        return Upvoting(room_id, voice, message.question, message.on)
    return Withdrawal(room_id, voice, message.question)
