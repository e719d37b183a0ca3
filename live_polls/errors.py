"""Every error that people or programs can meet, with its wire code.

PollError
├── BadMessageError          bad_message      the frame is not one of ours
├── RoomNotFoundError        not_found        no such room (or it was deleted)
├── PollNotFoundError        not_found        no such poll in this room and round
├── TextNotFoundError        not_found        no such text: its author has taken it back
├── PlayerNotFoundError      not_found        no such player in this room
├── MemberNotFoundError      not_found        this person has no role in this room
├── QuestionNotFoundError    not_found        no such question in this room, or none that is shown
├── InvitationNotFoundError  not_found        no such invitation: mistyped, revoked, or of another room
├── CohortNotFoundError      not_found        no such group of ballots in this room
├── RoomEndedError           closed           the room has ended
├── PollClosedError          closed           the poll takes no ballots now
├── AskingClosedError        closed           the room takes no questions
├── AskingPausedError        paused           the room takes no new questions now
├── MutedError               muted            a moderator has silenced this voice
│   └── ExcludedError        muted            … and takes no ballots from it either
├── TooManyQuestionsError    too_many         this voice, or the room, has as many open questions as it may have
├── StaleBallotError         stale            a newer ballot of this participant is in force
├── StaleQuestionError       stale            this participant has asked something else under this number
├── StaleTextError           stale            another moderator has changed the text meanwhile
├── InvalidAnswerError       invalid_answer   the answer does not fit the poll
│   └── UnfitAnswerError     invalid_answer   … and the sentence says to people how to mend it
├── InvalidSettingsError     invalid_settings the poll's own settings contradict each other
├── InvalidNameError         invalid_name     the name of a player is none that may be shown
├── NameTakenError           name_taken       another player of the room has a name that looks the same
├── PollHasBallotsError      has_ballots      the change would falsify ballots
│   └── MeaningUnconfirmedError               … unless a host says that the meaning stays
├── IllegalMoveError         illegal_move     that state cannot follow this one
├── NotAllowedError          not_allowed      this person may not do that
│   └── RoleLinkOverError    not_allowed      the link that gave a role is used up, revoked or too old
│   ├── NotAdmittedError     not_allowed      the round takes ballots by one-time invitation only
│   ├── InvitationUsedError  not_allowed      another phone has used this invitation
│   ├── NotSignedInError     not_allowed      the round takes ballots of people who are signed in only
│   ├── SecondFactorUnreadableError       the key is gone that its secret was sealed with
│   └── RoomLockedError      not_allowed      nobody new comes in, or not without the passcode
├── UnknownIdentityError     not_allowed      the token is not one of this room
├── RateLimitedError         rate_limited     too much, too fast
│   └── TooManyGuessesError  rate_limited     too many wrong passcodes
├── BusyError                busy             overloaded; nothing was written
└── InternalError            internal         our fault; logged once

Plain Python: the two renderers (one for HTTP, one for sockets) live at the edges.
"""

from __future__ import annotations


class PollError(Exception):
    """Base of all; `code` is the word on the wire, `http_status` its twin over HTTP."""

    code = "internal"
    http_status = 500
    client_id: str | None = None  # of the message that was refused, if it had one

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadMessageError(PollError):
    code = "bad_message"
    http_status = 400


class RoomNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "There is no room with this code.") -> None:
        super().__init__(message)


class PollNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "There is no such poll in this room.") -> None:
        super().__init__(message)


class TextNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "Its author has taken this text back.") -> None:
        super().__init__(message)


class PlayerNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "There is no such player in this room.") -> None:
        super().__init__(message)


class CohortNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "There is no such group of ballots in this room.") -> None:
        super().__init__(message)


class MemberNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "This person has no role in this room.") -> None:
        super().__init__(message)


class QuestionNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "There is no such question in this room any more.") -> None:
        super().__init__(message)


class InvitationNotFoundError(PollError):
    code = "not_found"
    http_status = 404

    def __init__(self, message: str = "No invitation to this room has this code.") -> None:
        super().__init__(message)


class RoomEndedError(PollError):
    code = "closed"
    http_status = 409

    def __init__(self, message: str = "This room has ended.") -> None:
        super().__init__(message)


class PollClosedError(PollError):
    code = "closed"
    http_status = 409

    def __init__(
        self, message: str = "Voting is closed. This ballot was not counted; one counted before still is."
    ) -> None:
        super().__init__(message)


class AskingClosedError(PollError):
    code = "closed"
    http_status = 409

    def __init__(self, message: str = "This room takes no questions.") -> None:
        super().__init__(message)


class AskingPausedError(PollError):
    code = "paused"
    http_status = 409

    def __init__(self, message: str = "New questions are paused. This one was not taken.") -> None:
        super().__init__(message)


