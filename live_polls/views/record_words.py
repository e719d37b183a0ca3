"""What the log of a room says, in the viewer's language: verbs, who it was, and what it was done to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from live_polls.domain.records import COMMAND, NOBODY, SERVER, STAGE_LINK
from live_polls.enums import Entry, QuestionState, ResultsVisibility, Role, TextState
from live_polls.models import Player, Question, Record, Text

VERBS = {
    "accept_role": _("took on a role"),
    "add": _("added"),
    "add_member": _("gave a role to"),
    "answer": _("marked as answered"),
    "approve": _("approved"),
    "archive": _("archived"),
    "asking": _("changed the rules of questions"),
    "aside": _("left out of the count"),
    "back_in": _("took into the count again"),
    "blank": _("blanked the stage"),
    "board": _("showed the leaderboard"),
    "change_role": _("changed the role of"),
    "close": _("closed"),
    "content": _("showed the polls on the stage"),
    "create": _("made the"),
    "delete": _("deleted"),
    "edit": _("edited"),
    "end_room": _("ended the room"),
    "entry": _("changed who may vote"),
    "exclude": _("excluded"),
    "export": _("downloaded"),
    "extend": _("gave more time"),
    "forget_factors": _("removed the second factors of"),
    "hide": _("hid"),
    "hold": _("held"),
    "invite": _("made invitations"),
    "join": _("showed the join code on the stage"),
    "leave": _("gave up a role"),
    "lift": _("lifted what was in force for"),
    "lock": _("locked the room"),
    "make_role_link": _("made a link that gives a role"),
    "merge": _("merged"),
    "mute": _("muted"),
    "no_passcode": _("took the passcode away"),
    "one_at_a_time": _("let one poll be open at a time"),
    "open": _("opened"),
    "passcode": _("set a passcode"),
    "password": _("gave another password to"),
    "pin": _("put on stage"),
    "purge": _("purged what is kept no longer"),
    "questions": _("showed the top questions on the stage"),
    "reissue": _("made anew"),
    "remove_member": _("took the role from"),
    "rename": _("renamed"),
    "reopen": _("marked as not answered"),
    "reply": _("replied to"),
    "reset": _("reset"),
    "restore": _("brought back"),
    "retention": _("changed how long ballots are kept"),
    "revoke": _("made worthless"),
    "revoke_role_link": _("revoked a link that gives a role"),
    "rights": _("changed the rights of"),
    "role": _("gave a role to"),
    "rounds": _("compared rounds of"),
    "several_at_once": _("let several polls be open at once"),
    "show": _("showed"),
    "sign_in_link": _("made a link to sign in for"),
    "sign_out": _("signed out everywhere"),
    "split": _("separated"),
    "stage": _("put on stage"),
    "stage_link": _("revoked the stage links"),
    "switch_off": _("switched off"),
    "switch_on": _("switched on again"),
    "teams": _("changed the teams"),
    "unlock": _("unlocked the room"),
    "unpin": _("took off the stage"),
    "words": _("changed the lists of words"),
    "untimed": _("stopped the countdown of"),
}
BY = {
    SERVER: _("the server"),
    STAGE_LINK: _("somebody with the stage link"),
    COMMAND: _("a command on the server"),
    NOBODY: _("somebody not signed in"),
}
SORTS = {
    "poll": _("poll"),
    "question": _("question"),
    "text": _("text"),
    "player": _("name"),
    "voice": _("a voice"),
    "person": _("person"),
    "room": _("room"),
    "invitation": _("invitation"),
    "cohort": _("a cohort"),
}
FIELDS = {
    "title": _("title"),
    "results": _("who sees results"),
    "one_at_a_time": _("one poll at a time"),
    "entry": _("who may vote"),
    "role": _("role"),
    "format": _("file"),
    "reactions": _("reactions"),
    "round": _("round"),
    "rounds": _("rounds"),
    "teams": _("teams"),
    "first": _("from No."),
    "last": _("to No."),
}
# What people of the audience wrote: named by its words only while everybody may see them.
NUMBERED = frozenset({"question", "text", "player"})
# Words of closed sets that stand in the details.
VALUES = {**dict(Role.choices), **dict(Entry.choices), **dict(ResultsVisibility.choices)}


def by_words(record: Record) -> str:
    """Who it was."""
    return str(BY.get(record.by, record.by))


def verb_words(verb: str) -> str:
    """What was done; the bare word for a verb of a newer version."""
    return str(VERBS.get(verb, verb))


def details_words(details: Mapping[str, Any]) -> str:
    """What else there is to say, in short."""
    return " · ".join(filter(None, (_detail(name, value) for name, value in details.items())))


def _detail(name: str, value: object) -> str:
    if name == "seconds" and isinstance(value, int):
        return ngettext("%(n)s second", "%(n)s seconds", value) % {"n": value}
    if name == "ballots" and isinstance(value, int):
        return ngettext("%(n)s ballot", "%(n)s ballots", value) % {"n": value}
    if isinstance(value, list) and name in {"first", "last", "rounds", "teams"}:
        return f"{FIELDS.get(name, name)}: {', '.join(map(_value, value))}"
    if isinstance(value, list) and len(value) == 2:
        return f"{FIELDS.get(name, name)}: {_value(value[0])} → {_value(value[1])}"
    return f"{FIELDS.get(name, name)}: {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(VALUES.get(str(value), value)) if value not in {"", None} else gettext("nothing")


def names_of(records: Iterable[Record]) -> dict[tuple[str, str], str]:
    """{(sort, code): what somebody of the audience wrote}, where everybody may see it now. The log does not keep it.

    What is held, hidden, put away or taken back is not looked up: the log is a page and a file like any other.
    """
    wanted: dict[str, set[str]] = {}
    for record in records:
        wanted.setdefault(record.object_sort, set()).add(record.object_code)
    rooms = {record.room_id for record in records}
    texts = Text.objects.filter(poll__room__in=rooms, pk__in=wanted.get("text", ()), state=TextState.SHOWN, n__gt=0)
    questions = Question.objects.filter(room__in=rooms, code__in=wanted.get("question", ()), state=QuestionState.SHOWN)
    players = Player.objects.filter(room__in=rooms, pk__in=wanted.get("player", ()), state=TextState.SHOWN)
    return (
        {("text", str(text.pk)): str(text) for text in texts}
        | {("question", question.code): str(question) for question in questions}
        | {("player", str(player.pk)): player.name for player in players}
    )


def name_words(record: Record, names: Mapping[tuple[str, str], str]) -> str:
    """What it was done to; what the audience wrote by its number where not everybody may see it."""
    if record.object_name or record.object_sort not in NUMBERED:
        return record.object_name
    return names.get((record.object_sort, record.object_code)) or f"#{record.object_code}"
