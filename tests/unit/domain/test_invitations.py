"""One-time invitations: one voice each, whatever is tried; and who may vote by the rule of the round."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

from live_polls.domain import entry, invitations, lifecycle
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.participants import Participant, account_token, read_token
from live_polls.enums import Entry
from live_polls.errors import (
    IllegalMoveError,
    InvalidSettingsError,
    InvitationNotFoundError,
    InvitationUsedError,
    NotAdmittedError,
    NotSignedInError,
    PollError,
)
from live_polls.models import Invitation, Record, Room
from tests.factories import make_cast, make_participant, make_poll, make_room
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
A = {"option": 1}


@pytest.fixture
def invited() -> Room:
    room = make_room()
    entry.set_entry(room, Entry.INVITED)
    return room


def outcome(poll, answer, who: Participant, seq: int = 1):
    return cast_batch([make_cast(poll, answer, participant=who, seq=seq)])[0]


def test_a_vote_counts_once_the_code_of_a_card_is_used(invited: Room):
    poll, who = make_poll(invited), make_participant(invited)
    [card] = invitations.make_invitations(invited, 1)
    assert isinstance(outcome(poll, A, who), NotAdmittedError)

    typed = f" {invitations.pretty(card.code).lower()} "
    assert [invitations.redeem(invited, typed, who.voice_key) for _ in range(2)] == [True, False]

    assert isinstance(outcome(poll, A, who), Counted)


def test_a_second_phone_with_the_same_code_is_refused(invited: Room):
    [card] = invitations.make_invitations(invited, 1)
    invitations.redeem(invited, card.code, "1" * 32)

    with pytest.raises(InvitationUsedError):
        invitations.redeem(invited, card.code, "2" * 32)


def test_of_phones_that_use_one_code_at_once_one_comes_in(invited: Room):
    [card] = invitations.make_invitations(invited, 1)

    def use(voice: str) -> bool:
        try:
            return invitations.redeem(invited, card.code, voice)
        except InvitationUsedError:
            return False

    came_in = together([partial(use, f"{n:032d}") for n in range(4)])

    assert sorted(came_in) == [False, False, False, True]
    assert invitations.standing(invited) == invitations.Standing(1, 1)


def test_one_phone_uses_up_one_card_only(invited: Room):
    first, second = invitations.make_invitations(invited, 2)
    invitations.redeem(invited, first.code, "1" * 32)
    assert not invitations.redeem(invited, second.code, "1" * 32)

    assert invitations.unused_numbers(invited) == [second.number]


@pytest.mark.parametrize("typed", ["", "KKKK-KKKK-KKKK", "too short", "\0" * 12, "é" * 12])
def test_what_is_no_code_of_this_room_lets_nobody_in(invited: Room, typed: str):
    with pytest.raises(InvitationNotFoundError):
        invitations.redeem(invited, typed, "1" * 32)


def test_a_code_of_another_room_is_none_here(invited: Room):
    other = make_room()
    [card] = invitations.make_invitations(other, 1)

    with pytest.raises(InvitationNotFoundError):
        invitations.redeem(invited, card.code, "1" * 32)
    with pytest.raises(IllegalMoveError):
        invitations.revoke(invited, 1)
    assert invitations.unused_numbers(other) == [1]


def test_only_hashes_are_kept(invited: Room):
    cards = invitations.make_invitations(invited, 3)

    kept = " ".join(str(vars(row)) for row in [*Invitation.objects.all(), *Record.objects.all()])
    assert not any(card.code in kept for card in cards)


def test_a_card_is_made_anew_or_worthless_while_nobody_has_used_it(invited: Room):
    first, second = invitations.make_invitations(invited, 2)
    again = invitations.reissue(invited, first.number)
    with pytest.raises(InvitationNotFoundError):
        invitations.redeem(invited, first.code, "1" * 32)
    assert invitations.redeem(invited, again.code, "1" * 32)

    for deed in (invitations.reissue, invitations.revoke):
        with pytest.raises(IllegalMoveError):
            deed(invited, first.number)
    invitations.revoke(invited, second.number)
    with pytest.raises(InvitationNotFoundError):
        invitations.redeem(invited, second.code, "2" * 32)


@pytest.mark.parametrize("n", [0, 5001])
def test_a_room_has_no_more_than_five_thousand(invited: Room, n: int):
    with pytest.raises(InvalidSettingsError):
        invitations.make_invitations(invited, n)


def test_numbers_go_on_where_they_ended(invited: Room):
    invitations.make_invitations(invited, 2)
    invitations.revoke(invited, 2)

    assert [card.number for card in invitations.make_invitations(invited, 2)] == [2, 3]


def test_a_round_keeps_the_rule_under_which_it_was_opened():
    room = make_room()
    poll = make_poll(room)
    entry.set_entry(room, Entry.INVITED)
    assert isinstance(outcome(poll, A, make_participant(room)), Counted)

    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    assert isinstance(outcome(poll, A, make_participant(room)), NotAdmittedError)


def test_one_account_is_one_participant_on_every_device():
    room = make_room()
    entry.set_entry(room, Entry.SIGNED_IN)
    poll = make_poll(room)
    phone, laptop, other = (_account(number, room) for number in (7, 7, 8))
    assert phone == laptop

    def cast(who: Participant, answer: object, seq: int = 1) -> object:
        made = make_cast(poll, answer, participant=who, seq=seq)
        return cast_batch([msgspec.structs.replace(made, by_account=who.by_account)])[0]

    assert isinstance(cast(make_participant(room), A), NotSignedInError)
    assert isinstance(cast(phone, A), Counted)
    assert isinstance(cast(laptop, {"option": 2}, 2), Counted)
    assert poll.ballots.count() == 1
    assert isinstance(cast(other, A), Counted)
    assert poll.ballots.count() == 2


def _account(number: int, room: Room) -> Participant:
    token = account_token(number, room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
    who = read_token(token, room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
    assert who is not None
    assert who.by_account
    return who


def test_a_phone_cannot_pass_for_an_account():
    room = make_room()
    assert not make_participant(room).by_account


@pytest.mark.parametrize(
    ("deed", "verb"),
    [
        (lambda room: entry.set_entry(room, Entry.INVITED), "entry"),
        (entry.lock_room, "lock"),
        (lambda room: entry.set_passcode(room, "open sesame"), "passcode"),
    ],
)
def test_each_deed_is_recorded_once_and_bumps_once(deed, verb: str):
    room = make_room()
    before = room.version
    assert [deed(room), deed(room)] == [True, False]

    assert room.version == before + 1
    [record] = Record.objects.filter(room=room).exclude(verb="create")
    assert record.verb == verb
    assert "sesame" not in str(vars(record))


@pytest.mark.parametrize("passcode", ["abc", "x" * 41])
def test_a_passcode_is_neither_short_nor_endless(passcode: str):
    with pytest.raises(PollError):
        entry.set_passcode(make_room(), passcode)


def test_an_open_room_pays_for_no_statement_of_the_door(django_assert_max_num_queries):
    def asked(room: Room) -> int:
        poll = make_poll(room)
        with django_assert_max_num_queries(30) as counted:
            cast_batch([make_cast(poll, A) for _ in range(20)])
        return sum('FROM "live_polls_invitation"' in query["sql"] for query in counted.captured_queries)

    guarded = make_room()
    entry.set_entry(guarded, Entry.INVITED)
    assert (asked(make_room()), asked(guarded)) == (0, 1)
