"""The log of a room, for those who run it: who did what and when, page by page and as files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

import msgspec
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.domain import access
from live_polls.domain.records import record as write_record
from live_polls.domain.results_files import harmless
from live_polls.models import Record, Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.record_words import SORTS, by_words, details_words, name_words, names_of, verb_words

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One record in words. `name` is what it was done to; what the audience wrote only while everybody may see it."""

    at: datetime
    by: str
    verb: str
    sort: str
    name: str
    details: str


@never_cache
@login_required
@require_safe
@canonical_join_code
def records(request: HttpRequest, join_code: str) -> HttpResponse:
    """The newest first; `verb` and `by` leave out the rest."""
    room = access.room_for(request.user, join_code, "read_records")
    all_of_it = Record.objects.filter(room=room)
    chosen = {name: request.GET.get(name, "") for name in ("verb", "by")}
    found = all_of_it.filter(**{name: value for name, value in chosen.items() if value and "\0" not in value})
    page = Paginator(found.order_by("-pk"), A_PAGE).get_page(request.GET.get("page"))
    verbs = sorted({(verb, verb_words(verb)) for verb in _distinct(all_of_it, "verb")}, key=lambda pair: pair[1])
    people = [(by, by_words(Record(by=by))) for by in _distinct(all_of_it, "by")]
    context = {
        "room": room,
        "lines": _lines(list(page.object_list)),
        "page": page,
        "verbs": verbs,
        "people": people,
        "chosen": chosen,
        "may_edit": access.can(request.user, "edit", room),
    }
    return render(request, "live_polls/desk/records.html", context)


@never_cache
@login_required
@require_safe
@canonical_join_code
def records_file(request: HttpRequest, join_code: str, extension: str) -> HttpResponse:
    """All of it, the oldest first. That it was downloaded is its last line."""
    room = access.room_for(request.user, join_code, "read_records")
    if extension not in {"csv", "json"}:
        raise Http404
    write_record(room.pk, "export", format=f"records.{extension}")
    content = (_csv if extension == "csv" else _json)(room)
    media_type = "text/csv; charset=utf-8" if extension == "csv" else "application/json"
    name = f"records-{room.join_code.lower()}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def _lines(found: list[Record]) -> list[Line]:
    names = names_of(found)
    return [
        Line(
            record.at,
            by_words(record),
            verb_words(record.verb),
            str(SORTS.get(record.object_sort, "")),
            name_words(record, names),
            details_words(record.details),
        )
        for record in found
    ]


def _distinct(found: QuerySet[Record], field: str) -> list[str]:
    return list(found.order_by(field).values_list(field, flat=True).distinct())


def _csv(room: Room) -> bytes:
    file = StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(map(gettext, ("Time (UTC)", "Who", "What", "Sort", "Object", "Details")))
    for line in _lines(list(Record.objects.filter(room=room).order_by("pk"))):
        cells = (f"{line.at:%Y-%m-%dT%H:%M:%SZ}", line.by, line.verb, line.sort, line.name, line.details)
        writer.writerow(map(harmless, cells))
    return file.getvalue().encode("utf-8-sig")


def _json(room: Room) -> bytes:
    found = Record.objects.filter(room=room).order_by("pk")
    rows = [
        {
            "at": f"{record.at:%Y-%m-%dT%H:%M:%SZ}",
            "by": record.by,
            "verb": record.verb,
            "object": {"sort": record.object_sort, "code": record.object_code, "name": record.object_name},
            "details": record.details,
        }
        for record in found
    ]
    return msgspec.json.format(msgspec.json.encode({"room": room.join_code, "records": rows}), indent=2)
