"""A copy made while people vote, and the way back into another epoch."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from live_polls.domain.backups import BackupError, back_up, restore
from live_polls.domain.ballots import cast_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.models import Ballot, Room
from tests.factories import make_cast, make_poll
from tests.together import together

N_ROOMS = 300
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.backup"


def test_restore_brings_back_what_was_there(copy: Path) -> None:
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1})])
    back_up(copy)
    cast_batch([make_cast(poll, {"option": 2})])

    assert restore(copy) == 1

    assert [ballot.answer for ballot in Ballot.objects.all()] == ['{"option":1}']
    assert recount() == []


def test_restore_begins_a_new_epoch(copy: Path) -> None:
    poll = make_poll()
    before, _ = read_room(poll.room_id)
    back_up(copy)

    restore(copy)

    after, _ = read_room(poll.room_id, before)
    assert before is not None
    assert after is not None
    assert (after.epoch != before.epoch, after.version) == (True, before.version)


def test_nobody_reads_an_older_version_under_an_epoch_that_lives(copy: Path) -> None:
    rooms = [Room(join_code=f"R{n:05}", title="Hall", version=1) for n in range(N_ROOMS)]
    Room.objects.bulk_create(rooms)
    back_up(copy)
    Room.objects.update(version=2)
    is_over = Event()
    last = Room.objects.latest("pk").pk

    def watch() -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []
        while not is_over.is_set():
            seen += Room.objects.filter(pk=last).values_list("epoch", "version")
        return seen

    def bring_back() -> list[tuple[str, int]]:
        try:
            restore(copy)
        finally:
            is_over.set()
        return list(Room.objects.filter(pk=last).values_list("epoch", "version"))

    seen, [after] = together([watch, bring_back])

    assert set(seen) | {after} == {(seen[0][0], 2), after}
    assert (after[0] != seen[0][0], after[1]) == (True, 1)
    assert len(set(Room.objects.values_list("epoch", flat=True))) == N_ROOMS


def test_back_up_overwrites_nothing(copy: Path) -> None:
    copy.write_text("precious")

    with pytest.raises(BackupError, match="exists already"):
        back_up(copy)

    assert copy.read_text() == "precious"


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_restore_refuses_what_is_no_backup_and_changes_nothing(copy: Path, content: bytes | None) -> None:
    poll = make_poll()
    if content is not None:
        copy.write_bytes(content)

    with pytest.raises(BackupError, match="nothing was changed" if connection.vendor == "sqlite" else None):
        restore(copy)

    assert Room.objects.filter(pk=poll.room_id).exists()


def test_the_commands_say_what_they_did(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_poll()

    call_command("backup", str(copy))
    call_command("restore", str(copy), yes=True)

    assert "Restored 1 rooms" in capsys.readouterr().out


def test_the_restore_command_asks_first(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "no")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(copy))
