"""Names of players: what may stand on a big screen, and when two names look the same."""

# ruff: noqa: RUF001 -- letters that look like others are what this file is about

from __future__ import annotations

import re
import unicodedata

from live_polls.domain.texts import clean_line
from live_polls.errors import InvalidNameError

MAX_NAME = 24
MAX_TEAM = 40

# Letters of other alphabets that look like a Latin one, after case folding: pairs.
_PAIRS = (
    "аa еe оo рp уy кk сc хx іi јj ѕs ԁd һh ӏl ԛq ԝw вb мm тt нh αa οo ρp νv ιi κk τt υu χx ηn βb γy"
    " ıi łl øo đd ßs æa œo 0o"
)
_LOOKS_LIKE = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
# Letters that show nothing, and joiners that pile up.
_UNSEEN = re.compile("[\u115f\u1160\u3164\uffa0\u2800]|(?<=[\u200c\u200d])[\u200c\u200d]+")
_ONE_STROKE = str.maketrans("i1|!", "llll")  # capital I and small l are one line in most letters on a wall


def clean_name(raw: str) -> str:
    """The name as it is shown: NFKC, one line, 1 to 24 characters; InvalidNameError. Repeatable on its own result."""
    name = clean_line(_UNSEEN.sub("", unicodedata.normalize("NFKC", raw)))
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidNameError(f"A name must have 1 to {MAX_NAME} characters.")
    if not any(character.isalnum() or unicodedata.category(character) == "So" for character in name):
        raise InvalidNameError("A name needs at least one letter, digit or picture.")
    return name


def name_key(name: str) -> str:
    """What names are compared by: those with the same key look the same to people in the back row."""
    looks = folded(name).translate(_ONE_STROKE)
    key = "".join(character for character in looks if character.isalnum() or unicodedata.category(character) == "So")
    return (key or looks)[:80]


def folded(name: str) -> str:
    """Case, accents and the letters of other alphabets that look Latin, taken away."""
    if name.isascii():
        return name.lower().translate(_LOOKS_LIKE)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).translate(_LOOKS_LIKE)
