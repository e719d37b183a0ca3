from __future__ import annotations

import pytest

from live_polls import errors
from live_polls.errors import PollError

# The closed set of the wire: code and HTTP twin of every error.
CODES = {
    "BadMessageError": ("bad_message", 400),
    "RoomNotFoundError": ("not_found", 404),
    "PollNotFoundError": ("not_found", 404),
    "TextNotFoundError": ("not_found", 404),
    "PlayerNotFoundError": ("not_found", 404),
    "CohortNotFoundError": ("not_found", 404),
    "MemberNotFoundError": ("not_found", 404),
    "QuestionNotFoundError": ("not_found", 404),
    "InvitationNotFoundError": ("not_found", 404),
    "RoomEndedError": ("closed", 409),
    "PollClosedError": ("closed", 409),
    "AskingClosedError": ("closed", 409),
    "AskingPausedError": ("paused", 409),
    "MutedError": ("muted", 403),
    "TooManyQuestionsError": ("too_many", 409),
    "StaleBallotError": ("stale", 409),
    "StaleQuestionError": ("stale", 409),
    "StaleTextError": ("stale", 409),
    "InvalidAnswerError": ("invalid_answer", 422),
    "InvalidSettingsError": ("invalid_settings", 422),
    "InvalidNameError": ("invalid_name", 422),
    "NameTakenError": ("name_taken", 409),
    "PollHasBallotsError": ("has_ballots", 409),
    "IllegalMoveError": ("illegal_move", 409),
    "NotAllowedError": ("not_allowed", 403),
    "UnknownIdentityError": ("not_allowed", 401),
    "RateLimitedError": ("rate_limited", 429),
    "BusyError": ("busy", 503),
    "InternalError": ("internal", 500),
}
ARGUMENTS: dict[str, tuple[tuple[str, ...], dict[str, int | str]]] = {
    "BadMessageError": (("This is no message.",), {}),
    "InvalidAnswerError": (("No.",), {}),
    "IllegalMoveError": (("No.",), {}),
    "InvalidNameError": (("No.",), {}),
    "InvalidSettingsError": (("seconds", "Too many."), {}),
    "StaleBallotError": ((), {"seq": 2, "answer": "{}"}),
    "StaleQuestionError": ((), {"seq": 2}),
    "TooManyQuestionsError": (("Too many.",), {}),
    "RateLimitedError": ((), {"retry_ms": 100}),
    "BusyError": ((), {"retry_ms": 100}),
}


def leaves() -> dict[str, type[PollError]]:
    return {leaf.__name__: leaf for leaf in PollError.__subclasses__()}


def test_table_names_every_error():
    assert leaves().keys() == CODES.keys()


@pytest.mark.parametrize("name", CODES)
def test_error_has_its_code_and_says_what_is_wrong_in_a_sentence(name):
    positional, named = ARGUMENTS.get(name, ((), {}))
    error = leaves()[name](*positional, **named)  # type: ignore[arg-type]  # each leaf takes its own

    assert (error.code, error.http_status) == CODES[name]
    assert error.message == str(error)
    assert error.message.endswith(".")
    assert error.client_id is None


def test_door_of_the_module_names_every_error_and_its_code():
    for name, (code, _) in CODES.items():
        assert any(line.split()[1:3] == [name, code] for line in (errors.__doc__ or "").split("\n") if "──" in line)


def test_errors_carry_what_their_receiver_needs():
    stale = errors.StaleBallotError(seq=3, answer=None)

    assert (stale.seq, stale.answer) == (3, None)
    assert errors.BusyError(retry_ms=7).retry_ms == 7
    assert errors.RateLimitedError(retry_ms=8).retry_ms == 8
    assert errors.InvalidSettingsError("seconds", "Too many.").field == "seconds"
