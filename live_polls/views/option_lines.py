"""The options in the editor: a growing list of lines, each with a text, a picture and whether it is right.

Inputs called `option` and `option_picture` come in order, one of each a line; `option_right` holds the numbers of the
right lines. Files are kept as soon as they arrive, because a browser does not send them again with the next post: from
then on the line carries the digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from live_polls.domain.pictures import MAX_UPLOAD_BYTES, OPTION_PIXELS, POLL_PIXELS, PictureView, add_picture
from live_polls.domain.polls import MAX_OPTION_TEXT
from live_polls.domain.texts import clean_line
from live_polls.errors import InvalidSettingsError
from live_polls.kinds.base import letter
from live_polls.models import Room

POLL_FILE, OPTION_FILE = "picture_file", "option_file_"


@dataclass(frozen=True, slots=True)
class OptionSaid:
    """An option as it stands in the editor; `picture` is a digest."""

    text: str
    picture: str = ""
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class OptionLine:
    """A line of the editor, ready for the template; `refusal` says why a picture was not taken."""

    number: int
    said: OptionSaid
    picture: PictureView | None
    refusal: str

    @property
    def letter(self) -> str:
        return letter(self.number)


class OptionLines(forms.Widget):
    """Every line, in order, blank ones included."""

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> list[OptionSaid]:
        return said_in(data) if isinstance(data, QueryDict) else list(data.get(name, ()))


class OptionsField(forms.Field):
    widget = OptionLines

    def clean(self, value: Any) -> list[OptionSaid]:  # Any: the base class says so
        lines = [replace(line, text=clean_line(line.text)) for line in value or ()]
        said = [line for line in lines if line.text or line.picture]
        for number, line in enumerate(said, start=1):
            if len(line.text) > MAX_OPTION_TEXT:
                raise forms.ValidationError(
                    gettext("Option %(key)s is longer than %(most)s characters."),
                    params={"key": letter(number), "most": MAX_OPTION_TEXT},
                )
            if not line.text:
                raise forms.ValidationError(
                    gettext("Option %(key)s has a picture and no text. Write what it shows."),
                    params={"key": letter(number)},
                )
        return said


def said_in(post: QueryDict) -> list[OptionSaid]:
    """The lines of a post, unjudged."""
    right = set(post.getlist("option_right"))
    lines = zip_longest(post.getlist("option"), post.getlist("option_picture"), fillvalue="")
    return [OptionSaid(text, picture, str(number) in right) for number, (text, picture) in enumerate(lines, start=1)]


def rearrange(post: QueryDict) -> tuple[list[OptionSaid], int]:
    """The lines after one of the list's buttons was pressed, and the number of the line to go on with."""
    lines = said_in(post)
    if "add_option" in post:
        return [*lines, OptionSaid("")], len(lines) + 1
    if "yes_no" in post:
        return [OptionSaid(gettext("Yes")), OptionSaid(gettext("No"))], 0
    bare = _line_number(post.get("option_bare", ""), len(lines))
    if bare:
        lines[bare - 1] = replace(lines[bare - 1], picture="")
        return lines, bare
    for name, step in (("option_up", -1), ("option_down", 1), ("option_remove", 0)):
        line = _line_number(post.get(name, ""), len(lines))
        if line and 1 <= line + step <= len(lines):
            said = lines.pop(line - 1)
            if name != "option_remove":
                lines.insert(line - 1 + step, said)
            return lines, max(1, min(line + step, len(lines)))
    return lines, 0


def with_uploads(room: Room, request: HttpRequest) -> tuple[QueryDict, dict[str, str]]:
    """The post with the digest of each uploaded picture where its file was; and {file: why it was refused}."""
    post, refusals = request.POST.copy(), dict[str, str]()
    digests = [line.picture for line in said_in(post)]
    for name, file in request.FILES.items():
        line = _line_number(name.removeprefix(OPTION_FILE), len(digests)) if name.startswith(OPTION_FILE) else 0
        if not (line or name == POLL_FILE) or isinstance(file, list):
            continue
        try:
            picture = add_picture(room, file.read(MAX_UPLOAD_BYTES + 1), longest=OPTION_PIXELS if line else POLL_PIXELS)
        except InvalidSettingsError as error:
            refusals[name] = gettext(error.message)
            continue
        if line:
            digests[line - 1] = picture.digest
        else:
            post["picture"] = picture.digest
    post.setlist("option_picture", digests)
    if "picture_bare" in post:
        post["picture"] = ""
    return post, refusals


def lines_to_show(
    said: Sequence[OptionSaid], *, least: int, pictures: Mapping[str, PictureView], refusals: Mapping[str, str]
) -> list[OptionLine]:
    """What is there, and blank lines to go on."""
    lines = [*said, *[OptionSaid("")] * max(least - len(said), 0)]
    return [
        OptionLine(number, line, pictures.get(line.picture), refusals.get(f"{OPTION_FILE}{number}", ""))
        for number, line in enumerate(lines, start=1)
    ]


def _line_number(text: str, n_lines: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= n_lines else 0
