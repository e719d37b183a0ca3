"""Read the polls of a room file, with their options and settings, reporting every mistake."""

from __future__ import annotations

from django.utils.translation import gettext as _

from live_polls.domain.polls import (
    COUNTDOWN_RANGE,
    MAX_ALT,
    MAX_EXPLANATION,
    MAX_POINTS,
    MAX_PROMPT,
    PollDraft,
    checked,
)
from live_polls.domain.room_file_checks import Section, unknown_kind
from live_polls.domain.room_file_fields import POLL_FIELDS
from live_polls.domain.room_file_keys import MAX_KEY, default_key
from live_polls.domain.room_file_options import read_options, refuse_twins
from live_polls.domain.room_file_pictures import read_picture
from live_polls.domain.room_plan import OptionPlan, PollPlan
from live_polls.domain.texts import clean_line
from live_polls.enums import PollState, ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import SettingField, Settings


def read_polls(document: Section) -> tuple[PollPlan, ...]:
    """Every poll of the file, in its order."""
    raw = document.raw.get("polls", [])
    if not isinstance(raw, list) or not all(isinstance(poll, dict) for poll in raw):
        document.mistake("polls", _("“polls” must be tables, each under [[polls]]."))
        return ()
    sections = [Section(document.report, ("polls", index), poll) for index, poll in enumerate(raw)]
    polls = [_read_poll(section) for section in sections]
    refuse_twins(
        document.report,
        ((poll.key, section.path) for poll, section in zip(polls, sections, strict=True)),
        _("The poll on line %(line)d has the key “%(twin)s” too. Give one of them a “key” of its own."),
    )
    return tuple(polls)


def _read_poll(section: Section) -> PollPlan:
    before = len(section.report.mistakes)
    kind = _read_kind(section)
    prompt = section.text("prompt", longest=MAX_PROMPT, required=True)
    options = read_options(section, kind)
    picture = read_picture(section, "picture")
    if "picture_alt" in section.raw and "picture" not in section.raw:
        section.mistake("picture_alt", _("There is no “picture” that this could describe."))
    draft = _read_draft(section, kind, prompt, options)
    if len(section.report.mistakes) == before:
        _check_whole(section, draft)
    return PollPlan(
        key=section.text("key", longest=MAX_KEY) or default_key(prompt),
        draft=draft,
        options=options,
        state=section.choice("state", PollState) or PollState.DRAFT,
        line=section.report.line(section.path),
        picture=picture,
    )


def _read_draft(section: Section, kind: Kind | None, prompt: str, options: tuple[OptionPlan, ...]) -> PollDraft:
    results = section.choice("results", ResultsVisibility)
    points = section.whole_number("points", least=0, most=MAX_POINTS)
    return PollDraft(
        kind=kind.name if kind else "",
        prompt=prompt,
        options=[option.text for option in options],
        settings=_read_settings(section, kind),
        seconds=section.whole_number("seconds", least=COUNTDOWN_RANGE[0], most=COUNTDOWN_RANGE[-1]),
        results=results.value if results else "",
        right=frozenset(number for number, option in enumerate(options, start=1) if option.is_right),
        points=points or 0,
        by_speed=section.yes_or_no("by_speed") or False,
        explanation=section.text("explanation", longest=MAX_EXPLANATION),
        picture_alt=section.text("picture_alt", longest=MAX_ALT),
    )


def _check_whole(section: Section, draft: PollDraft) -> None:
    """What only shows when everything is there: the domain has the last word, and its words have a line, too."""
    try:
        checked(draft)
    except InvalidSettingsError as error:
        section.mistake(error.field, error.message)


def _read_kind(section: Section) -> Kind | None:
    name = section.raw.get("kind")
    if isinstance(name, str) and name in KINDS:
        return KINDS[name]
    if "kind" in section.raw:
        section.mistake("kind", unknown_kind(name, KINDS))
    else:
        section.missing("kind")
    return None


def _read_settings(section: Section, kind: Kind | None) -> Settings:
    """What the kind makes of its keys. A bad one is reported and left out, until the kind accepts the rest."""
    if kind is None:  # only the kind could tell which keys belong here
        return {}
    names = [field.name for field in kind.setting_fields]
    section.refuse_others((*POLL_FIELDS, *names))
    options = section.raw.get("options")
    n_options = len(options) if isinstance(options, list) and options else kind.max_options
    settings = {field.name: _cleaned(field, section.raw.get(field.name)) for field in kind.setting_fields}
    settings = {name: value for name, value in settings.items() if name in section.raw}
    while True:
        try:
            return kind.parse_settings(settings, n_options)
        except InvalidSettingsError as error:
            section.mistake(error.field, error.message)
            if settings.pop(error.field, None) is None:  # it is the missing one that the kind blames
                return {}


def _cleaned(field: SettingField, value: object) -> object:
    """Texts as texts from people are kept; what is none is the kind's to refuse."""
    if field.type == "texts" and isinstance(value, list):
        return [clean_line(text) if isinstance(text, str) else text for text in value]
    if field.type in {"text", "lines", "choice"} and isinstance(value, str):
        return "\n".join(map(clean_line, value.split("\n"))) if field.type == "lines" else clean_line(value)
    return value
