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
_ONE_STROKE = str.maketrans("i1|!", "llll")  # capital I and small l are one line in most letters on a wall
_READ_AS = str.maketrans("134578$@|!", "ieastbsali")  # by who writes words so that no list finds them
# A hint, not a judge: a name with one of these in it waits until a host approves it. Written as names are compared.
_HOLDS = (
    "anal anus arsch asshole bastard bitch bollocks boob cock cunt dick dildo faggot fotze fuck hitler hure jizz"
    " kanake kike merde nazi neger nigga nigger nutte orgasm penis piss porn pussy puta putain rape retard scheisse"
    " schlampe schwanz schwuchtel sex shit slut spast tits twat vagina wank whore wichser"
)
# Words that stand in harmless names (Essex, Analysis, Dickens) count only when they are a word of their own.
_WHOLE_WORDS = "anal anus boob cock dick kike nazi piss puta rape sex tits"


def clean_name(raw: str) -> str:
    """The name as it is shown: NFKC, one line, 1 to 24 characters; InvalidNameError. Repeatable on its own result."""
    name = clean_line(unicodedata.normalize("NFKC", raw))
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidNameError(f"A name must have 1 to {MAX_NAME} characters.")
    if not any(character.isalnum() or unicodedata.category(character) == "So" for character in name):
        raise InvalidNameError("A name needs at least one letter, digit or picture.")
    return name


def name_key(name: str) -> str:
    """What names are compared by: those with the same key look the same to people in the back row."""
    folded = _folded(name).translate(_ONE_STROKE)
    key = "".join(character for character in folded if character.isalnum() or unicodedata.category(character) == "So")
    return (key or folded)[:80]


def is_doubtful(name: str) -> bool:
    """Whether the word list says that a person should look at the name before the hall does."""
    parts = re.split(r"[\s\-_./]+", _folded(name).translate(_READ_AS))
    words = ["".join(filter(str.isalnum, part)) for part in parts]
    if any(word in _SAME_HOLDS for word in words):
        return True
    together = "".join(words)
    return any(word in together for word in _SAME_HOLDS - _SAME_WHOLE)


def _folded(name: str) -> str:
    """Case, accents and the letters of other alphabets that look Latin, taken away."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).translate(_LOOKS_LIKE)


_SAME_HOLDS = frozenset(map(_folded, _HOLDS.split()))
_SAME_WHOLE = frozenset(map(_folded, _WHOLE_WORDS.split()))