class MutedError(PollError):
    code = "muted"
    http_status = 403

    def __init__(self, message: str = "A moderator has muted you in this room.") -> None:
        super().__init__(message)


class ExcludedError(MutedError):
    def __init__(self, message: str = "A moderator has excluded you from this room. Nothing was changed.") -> None:
        super().__init__(message)


class TooManyQuestionsError(PollError):
    code = "too_many"
    http_status = 409


class StaleBallotError(PollError):
    """`seq` and `answer` (canonical JSON text or None) are what is in force."""

    code = "stale"
    http_status = 409

    def __init__(self, *, seq: int, answer: str | None) -> None:
        super().__init__("A newer ballot of yours is in force. This one was not counted.")
        self.seq = seq
        self.answer = answer


class StaleQuestionError(PollError):
    """`seq` is the highest number that this participant has used."""

    code = "stale"
    http_status = 409

    def __init__(self, *, seq: int) -> None:
        super().__init__("You have asked another question under this number. Send it under a new one.")
        self.seq = seq


class StaleTextError(PollError):
    code = "stale"
    http_status = 409

    def __init__(self, message: str = "Another moderator has changed this text meanwhile. Look at it again.") -> None:
        super().__init__(message)


class InvalidAnswerError(PollError):
    code = "invalid_answer"
    http_status = 422


class UnfitAnswerError(InvalidAnswerError):
    """What a person can mend: `sentence` is to be translated, and then to be filled with `values`."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class InvalidSettingsError(PollError):
    """`field` names the setting at fault, so that an editor or a room file can point at it."""

    code = "invalid_settings"
    http_status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidNameError(PollError):
    code = "invalid_name"
    http_status = 422


class NameTakenError(PollError):
    code = "name_taken"
    http_status = 409

    def __init__(self, message: str = "Somebody here has this name already, or one that looks like it.") -> None:
        super().__init__(message)


class PollHasBallotsError(PollError):
    code = "has_ballots"
    http_status = 409

    def __init__(
        self,
        message: str = "People have already voted in this poll: changing it would falsify their ballots.",
    ) -> None:
        super().__init__(message)


class MeaningUnconfirmedError(PollHasBallotsError):
    def __init__(
        self,
        message: str = "People have answered to these words. Say that they only mend a mistake and mean the same.",
    ) -> None:
        super().__init__(message)


class IllegalMoveError(PollError):
    code = "illegal_move"
    http_status = 409


class NotAllowedError(PollError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, message: str = "You may not do this in this room.") -> None:
        super().__init__(message)


class NotAdmittedError(NotAllowedError):
    def __init__(self, message: str = "Votes are taken by invitation here: use the code of your card first.") -> None:
        super().__init__(message)


class InvitationUsedError(NotAllowedError):
    def __init__(self, message: str = "This invitation has been used by another phone.") -> None:
        super().__init__(message)


class NotSignedInError(NotAllowedError):
    def __init__(self, message: str = "Votes are taken from people who are signed in here. Sign in first.") -> None:
        super().__init__(message)


class RoomLockedError(NotAllowedError):
    def __init__(self, message: str = "This room is locked: nobody new comes in now.") -> None:
        super().__init__(message)


class SecondFactorUnreadableError(NotAllowedError):
    def __init__(self) -> None:
        super().__init__(
            "Your second factor cannot be read any more, because the secret key of this server was changed. "
            "Ask who operates it to remove your second factors; then sign in with your password and set them up anew."
        )


class RoleLinkOverError(NotAllowedError):
    def __init__(self) -> None:
        super().__init__("This link was used, revoked, or is older than a week.")


class UnknownIdentityError(PollError):
    code = "not_allowed"
    http_status = 401

    def __init__(self, message: str = "This token is not one of this room. Join again.") -> None:
        super().__init__(message)


class RateLimitedError(PollError):
    code = "rate_limited"
    http_status = 429

    def __init__(self, *, retry_ms: int) -> None:
        super().__init__("Too many messages in a short time. Nothing was written; wait and send again.")
        self.retry_ms = retry_ms


class TooManyGuessesError(RateLimitedError):
    def __init__(self, *, retry_ms: int) -> None:
        super().__init__(retry_ms=retry_ms)
        self.message = "Too many wrong passcodes. Wait a minute, then try again."


class BusyError(PollError):
    code = "busy"
    http_status = 503

    def __init__(self, *, retry_ms: int) -> None:
        super().__init__("Too much at once. Nothing was written; send the same again.")
        self.retry_ms = retry_ms


class InternalError(PollError):
    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. Send the same again: it cannot count twice.")
