"""Write a room to a file: what hosts wrote (TOML), or what came of it (JSON, CSV, XLSX)."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from live_polls.domain.access import find_room
from live_polls.domain.records import COMMAND, acting_as, record
from live_polls.domain.results import read_results
from live_polls.domain.results_files import results_csv, results_xlsx
from live_polls.domain.results_json import results_json
from live_polls.domain.room_export import RoomFile, export_room
from live_polls.errors import RoomNotFoundError
from live_polls.models import Room

RESULTS: dict[str, Callable[[int], bytes]] = {
    "json": lambda room_id: results_json(read_results(room_id, whole=True)),
    "csv": lambda room_id: results_csv(read_results(room_id, whole=True)),
    "xlsx": lambda room_id: results_xlsx(read_results(room_id, whole=True)),
}


class Command(BaseCommand):
    help = (
        "Write a room to a file. toml is the room as a room file, which load_room reads; json, csv and xlsx are its"
        " results, without anybody's name or key."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room", metavar="ROOM", help="the slug or the join code of the room")
        parser.add_argument("--format", choices=["toml", *RESULTS], default="toml", help="toml")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it; else standard output")

    def handle(self, *, room: str, format: str, output: Path | None, **options: object) -> None:
        if format == "xlsx" and output is None and self.stdout.isatty():
            raise CommandError("A workbook is nothing to look at here. Say where to write it: --output FILE.xlsx")
        found = _find_room(room)
        with acting_as(COMMAND):
            record(found.pk, "export", format=format)
        if format in RESULTS:
            self._write(RESULTS[format](found.pk), output)
            return
        file = export_room(found.pk, schema=settings.PUBLIC_URL + reverse("live_polls:room-file-schema"))
        self._write(file.text.encode(), output)
        self._write_pictures(file, output)

    def _write(self, content: bytes, output: Path | None) -> None:
        if output is None:
            self._print(content)
            return
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None

    def _print(self, content: bytes) -> None:
        """Bytes as they are, where standard output takes bytes: what it takes for an encoding changes nothing."""
        stream = getattr(self.stdout, "buffer", None)
        if stream is None:
            self.stdout.write(content.decode(), ending="")
        else:
            stream.write(content)
            stream.flush()

    def _write_pictures(self, file: RoomFile, output: Path | None) -> None:
        if file.pictures and output is None:
            self.stderr.write(
                f"{len(file.pictures)} pictures were left out; --output FILE writes them beside the file."
            )
        elif output is not None:
            for path, data in file.pictures.items():
                self._write(data, output.parent / path)


def _find_room(name: str) -> Room:
    room = Room.objects.filter(slug=name).first()
    try:
        return room or find_room(name)
    except RoomNotFoundError:
        raise CommandError(f"There is no room {name}.") from None
