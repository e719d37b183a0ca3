"""Read a Markdown deck as a room file: what its headings and lists say becomes the tables that TOML would have.

So everything after that is the same: the checks, the lines of mistakes, the plan. docs/room-files.md has the rules.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from live_polls.domain.room_deck_lines import Item, Part, read_parts, setting_name
from live_polls.domain.room_file_checks import Report, Section
from live_polls.domain.room_file_fields import POLL_FIELDS, ROOM_FIELDS, FileField, field_of
from live_polls.domain.room_file_positions import Path, Positions
from live_polls.kinds import KINDS
from live_polls.kinds.base import SettingField

SLIDE = "slide"
YES_AND_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
# What every poll of a deck may be given at once, under its title.
FOR_ALL_POLLS = ("seconds", "points", "by_speed", "results", "kind")
# What headings, lists, quotes and pictures say; a line cannot say it again.
SAID_OTHERWISE = {"title", "prompt", "options"}


def open_deck(text: str) -> Section:
    """The tables [room] and [[polls]] of a deck, with the lines they stand on; wrong lines are reported in it."""
    deck = _Deck()
    parts = read_parts(text, _names())
    first = next((index for index, part in enumerate(parts) if part.level), len(parts))
    head = parts[: first + 1] if first < len(parts) and parts[first].level == 1 else parts[:first]
    deck.read_room(head)
    for part in parts[len(head) :]:
        deck.read_poll(part)
    return Section(deck.report(), (), deck.document)


def _names() -> frozenset[str]:
    settings = {field.name for kind in KINDS.values() for field in kind.setting_fields}
    return frozenset({*ROOM_FIELDS, *POLL_FIELDS, *settings} - SAID_OTHERWISE)


class _Deck:
    def __init__(self) -> None:
        self.room: dict[str, Any] = {}
        self.polls: list[dict[str, Any]] = []
        self.document: dict[str, Any] = {"room": self.room, "polls": self.polls}
        self._lines: dict[Path, int] = {("room",): 1}
        self._wrong: list[tuple[Path, str]] = []
        self._for_all: dict[str, tuple[int, str]] = {}

    def report(self) -> Report:
        report = Report(Positions(self._lines))
        for path, message in self._wrong:
            report.add(path, message)
        return report

    def read_room(self, head: list[Part]) -> None:
        """The title and what stands under it, and above."""
        for part in head:
            if part.heading or part.level:
                self._set(("room", "title"), part.line, part.heading)
            for name, (line, text) in part.settings.items():
                if name in FOR_ALL_POLLS and name not in ROOM_FIELDS:
                    self._for_all[name] = (line, text)
                else:
                    self._set(("room", name), line, _value(text, ROOM_FIELDS.get(name)))
            self._refuse_lines(part, [(item.line, item.text) for item in part.items] + part.texts + part.quotes)
        self.room.setdefault("slug", slugify(self.room.get("title", "")) or "deck")

    def read_poll(self, part: Part) -> None:
        index = len(self.polls)
        self.polls.append({})
        self._lines["polls", index] = part.line
        self._set(("polls", index, "prompt"), part.line, part.heading)
        settings = {name: value for name, value in self._for_all.items() if _suits(name, part)} | part.settings
        kind = setting_name(settings["kind"][1]) if "kind" in settings else _kind_of(part)
        self._set(("polls", index, "kind"), settings.pop("kind", (part.line, ""))[0], kind)
        for name, (line, text) in settings.items():
            self._set(("polls", index, name), line, _value(text, field_of(name, KINDS.get(kind))))
        for line, picture in part.pictures[:1]:
            self._set(("polls", index, "picture"), line, picture)
        for line, _picture in part.pictures[1:]:
            self._mistake(line, _("A poll or slide has one picture at most."))
        if kind in KINDS and not KINDS[kind].takes_answers:
            self._read_slide(part, index)
        else:
            self._read_question(part, index)

    def _read_slide(self, part: Part, index: int) -> None:
        """Everything that stands on it is its text."""
        if text := "\n".join(part.body).strip("\n"):
            self._set(("polls", index, "text"), part.line, text)
        self._refuse_lines(part, [])

    def _read_question(self, part: Part, index: int) -> None:
        if part.items:
            self._read_options(part, ("polls", index, "options"))
        if part.quotes:
            said = " ".join(text for _line, text in part.quotes)
            self._set(("polls", index, "explanation"), part.quotes[0][0], said)
        self._refuse_lines(part, part.texts)

    def _read_options(self, part: Part, path: Path) -> None:
        self._lines[path] = part.items[0].line
        self.polls[-1]["options"] = [_option(item) for item in part.items]
        for place, item in enumerate(part.items):
            self._lines[*path, place] = item.line
        boxed = [item for item in part.items if item.box is not None]
        if boxed and not any(item.box for item in boxed):
            none = _("None of these options is ticked as right: write [x] before it, or leave all the boxes out.")
            self._wrong.append((path, none))

    def _refuse_lines(self, part: Part, lines: list[tuple[int, str]]) -> None:
        for line, text in lines:
            self._mistake(line, _stray(text))
        for line, name in part.twins:
            self._mistake(line, _("“%(name)s” was said before, under the same heading.") % {"name": name})

    def _mistake(self, line: int, message: str) -> None:
        path: Path = ("line", line)
        self._lines[path] = line
        self._wrong.append((path, message))

    def _set(self, path: Path, line: int, value: object) -> None:
        self._lines[path] = line
        table = self.room if path[0] == "room" else self.polls[-1]
        table[str(path[-1])] = value


def _kind_of(part: Part) -> str:
    """What a heading is that does not say its kind."""
    if not part.items:
        return SLIDE
    n_right = sum(item.box is True for item in part.items)
    if all(item.is_ordered and item.box is None for item in part.items):
        return "ranking"
    is_multiple = n_right > 1 or {"min_choices", "max_choices"} & part.settings.keys()
    return "multiple_choice" if is_multiple else "single_choice"


def _suits(name: str, part: Part) -> bool:
    """Whether what is said for all polls is meant for this one: points need a right answer, slides take no time."""
    if name in {"points", "by_speed"}:
        return any(item.box for item in part.items) or "right" in part.settings
    return bool(part.items) or "kind" in part.settings


def _option(item: Item) -> str | dict[str, Any]:
    more: dict[str, Any] = ({"right": True} if item.box else {}) | ({"picture": item.picture} if item.picture else {})
    return {"text": item.text, **more} if more else item.text


def _value(text: str, field: FileField | SettingField | None) -> object:
    """What a line says, as TOML would have it; what does not fit stays text, and the checks say so."""
    kind_of_value = field.type if field else "text"
    if kind_of_value == "integer":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    if kind_of_value == "boolean":
        return YES_AND_NO.get(text.lower(), text)
    if kind_of_value == "texts":
        return [one.strip() for one in text.split(",") if one.strip()]
    return setting_name(text) if kind_of_value == "choice" else text


def _stray(text: str) -> str:
    name, colon, _value = text.partition(":")
    near = get_close_matches(setting_name(name), _names(), n=1) if colon else []
    hint = _(" Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
    return _("This line is no option and no setting.") + hint
