"""Whatever is done to a room is in its log: once, by whom, and for good."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse

from live_polls.domain import clock, lifecycle, moderation, polls, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import stage_token
from live_polls.domain.players import Naming, name_players
from live_polls.domain.polls import PollDraft, add_poll, draft_of
from live_polls.domain.records import STAGE_LINK, acting_as
from live_polls.domain.retention import purge_room
from live_polls.domain.steps import deadline_mark, mark_of
from live_polls.enums import Screen
from live_polls.models import Account, Player, Poll, Record, Room, Text
from live_polls.views.acts import ACTS
from tests.factories import make_cast, make_participant, make_poll
from tests.web.conftest import As

# In its order each verb finds something to do: {verb of the door: what the log calls it}.
TALK = {
    "extend": "extend",
    "untimed": "untimed",
    "close": "close",
    "show": "show",
    "hide": "hide",
    "blank": "blank",
    "join": "join",
    "board": "board",
    "questions": "questions",
    "content": "content",
    "reset": "reset",
    "next": "open",
    "rounds": "rounds",
    "stage": "stage",
    "one_at_a_time": "one_at_a_time",
    "several_at_once": "several_at_once",
    "hide_text": "hide",
    "show_text": "show",
    "player_hide": "hide",
    "player_show": "show",
    "player_rename": "rename",
    "end_room": "end_room",
    "archive": "archive",
    "open": "open",
}


@pytest.fixture
def poll(room: Room) -> Poll:
    """Open, on stage, with a countdown and two rounds that are over."""
    draft = PollDraft(kind="single_choice", prompt="Tabs or spaces?", options=["Tabs", "Spaces"], seconds=30)
    poll = add_poll(room, draft)
    for _ in range(2):
        lifecycle.open_poll(poll)
        cast_batch([make_cast(poll, {"option": 1})])
        lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    return poll


@pytest.fixture
def player(room: Room) -> Player:
    name_players([Naming(room.pk, "0" * 32, "Grace")])
    return Player.objects.get(room=room)


@pytest.fixture
def text(room: Room) -> Text:
    cast_batch([make_cast(make_poll(room, kind="open_text", options=()), {"texts": ["a secret remark"]})])
    return Text.objects.get(poll__room=room)


def fields_for(verb: str, poll: Poll, text: Text, player: Player) -> dict[str, str]:
    poll.refresh_from_db()
    of_text = {"poll": text.poll.code, "round": str(text.round), "key": text.key}
    seen = {"next": mark_of(Room.objects.get(pk=poll.room_id)), "extend": deadline_mark(poll.deadline)}
    return {
        "verb": verb,
        "seen": seen.get(verb, ""),
        **(of_text if verb.endswith("_text") else {"poll": "" if verb == "stage" else poll.code}),
        "player": str(player.pk),
        "name": "Ada",
    }


@pytest.mark.parametrize("verb", sorted(TALK))
def test_each_verb_of_the_door_leaves_one_record_and_a_repeat_none(
    as_: As, cast: dict[str, Account], room: Room, poll: Poll, text: Text, player: Player, verb: str
):
    # Of questions: tests/unit/domain/test_question_moderation.py, where each verb has its record, too.
    asked = {name for name in ACTS if name.endswith("_question") or "asking" in name}
    asked |= {"set_aside", "take_back_in"}  # of cohorts: tests/web/test_cohorts.py
    assert TALK.keys() == ACTS.keys() - asked, "Tell here what the log says about a new verb"
    door, host = reverse("live_polls:act", args=[room.join_code]), as_("host")
    _make_ready(verb, room, poll, text, player)
    last = Record.objects.order_by("-pk").values_list("pk", flat=True)[0]
    fields = fields_for(verb, poll, text, player)

    for _ in range(2):
        assert host.post(door, fields, headers={"accept": "application/json"}).status_code == 204

    of_others = {"close"} if verb == "end_room" else set()  # what ends with the room has a record of its own
    left = [record for record in Record.objects.filter(room=room, pk__gt=last) if record.verb not in of_others]
    assert [record.verb for record in left] == [TALK[verb]]
    assert (left[0].actor, left[0].by) == (cast["host"], "Alice")


def _make_ready(verb: str, room: Room, poll: Poll, text: Text, player: Player) -> None:
    """Where the verb would find nothing to do, let there be something."""
    if verb in {"open", "archive", "reset", "rounds", "show"}:
        lifecycle.close_poll(poll)
    if verb == "next":
        lifecycle.close_poll(poll)
        lifecycle.reset_poll(poll)
    if verb == "several_at_once":
        rooms.set_one_at_a_time(room, one_at_a_time=True)
    if verb == "content":
        lifecycle.set_screen(room, Screen.BLANK)
    if verb == "show_text":
        moderation.hide_text(text.poll, text.round, text.key)
    if verb == "player_show":
        Player.objects.filter(pk=player.pk).update(state="hidden")


def test_what_ends_by_itself_was_done_by_the_server_and_not_by_whose_request_came_first(room: Room, poll: Poll):
    Poll.objects.filter(pk=poll.pk).update(deadline=clock.read_now() - timedelta(minutes=1))
    with acting_as("somebody whose request began the task"):
        lifecycle.close_overdue()
        lifecycle.close_overdue()

    record = Record.objects.filter(room=room, verb="close").latest("pk")
    assert (record.actor, record.by, record.object_name) == (None, "server", "Tabs or spaces?")


def test_a_stage_link_is_named_as_such(as_: As, room: Room, poll: Poll):
    as_("nobody").post(
        reverse("live_polls:act", args=[room.join_code]),
        {"verb": "close", "poll": poll.code},
        headers={"X-Stage-Token": stage_token(room)},
    )

    assert Record.objects.filter(room=room).latest("pk").by == STAGE_LINK


def test_a_poll_that_closes_for_another_has_its_own_record(room: Room, poll: Poll):
    rooms.set_one_at_a_time(room, one_at_a_time=True)
    other = make_poll(room, is_open=False)
    lifecycle.open_poll(other)

    ends = Record.objects.filter(room=room).order_by("-pk")[:2]
    assert [(record.verb, record.object_code) for record in ends] == [("open", other.code), ("close", poll.code)]


def test_editing_tells_what_was_before(room: Room):
    rooms.edit_room(room, title="Keynote", results="host")
    rooms.edit_room(room, title="Keynote", results="host")

    assert [record.details for record in Record.objects.filter(room=room, verb="edit")] == [
        {"results": ["live", "host"]}
    ]


def test_polls_are_recorded_from_first_to_last(room: Room):
    poll = make_poll(room, is_open=False)
    draft = draft_of(poll)
    for prompt in ("Else?", "Else?"):
        polls.edit_poll(poll, PollDraft(kind=draft.kind, prompt=prompt, options=draft.options))
    for _ in range(2):
        polls.remove_poll(poll)

    assert list(Record.objects.filter(object_code=poll.code).values_list("verb", flat=True)) == [
        *("add", "edit", "delete")
    ]


def test_purging_is_recorded_once(room: Room, poll: Poll):
    rooms.end_room(room)
    purge_room(room)
    purge_room(room)

    assert [record.details for record in Record.objects.filter(room=room, verb="purge")] == [{"ballots": 2}]


def test_of_a_room_that_is_deleted_one_record_stays(as_: As, cast: dict[str, Account], room: Room, poll: Poll):
    fields = {"title": room.title}
    as_("host").post(reverse("live_polls:room-delete", args=[room.join_code]), fields)
    assert not Room.objects.filter(pk=room.pk).exists()

    record = Record.objects.get()
    assert (record.room, record.verb, record.by) == (None, "delete", "Alice")
    assert (record.object_code, record.object_name) == (room.join_code, "Keynote")


def test_neither_keys_of_participants_nor_what_they_wrote_are_in_the_log(room: Room, poll: Poll, text: Text):
    participant = make_participant(room)
    cast_batch([make_cast(poll, {"option": 2}, participant=participant)])
    moderation.hide_text(text.poll, text.round, text.key)

    written = " ".join(str(vars(record)) for record in Record.objects.all())
    assert "secret remark" not in written
    assert participant.voice_key not in written
    assert participant.ballot_key not in written


@pytest.mark.parametrize("change", [{"verb": "open"}, {"by": "Nobody"}, {"details": {"seconds": 1}}])
def test_the_database_refuses_to_change_a_record(room: Room, change: dict[str, object]):
    record = Record.objects.filter(room=room).earliest("pk")

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(**change)

    assert Record.objects.get(pk=record.pk).verb == record.verb


@pytest.mark.parametrize("has_room", [True, False])
def test_the_database_refuses_to_delete_a_record(room: Room, has_room: bool):
    if not has_room:
        rooms.delete_room(room)
    records = Record.objects.filter(room=room.pk if has_room else None)
    assert records.exists()

    attempts = [records.delete, records.latest("pk").delete, *([room.delete] if has_room else [])]
    for delete in attempts:
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            delete()

    assert records.exists()


def test_what_may_delete_records_may_do_so_no_longer_than_it_lasts(room: Room):
    rooms.end_room(room)

    def purge_and_more() -> None:
        with transaction.atomic():
            purge_room(room)
            Record.objects.filter(room=room).delete()

    with pytest.raises(DatabaseError, match="never deleted"):
        purge_and_more()
    assert not Record.objects.filter(room=room, verb="purge").exists()

    purge_room(room)
    assert list(Record.objects.filter(room=room).values_list("verb", flat=True)) == ["purge"]
    rooms.delete_room(room)
    assert list(Record.objects.values_list("verb", flat=True)) == ["delete"]


def test_a_record_stays_readable_when_its_author_is_gone(cast: dict[str, Account], room: Room, as_: As, poll: Poll):
    as_("co_host").post(reverse("live_polls:act", args=[room.join_code]), {"verb": "close", "poll": poll.code})
    cast["co_host"].delete()

    assert Record.objects.filter(room=room).latest("pk").by == "Bob"


def test_no_code_changes_or_deletes_records_but_for_rooms_that_go_and_retention():
    touching = re.compile(
        r"Record\.objects[^\n]*\.(update|delete|bulk_update)\(|record\.(save|delete)\(|records\.all\(\)\.(update|delete)"
    )
    found = {
        path.name
        for path in (Path(settings.BASE_DIR) / "live_polls").rglob("*.py")
        if touching.search(path.read_text())
    }
    assert found <= {"rooms.py", "retention.py"}
