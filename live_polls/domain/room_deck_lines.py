"""Cut a Markdown deck into its headings, and what stands under each: options, settings, texts, pictures.

Only what a deck needs of Markdown, and forgiving: any bullet, `1.` or `1)`, headings by `#` or underlined, comments,
front matter and rules between slides are fine. Nothing here judges; every part keeps its line for who does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
RULE = re.compile(r" {0,3}([-*_])[ \t]*(\1[ \t]*){2,}$")
ITEM = re.compile(r"\s*(?:[-*+]|(?P<place>\d{1,9}[.)]))[ \t]+(?:\[(?P<box>[ xX])\](?:[ \t]+|$))?(?P<text>.*)$")
PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\(\s*<?(?P<path>[^)>]*?)>?\s*\)")
SETTING = re.compile(r" {0,3}(?P<name>[A-Za-z][A-Za-z _-]*?)[ \t]*:[ \t]*(?P<value>.*?)[ \t]*$")
QUOTE = re.compile(r" {0,3}>[ \t]?(.*)$")
FENCE = re.compile(r" {0,3}(```|~~~)")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(slots=True)
class Item:
    """One line of a list. `box` is None without a box to tick."""

    line: int
    text: str
    picture: str
    is_ordered: bool
    box: bool | None


@dataclass(slots=True)
class Part:
    """A heading with all that stands under it, up to the next one; level 0 is what stands above the first."""

    line: int
    level: int
    heading: str = ""
    items: list[Item] = field(default_factory=list)
    settings: dict[str, tuple[int, str]] = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)  # texts, lists, quotes and empty lines as a slide shows them
    quotes: list[tuple[int, str]] = field(default_factory=list)
    pictures: list[tuple[int, str]] = field(default_factory=list)
    twins: list[tuple[int, str]] = field(default_factory=list)


def read_parts(text: str, names: Collection[str]) -> list[Part]:
    """The parts of a deck. `names` are the settings there are: any other `Note: like this` is text."""
    reader = _Reader(frozenset(names))
    for number, line in enumerate(_without_comments(text).split("\n"), start=1):
        reader.read(number, line.rstrip("\r"))
    return reader.parts


def setting_name(text: str) -> str:
    """A name as people write it, as it is called: “At most” and “at-most” are at_most."""
    return "_".join(re.split(r"[ _-]+", text.strip().lower()))


def _without_comments(text: str) -> str:
    """Comments become as many empty lines as they had."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)


class _Reader:
    def __init__(self, names: frozenset[str]) -> None:
        self.parts = [Part(1, 0)]
        self._names = names
        self._fence = ""
        self._in_front_matter = False
        self._goes_on: str = ""  # what the next line may continue: "", "item" or "text"

    def read(self, number: int, line: str) -> None:
        if self._is_fence(line) or (not self._fence and self._is_mark(number, line)):
            return
        goes_on, self._goes_on = self._goes_on, ""
        if self._fence:
            self._take_text(number, line)
        elif line.strip():
            self._take(number, line, goes_on)
        else:
            self.parts[-1].body.append("")

    def _is_fence(self, line: str) -> bool:
        """Whether the line begins or ends code, which is shown as it stands."""
        fence = FENCE.match(line)
        if fence is None or self._fence not in ("", fence[1]):
            return False
        self._fence = "" if self._fence else fence[1]
        return True

    def _is_mark(self, number: int, line: str) -> bool:
        """Whether the line is a heading, or one of the lines that mean nothing by themselves."""
        if heading := HEADING.match(line):
            self._begin(number, len(heading[1]), heading[2])
        elif self._goes_on == "text" and (under := UNDERLINE.match(line)):
            at, text = self.parts[-1].texts.pop()
            self.parts[-1].body.pop()
            self._begin(at, 1 if under[1][0] == "=" else 2, text)
        elif line.strip() == "---" and (number == 1 or self._in_front_matter):
            self._in_front_matter = number == 1
        elif not RULE.match(line):
            return False
        self._goes_on = ""
        return True

    def _begin(self, number: int, level: int, heading: str) -> None:
        if level <= 2:
            self.parts.append(Part(number, level, _plain(heading)))
        else:
            self._take_text(number, heading)

    def _take(self, number: int, line: str, goes_on: str) -> None:
        part = self.parts[-1]
        if item := ITEM.match(line):
            part.items.append(_item(number, item))
            part.body.append(f"{item['place'] or '-'} {part.items[-1].text}")
            self._goes_on = "item"
        elif goes_on == "item" and line[0] in " \t":
            part.items[-1].text += f" {_plain(line)}"
            part.body[-1] += f" {_plain(line)}"
            self._goes_on = "item"
        elif quote := QUOTE.match(line):
            part.quotes.append((number, _plain(quote[1])))
            part.body.append(_plain(quote[1]))
        elif not self._took_setting(number, line) and not self._took_pictures(number, line):
            self._take_text(number, line)

    def _took_setting(self, number: int, line: str) -> bool:
        match = SETTING.match(line)
        name = setting_name(match["name"]) if match else ""
        if not match or not (name in self._names or self._in_front_matter):
            return False
        part = self.parts[-1]
        if name in part.settings:
            part.twins.append((number, name))
        part.settings.setdefault(name, (number, match["value"]))
        return True

    def _took_pictures(self, number: int, line: str) -> bool:
        if PICTURE.sub("", line).strip():
            return False
        self.parts[-1].pictures += [(number, match["path"]) for match in PICTURE.finditer(line)]
        return True

    def _take_text(self, number: int, line: str) -> None:
        said = line if self._fence else _plain(line)
        self.parts[-1].texts.append((number, said))
        self.parts[-1].body.append(said)
        self._goes_on = "text"


def _item(number: int, match: re.Match[str]) -> Item:
    pictures = list(_pictures(match["text"]))
    text = PICTURE.sub("", match["text"]).strip() or " ".join(alt for alt, _ in pictures)
    return Item(
        line=number,
        text=_plain(text),
        picture=pictures[0][1] if pictures else "",
        is_ordered=match["place"] is not None,
        box=None if match["box"] is None else match["box"] != " ",
    )


def _pictures(text: str) -> Iterator[tuple[str, str]]:
    return ((match["text"], match["path"]) for match in PICTURE.finditer(text))


def _plain(text: str) -> str:
    r"""Text as it is meant: `\*` is a star."""
    return ESCAPED.sub(r"\1", text.strip())
