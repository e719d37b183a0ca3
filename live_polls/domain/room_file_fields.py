"""The keys of a room file that do not belong to a kind: what each is called, holds and means.

The reader refuses every other key, decks read their lines by it, and the schema for editors is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from live_polls.domain.players import MAX_TEAMS
from live_polls.domain.polls import (
    COUNTDOWN_RANGE,
    MAX_ALT,
    MAX_EXPLANATION,
    MAX_OPTION_TEXT,
    MAX_POINTS,
    MAX_PROMPT,
)
from live_polls.domain.retention import MOST_DAYS
from live_polls.domain.room_file_keys import MAX_KEY
from live_polls.domain.rooms import MAX_TITLE
from live_polls.domain.word_lists import MAX_ENTRIES
from live_polls.enums import Asking, Entry, Names, PollState, ResultsVisibility
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import N_, SettingField

MAX_SLUG = 80
MAX_PATH = 300


@dataclass(frozen=True, slots=True)
class FileField:
    """One key. `least` and `most` bound a number, the length of a text, or how many texts there are."""

    type: str
    help: str
    least: int = 0
    most: int | None = None
    choices: tuple[str, ...] = ()


SLUG = FileField("slug", N_("Names the room: the same slug is the same room, loaded again."), 1, MAX_SLUG)
KEY = FileField("text", N_("Names it through corrections of its text. Left out: made of the text."), 1, MAX_KEY)
PICTURE = FileField("text", N_("The path of a picture, from the folder of this file."), 1, MAX_PATH)
RESULTS = FileField("choice", N_("Who sees results."), choices=tuple(ResultsVisibility.values))

ROOM_FIELDS: dict[str, FileField] = {
    "slug": SLUG,
    "title": FileField("text", N_("Everyone in the room sees it."), 1, MAX_TITLE),
    "results": RESULTS,
    "one_at_a_time": FileField("boolean", N_("Opening a poll closes the one before.")),
    "asking": FileField("choice", N_("Whether the audience may ask questions."), choices=tuple(Asking.values)),
    "hold_questions": FileField("boolean", N_("Questions wait until a moderator approves them.")),
    "names": FileField("choice", N_("Whether who asks gives a name."), choices=tuple(Names.values)),
    "reactions": FileField("boolean", N_("People may react to what is on stage.")),
    "entry": FileField("choice", N_("Who may vote, in rounds that open from then on."), choices=tuple(Entry.values)),
    "locked": FileField("boolean", N_("Nobody new comes in.")),
    "retention_days": FileField("integer", N_("For so many days after its end the room keeps people."), 0, MOST_DAYS),
    "held_words": FileField("texts", N_("What has one of these waits for a moderator."), 0, MAX_ENTRIES),
    "allowed_words": FileField("texts", N_("Words that never wait, whatever list has them."), 0, MAX_ENTRIES),
    "teams": FileField("texts", N_("Names of the teams of a quiz."), 0, MAX_TEAMS),
}
POLL_FIELDS: dict[str, FileField] = {
    "key": KEY,
    "kind": FileField("choice", N_("How people answer."), choices=tuple(KINDS)),
    "prompt": FileField("text", N_("The question, or the title of a slide."), 1, MAX_PROMPT),
    "options": FileField("options", N_("What people choose from.")),
    "results": RESULTS,
    "seconds": FileField("integer", N_("A countdown."), COUNTDOWN_RANGE[0], COUNTDOWN_RANGE[-1]),
    "points": FileField("integer", N_("Makes it a quiz question: what a right answer earns."), 0, MAX_POINTS),
    "by_speed": FileField("boolean", N_("The sooner the right answer, the more of the points.")),
    "explanation": FileField("text", N_("Shown with the right answer."), 1, MAX_EXPLANATION),
    "picture": PICTURE,
    "picture_alt": FileField("text", N_("What the picture shows, for those who cannot see it."), 1, MAX_ALT),
    "state": FileField("choice", N_("What the poll is when it is first made."), choices=tuple(PollState.values)),
}
OPTION_FIELDS: dict[str, FileField] = {
    "key": KEY,
    "text": FileField("text", N_("What people read."), 1, MAX_OPTION_TEXT),
    "right": FileField("boolean", N_("A right answer.")),
    "picture": PICTURE,
}


def field_of(name: str, kind: Kind | None) -> FileField | SettingField | None:
    """The field of a poll with this name: one that every poll has, or one of its kind."""
    settings = kind.setting_fields if kind else ()
    return POLL_FIELDS.get(name) or next((field for field in settings if field.name == name), None)
