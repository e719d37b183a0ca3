"""On which line of a TOML text each table, key and array element stands; tomllib keeps none of this.

Only for texts that tomllib has accepted: the scanner relies on correct syntax and never reports an error of
its own. A path is what leads to a value in the parsed document: ("polls", 1, "options", 0).
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # up to two quotes may stand right before the closing three
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
SCALAR = re.compile(r"[^,\]}#\n]+")


class Positions:
    """Lines by path. A path that stands nowhere (a missing key) has the line of what should hold it."""

    def __init__(self, lines: dict[Path, int]) -> None:
        self._lines = lines

    def line(self, *path: str | int) -> int:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def find_positions(text: str) -> Positions:
    """Scan `text` once; it must be valid TOML."""
    return Positions(_Scanner(text).scan())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted_to = 0
        self.line_here = 1
        self.lines: dict[Path, int] = {}
        self.tables: Counter[Path] = Counter()  # how many [[…]] headers a path has had

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self.lines

    def _header(self) -> Path:
        line, is_array = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        path = self._resolve(self._key())
        self.at += 2 if is_array else 1
        if is_array:
            self.tables[path] += 1
            self.lines.setdefault(path, line)
            path = (*path, self.tables[path] - 1)
        self._note((), path, line)
        return path

    def _resolve(self, key: list[str]) -> Path:
        """A header under an array of tables means its newest table: [polls.more] is polls[-1].more."""
        path: Path = ()
        for name in key[:-1]:
            path = (*path, name)
            if self.tables[path]:
                path = (*path, self.tables[path] - 1)
        return (*path, key[-1])

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self.at += 1  # the "="
        self._note(table, path, line)
        self._value(path)

    def _key(self) -> list[str]:
        names = [self._name()]
        while self.text[self.at] == ".":
            self.at += 1
            names.append(self._name())
        return names

    def _name(self) -> str:
        self._skip_blank()
        name = self._take(STRING, BARE_KEY)
        self._skip_blank()
        return str(tomllib.loads(f"x = {name}")["x"]) if name[0] in "\"'" else name

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self.text[self.at] == "[":
            self._array(path)
        elif self.text[self.at] == "{":
            self._inline_table(path)
        else:
            self._take(STRING, SCALAR)

    def _take(self, *patterns: re.Pattern[str]) -> str:
        """Pass over what the first pattern that fits matches. One does: tomllib accepted the text."""
        match = next(filter(None, (pattern.match(self.text, self.at) for pattern in patterns)))
        self.at = match.end()
        return match.group()

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while not self._closes("]"):
            self.lines[*path, index] = self._line()
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while not self._closes("}"):
            self._pair(path)

    def _closes(self, bracket: str) -> bool:
        """Skip blanks and a comma; True, and past the bracket, when the collection ends here."""
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip_blank()
        if self.text[self.at] != bracket:
            return False
        self.at += 1
        return True

    def _note(self, table: Path, path: Path, line: int) -> None:
        """Note `path` and the tables that its dotted key creates on the way."""
        for end in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def _skip_blank(self) -> None:
        match = BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _line(self) -> int:
        """The line of `self.at`; counted on from the last call, so that a long file stays cheap."""
        self.line_here += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line_here
