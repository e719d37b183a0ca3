"""The pictures that a room file names: files in its own folder, read while the file is."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from live_polls.domain.pictures import MAX_UPLOAD_BYTES
from live_polls.domain.room_file_checks import Section
from live_polls.domain.room_file_fields import MAX_PATH


def read_picture(section: Section, name: str) -> bytes | None:
    """The bytes of the picture under `name`; None when there is none, or it cannot be had and that is reported.

    Whether it is a picture at all is found out when it is drawn anew.
    """
    path = section.text(name, longest=MAX_PATH)
    if not path:
        return None
    found = _inside(section.report.folder, path)
    if found is None:
        section.mistake(name, _("A picture must be in the folder of this file, or in one below it."))
        return None
    try:
        if found.stat().st_size <= MAX_UPLOAD_BYTES:
            return found.read_bytes()
        section.mistake(name, _("This picture is too large: 5 MB is the most."))
    except OSError:
        section.mistake(name, _("There is no picture “%(path)s”.") % {"path": path})
    return None


def _inside(folder: Path | None, path: str) -> Path | None:
    """The file, or None when it is not in the folder: links and “..” included."""
    if folder is None:
        return None
    try:
        found = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return found if found.is_relative_to(folder.resolve()) else None
