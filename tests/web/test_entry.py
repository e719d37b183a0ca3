"""The door of a room, with plain forms: locked, passcode, invitations, signed in; and the desk that decides it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from live_polls.domain import entry, invitations
from live_polls.domain.exclusions import exclude
from live_polls.domain.participants import cookie_name, read_token
from live_polls.domain.records import record
from live_polls.enums import Entry, QuestionState, TextState
from live_polls.live.passcodes import OF_AN_ADDRESS
from live_polls.models import Invitation, Player, Poll, Question, Record, Room, Text
from live_polls.views.record_words import VERBS
from tests.factories import make_participant, make_poll, make_room
from tests.web.conftest import As

FREE = int(OF_AN_ADDRESS.free) + 1
SURELY_TOO_MANY = FREE + 20  # some are free again while a slow machine asks so often

pytestmark = [pytest.mark.usefixtures("box"), pytest.mark.django_db(transaction=True)]


def door(room: Room) -> str:
    return reverse("live_polls:audience", args=[room.join_code])


def has_token(client: Client, room: Room) -> bool:
    return cookie_name(room.join_code) in client.cookies


def vote(client: Client, poll: Poll, seq: int = 1):
    fields = {"poll": poll.code, "round": poll.round, "seq": seq, "option": 1, "deed": "cast"}
    return client.post(door(poll.room), fields)


def test_a_locked_room_lets_nobody_new_in_and_those_who_are_in_go_on(client: Client):
    poll = make_poll()
    client.get(door(poll.room))
    entry.lock_room(poll.room)

    stranger = Client()
    refused = stranger.get(door(poll.room))
    assert (refused.status_code, has_token(stranger, poll.room)) == (403, False)
    assert "This room is locked" in refused.content.decode()
    assert poll.prompt not in refused.content.decode()
    joined = stranger.post(f"/api/v1/rooms/{poll.room.join_code}/join")
    assert (joined.status_code, joined.json()["code"]) == (403, "not_allowed")

    assert vote(client, poll).status_code == 302
    assert poll.ballots.count() == 1


def test_a_passcode_is_asked_for_once(client: Client):
    poll = make_poll()
    entry.set_passcode(poll.room, "Open Sesame")
    asked = client.get(door(poll.room))
    assert poll.prompt not in asked.content.decode()
    assert not has_token(client, poll.room)

    wrong = client.post(door(poll.room), {"deed": "passcode", "passcode": "sesame"})
    assert (wrong.status_code, has_token(client, poll.room)) == (403, False)
    assert "This passcode is not right." in wrong.content.decode()

    right = client.post(door(poll.room), {"deed": "passcode", "passcode": " open sesame "})
    assert (right.status_code, right["Location"]) == (302, door(poll.room))
    assert poll.prompt in client.get(door(poll.room)).content.decode()
    assert vote(client, poll).status_code == 302


def test_a_post_without_the_passcode_shows_the_door_and_not_the_room(client: Client):
    poll = make_poll()
    entry.set_passcode(poll.room, "sesame")

    answer = vote(client, poll)
    assert "passcode" in answer.content.decode()
    assert poll.prompt not in answer.content.decode()


def test_programs_give_the_passcode_when_they_join(client: Client):
    room = make_room()
    entry.set_passcode(room, "sesame")
    address = f"/api/v1/rooms/{room.join_code}/join"

    assert client.post(address).status_code == 403
    assert client.post(address, {"passcode": "sesam"}, content_type="application/json").status_code == 403
    assert client.post(address, {"passcode": "sesame"}, content_type="application/json").status_code == 201


def test_without_the_passcode_not_even_a_stage_sees_the_room(client: Client):
    poll = make_poll()
    entry.set_passcode(poll.room, "sesame")

    for role in ("audience", "stage"):
        assert client.get(f"/api/v1/rooms/{poll.room.join_code}/state", {"role": role}).status_code == 403
    page = client.get(reverse("live_polls:stage", args=[poll.room.join_code]))
    assert poll.prompt not in page.content.decode()


def test_who_tries_many_passcodes_learns_nothing_any_more_not_even_by_the_right_one(client: Client):
    room = make_room()
    entry.set_passcode(room, "sesame")

    def tries(passcode: str, address: str) -> tuple[int, bool]:
        stranger = Client(REMOTE_ADDR=address)
        answer = stranger.post(door(room), {"deed": "passcode", "passcode": passcode})
        assert ("Wait a minute" in answer.content.decode()) == (answer.status_code == 429) == ("Retry-After" in answer)
        return answer.status_code, has_token(stranger, room)

    assert tries("sesame", "203.0.113.7") == (302, True)
    # Any address of one IPv6 network: they are one person's to choose.
    said: list[tuple[int, bool]] = []
    while len(said) < SURELY_TOO_MANY and (429, False) not in said:
        said.append(tries(f"guess {len(said)}", f"2001:db8:1:2::{len(said):x}"))
    assert len(said) > FREE
    assert said == [(403, False)] * (len(said) - 1) + [(429, False)]
    assert tries("sesame", "2001:db8:1:2::ffff") == (429, False)
    joined = Client(REMOTE_ADDR="2001:db8:1:2::1").post(
        f"/api/v1/rooms/{room.join_code}/join", {"passcode": "sesame"}, content_type="application/json"
    )
    assert (joined.status_code, joined.json()["code"]) == (429, "rate_limited")
    assert tries("sesame", "203.0.113.8") == (302, True), "the neighbour does not suffer"


def test_who_is_in_goes_on_where_passcodes_are_guessed(client: Client):
    poll = make_poll()
    entry.set_passcode(poll.room, "sesame")
    client.post(door(poll.room), {"deed": "passcode", "passcode": "sesame"})
    guesser = Client()
    while guesser.post(door(poll.room), {"deed": "passcode", "passcode": "guess"}).status_code != 429:
        pass

    assert poll.prompt in client.get(door(poll.room)).content.decode()
    assert vote(client, poll).status_code == 302


def test_an_invitation_is_used_by_link_and_button_and_lets_vote(client: Client):
    room = make_room()
    entry.set_entry(room, Entry.INVITED)
    poll = make_poll(room)
    [card] = invitations.make_invitations(room, 1)

    page = client.get(door(room), {"i": card.code}).content.decode()
    assert invitations.pretty(card.code) in page
    assert Invitation.objects.get().voice is None, "whatever fetches a link ahead of time uses nothing up"
    assert "voting" in vote(client, poll).content.decode().lower() or poll.ballots.count() == 0
    assert poll.ballots.count() == 0

    assert client.post(door(room), {"deed": "invitation", "invitation": card.code}).status_code == 302
    assert 'name="invitation"' not in client.get(door(room)).content.decode()
    assert vote(client, poll).status_code == 302
    assert poll.ballots.count() == 1

    other = Client()
    other.get(door(room))
    refused = other.post(door(room), {"deed": "invitation", "invitation": card.code})
    assert (refused.status_code, "used on another phone" in refused.content.decode()) == (403, True)


def test_a_link_in_lower_case_keeps_its_invitation(client: Client):
    room = make_room()
    answer = client.get(door(room).lower(), {"i": "ABC"})
    assert answer["Location"] == f"{door(room)}?i=ABC"


def test_programs_use_an_invitation_too(client: Client):
    room = make_room()
    entry.set_entry(room, Entry.INVITED)
    [card] = invitations.make_invitations(room, 1)
    token = client.post(f"/api/v1/rooms/{room.join_code}/join").json()["token"]
    address = f"/api/v1/rooms/{room.join_code}/invitation"
    bearer = {"authorization": f"Bearer {token}"}

    stranger = Client().post(address, {"code": card.code}, content_type="application/json")
    wrong = client.post(address, {"code": "KKKKKKKKKKKK"}, content_type="application/json", headers=bearer)
    right = client.post(address, {"code": card.code}, content_type="application/json", headers=bearer)
    assert [stranger.status_code, wrong.status_code, right.status_code] == [403, 404, 200]


def test_who_is_signed_in_has_one_ballot_on_all_devices(as_: As, room: Room):
    entry.set_entry(room, Entry.SIGNED_IN)
    poll = make_poll(room)
    nobody = as_("nobody")
    assert "Sign in to vote" in nobody.get(door(room)).content.decode()
    assert vote(nobody, poll).status_code == 403

    for seq, device in enumerate([as_("stranger"), as_("stranger")], start=1):
        device.get(door(room))
        assert vote(device, poll, seq).status_code == 302
    assert poll.ballots.count() == 1


def test_a_phone_that_was_in_gets_the_key_of_the_account_once_it_signs_in(as_: As, room: Room):
    device = as_("stranger")
    device.cookies[cookie_name(room.join_code)] = ""
    device.get(door(room))
    before = device.cookies[cookie_name(room.join_code)].value
    entry.set_entry(room, Entry.SIGNED_IN)

    device.get(door(room))
    room.refresh_from_db()
    after = device.cookies[cookie_name(room.join_code)].value
    who = read_token(after, room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
    assert before != after
    assert who is not None
    assert who.by_account


def test_an_excluded_voice_hears_it_in_words(client: Client):
    poll = make_poll()
    client.get(door(poll.room))
    who = make_participant(poll.room, client.cookies[cookie_name(poll.room.join_code)].value)
    exclude(poll.room, who.voice_key)

    answer = vote(client, poll)
    assert (answer.status_code, "A moderator" in answer.content.decode()) == (403, True)


# The desk


def test_the_desk_decides_who_comes_in(as_: As, room: Room):
    host, address = as_("host"), reverse("live_polls:room-entry", args=[room.join_code])
    assert host.get(address).status_code == 200
    assert host.post(address, {"entry": "invited", "passcode": "sesame"}).status_code == 302
    assert host.post(reverse("live_polls:room-lock", args=[room.join_code]), {"verb": "lock"}).status_code == 302

    room.refresh_from_db()
    assert (room.entry, room.passcode, room.is_locked) == ("invited", "sesame", True)
    assert "min" not in host.post(address, {"entry": "invited", "passcode": "abc"}).headers.get("Location", "")
    room.refresh_from_db()
    assert room.passcode == "sesame"


def test_cards_are_shown_once_with_code_and_qr(as_: As, room: Room):
    answer = as_("host").post(reverse("live_polls:invitations-new", args=[room.join_code]), {"n": 3})
    page = b"".join(answer).decode()

    codes = re.findall(r'invitation-code">([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})<', page)
    assert len(set(codes)) == page.count("<svg") - page.split('<ol class="invitations"')[0].count("<svg") == 3
    assert "style=" not in page
    assert invitations.redeem(Room.objects.get(pk=room.pk), codes[0], "1" * 32)


def test_a_lost_card_is_made_anew_or_worthless(as_: As, room: Room):
    host = as_("host")
    invitations.make_invitations(room, 2)
    address = reverse("live_polls:invitation-change", args=[room.join_code])

    again = b"".join(host.post(address, {"number": "1", "verb": "reissue"})).decode()
    assert again.count("invitation-code") == 1
    assert host.post(address, {"number": "2", "verb": "revoke"}).status_code == 302
    assert invitations.unused_numbers(room) == [1]
    assert host.post(address, {"number": "99", "verb": "revoke"}).status_code == 302


@pytest.mark.parametrize("who", ["moderator", "stranger", "nobody"])
@pytest.mark.parametrize("page", ["room-entry", "invitations-new", "invitation-change", "records"])
def test_others_neither_see_nor_change_who_comes_in(as_: As, room: Room, who: str, page: str):
    address = reverse(f"live_polls:{page}", args=[room.join_code])
    ask = as_(who).get if page in {"room-entry", "records"} else as_(who).post
    answer = ask(address)
    assert answer.status_code in ({302} if who == "nobody" else {403})
    assert not Invitation.objects.exists()


# The log


def test_the_log_says_who_did_what_and_can_be_asked(as_: As, room: Room, poll: Poll):
    as_("co_host").post(reverse("live_polls:act", args=[room.join_code]), {"verb": "open", "poll": poll.code})
    host, address = as_("host"), reverse("live_polls:records", args=[room.join_code])

    page = host.get(address).content.decode()
    assert "Bob" in page
    assert "opened" in page
    assert "Tabs or spaces?" in page
    assert "Bob" not in host.get(address, {"verb": "create"}).content.decode().split("</form>")[-1]
    assert host.get(address, {"by": "\0", "page": "999"}).status_code == 200


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_the_log_can_be_taken_away_and_says_that_it_was(as_: As, room: Room, poll: Poll, extension: str):
    answer = as_("host").get(reverse("live_polls:records-file", args=[room.join_code, extension]))

    assert (answer.status_code, "Tabs or spaces?" in answer.content.decode()) == (200, True)
    last = Record.objects.filter(room=room).latest("pk")
    assert (last.verb, last.by, last.details) == ("export", "Alice", {"format": f"records.{extension}"})


def test_no_cell_of_the_log_is_a_formula(as_: As, room: Room):
    make_poll(room, prompt="=HYPERLINK(1)")
    lines = (
        as_("host").get(reverse("live_polls:records-file", args=[room.join_code, "csv"])).content.decode("utf-8-sig")
    )
    assert '"\'=HYPERLINK(1)"' in lines


@pytest.mark.parametrize(("state", "is_readable"), [(state, state == "shown") for state in TextState.values])
def test_the_log_says_the_words_of_the_audience_only_while_everybody_may_see_them(
    as_: As, room: Room, state: str, is_readable: bool
):
    poll = make_poll(room, kind="open_text", options=())
    now = timezone.now()
    asked = Question.objects.create(room=room, author="v", seq=1, text="rude question", state=state, asked_at=now)
    text = Text.objects.create(poll=poll, round=1, key="k", author="v", text="rude text", state=state)
    player = Player.objects.create(room=room, voice="v", name="Rude Name", name_key="rude name", state=state)
    for thing in (asked, text, player):
        record(room.pk, "hide", thing)

    host = as_("host")
    for extension in ("csv", "json"):
        file = host.get(reverse("live_polls:records-file", args=[room.join_code, extension])).content.decode()
        assert ("rude" in file.lower()) is (is_readable and extension == "csv")
    page = host.get(reverse("live_polls:records", args=[room.join_code])).content.decode()
    assert page.lower().count("rude") == (3 if is_readable else 0)
    assert (f"#{asked.code}" in page, f"#{text.pk}<" in page) == (not is_readable, not is_readable)


@pytest.mark.parametrize("state", [QuestionState.ARCHIVED, QuestionState.WITHDRAWN])
def test_the_log_names_a_question_that_is_put_away_or_taken_back_by_its_code(as_: As, room: Room, state: str):
    asked = Question.objects.create(
        room=room, author="v", seq=1, text="rude question", state=state, asked_at=timezone.now()
    )
    record(room.pk, "hide", asked)

    page = as_("host").get(reverse("live_polls:records", args=[room.join_code])).content.decode()

    assert ("rude question" in page, f"#{asked.code}" in page) == (False, True)


def test_every_verb_has_words():
    said = set()
    for path in Path("live_polls/domain").glob("*.py"):
        said |= set(re.findall(r'record(?:_named)?\(\s*[\w.]+, "(\w+)"(?: if \w+ else "(\w+)")?', path.read_text()))
        said |= {(verb, "") for verb in re.findall(r'_(?:change|regroup|set)\(\w+, "(\w+)"', path.read_text())}
    flat = {verb for pair in said for verb in pair if verb}
    assert {"open", "mute", "merge"} <= flat
    assert flat <= VERBS.keys()
