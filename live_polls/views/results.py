"""What came of a room, for those who run it: every poll and round, on a page and as files, also during the talk."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.domain import access
from live_polls.domain.records import record
from live_polls.domain.results import read_results
from live_polls.domain.results_files import results_csv, results_xlsx, table_csv
from live_polls.domain.results_json import results_json
from live_polls.domain.results_people import board_table, questions_table
from live_polls.domain.room_export import export_room
from live_polls.enums import RoomState
from live_polls.models import Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.results_page import poll_sections

# Name of the file, its media type, its bytes.
File = tuple[str, str, bytes]


@login_required
@never_cache
@require_safe
@canonical_join_code
def results(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "watch")
    read = read_results(room.pk)
    context = {
        "room": read.room,
        "results": read,
        "sections": poll_sections(read),
        "state_word": RoomState(read.room.state).label,
        "is_live": read.room.state == RoomState.LIVE.value,
        "is_quiz": read.room.is_quiz,
        "may_set_aside": access.can(request.user, "set_aside", room),
        "may_edit": access.can(request.user, "edit", room),
    }
    return render(request, "live_polls/desk/results.html", context)


@login_required
@never_cache
@require_safe
@canonical_join_code
def results_file(request: HttpRequest, join_code: str, extension: str) -> HttpResponse:
    """A download. The room file tells right answers before they are revealed: it is for those who may write them."""
    if extension not in FILES:
        raise Http404
    room = access.room_for(request.user, join_code, "edit" if extension == "toml" else "export")
    name, media_type, content = FILES[extension](room)
    record(room.pk, "export", format=extension)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def _csv(room: Room) -> File:
    return f"{_name(room)}.csv", "text/csv; charset=utf-8", results_csv(read_results(room.pk, whole=True))


def _questions_csv(room: Room) -> File:
    content = table_csv(questions_table(read_results(room.pk)))
    return f"{_name(room)}-questions.csv", "text/csv; charset=utf-8", content


def _leaderboard_csv(room: Room) -> File:
    content = table_csv(board_table(read_results(room.pk)))
    return f"{_name(room)}-leaderboard.csv", "text/csv; charset=utf-8", content


def _xlsx(room: Room) -> File:
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return f"{_name(room)}.xlsx", media_type, results_xlsx(read_results(room.pk, whole=True))


def _json(room: Room) -> File:
    content = results_json(read_results(room.pk, whole=True))
    return f"{_name(room)}.json", "application/json", content


def _toml(room: Room) -> File:
    """The room file; in an archive with its pictures where it has some."""
    file = export_room(room.pk, schema=settings.PUBLIC_URL + reverse("live_polls:room-file-schema"))
    if not file.pictures:
        return f"{file.slug}.toml", "application/toml; charset=utf-8", file.text.encode()
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(f"{file.slug}.toml", file.text)
        for path, data in file.pictures.items():
            archive.writestr(path, data)
    return f"{file.slug}.zip", "application/zip", packed.getvalue()


def _name(room: Room) -> str:
    """ASCII letters, digits and hyphens only: it stands in a header."""
    return slugify(room.slug or room.title) or room.join_code.lower()


FILES: dict[str, Callable[[Room], File]] = {
    "csv": _csv,
    "questions.csv": _questions_csv,
    "leaderboard.csv": _leaderboard_csv,
    "xlsx": _xlsx,
    "json": _json,
    "toml": _toml,
}
