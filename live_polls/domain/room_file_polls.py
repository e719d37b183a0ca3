"""Read the polls of a room file, with their options and settings, reporting every mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.text import slugify
from django.utils.translation import gettext as _

from live_polls.domain.polls import COUNTDOWN_RANGE, MAX_OPTION_TEXT, MAX_PROMPT, PollDraft
from live_polls.domain.room_file_checks import Report, Section, unknown_kind
from live_polls.domain.room_file_positions import Path
from live_polls.domain.room_plan import OptionPlan, PollPlan
from live_polls.enums import PollState, ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Settings

MAX_KEY = 80
POLL_KEYS = ("key", "kind", "prompt", "options", "results", "seconds", "state")


def default_key(text: str) -> str:
    """What names a text that nobody gave a key: its slug, or itself where no letter is left (👍)."""
    return (slugify(text, allow_unicode=True) or text)[:MAX_KEY]


def read_polls(document: Section) -> tuple[PollPlan, ...]:
    """Every poll of the file, in its order."""
    raw = document.raw.get("polls", [])
    if not isinstance(raw, list) or not all(isinstance(poll, dict) for poll in raw):
        document.mistake("polls", _("“polls” must be tables, each under [[polls]]."))
        return ()
    sections = [Section(document.report, ("polls", index), poll) for index, poll in enumerate(raw)]
    polls = [_read_poll(section) for section in sections]
    _refuse_twins(
        document.report,
        ((poll.key, section.path) for poll, section in zip(polls, sections, strict=True)),
        _("The poll on line %(line)d has the key “%(twin)s” too. Give one of them a “key” of its own."),
    )
    return tuple(polls)


def _read_poll(section: Section) -> PollPlan:
    kind = _read_kind(section)
    prompt = section.text("prompt", longest=MAX_PROMPT, required=True)
    options = _read_options(section, kind)
    results = section.choice("results", ResultsVisibility)
    draft = PollDraft(
        kind=kind.name if kind else "",
        prompt=prompt,
        options=[option.text for option in options],
        settings=_read_settings(section, kind),
        seconds=section.whole_number("seconds", least=COUNTDOWN_RANGE[0], most=COUNTDOWN_RANGE[-1]),
        results=results.value if results else "",
    )
    return PollPlan(
        key=section.text("key", longest=MAX_KEY) or default_key(prompt),
        draft=draft,
        options=options,
        state=section.choice("state", PollState) or PollState.DRAFT,
        line=section.report.line(section.path),
    )


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
    section.refuse_others((*POLL_KEYS, *names))
    options = section.raw.get("options")
    n_options = len(options) if isinstance(options, list) and options else kind.max_options
    settings = {name: section.raw[name] for name in names if name in section.raw}
    while True:
        try:
            return kind.parse_settings(settings, n_options)
        except InvalidSettingsError as error:
            section.mistake(error.field, error.message)
            if settings.pop(error.field, None) is None:  # it is the missing one that the kind blames
                return {}


def _read_options(section: Section, kind: Kind | None) -> tuple[OptionPlan, ...]:
    raw = section.raw.get("options", [])
    if "options" not in section.raw:
        if (kind or Kind).min_options:
            section.missing("options")
    elif not isinstance(raw, list):
        section.mistake("options", _("“options” must be a list."))
    else:
        least, most = (kind or Kind).min_options, (kind or Kind).max_options
        if not least <= len(raw) <= most:
            wanted = _("Give %(least)d to %(most)d options; this poll has %(found)d.")
            section.mistake("options", wanted % {"least": least, "most": most, "found": len(raw)})
        paths: list[Path] = [(*section.path, "options", index) for index in range(len(raw))]
        return _name_options(
            section.report,
            paths,
            [_read_option(section.report, path, value) for path, value in zip(paths, raw, strict=True)],
        )
    return ()


def _read_option(report: Report, path: Path, raw: object) -> tuple[str, str]:
    """The key, "" when none is given, and the text."""
    if not isinstance(raw, dict):
        return "", report.check_text(path, raw, longest=MAX_OPTION_TEXT)
    option = Section(report, path, raw)
    option.refuse_others(("key", "text"))
    return option.text("key", longest=MAX_KEY), option.text("text", longest=MAX_OPTION_TEXT, required=True)


def _name_options(report: Report, paths: list[Path], named: list[tuple[str, str]]) -> tuple[OptionPlan, ...]:
    """Give each option its key. Where slugs fall together (C, C++, C#) the texts themselves are the keys."""
    slugs = Counter(default_key(text) for key, text in named if not key)
    options = tuple(
        OptionPlan(
            key=key or (default_key(text) if slugs[default_key(text)] == 1 else text[:MAX_KEY]),
            text=text,
            line=report.line(path),
        )
        for path, (key, text) in zip(paths, named, strict=True)
    )
    texts = [(option.text, path) for option, path in zip(options, paths, strict=True)]
    if not _refuse_twins(report, texts, _("“%(twin)s” is an option already, on line %(line)d.")):
        keys = [(option.key, path) for option, path in zip(options, paths, strict=True)]
        _refuse_twins(report, keys, _("The option on line %(line)d has the key “%(twin)s” too."))
    return options


def _refuse_twins(report: Report, named: Iterable[tuple[str, Path]], message: str) -> bool:
    """Report the second and later of those that share a name; "" stands for what was reported before."""
    first: dict[str, Path] = {}
    twins = [(name, path) for name, path in named if name and first.setdefault(name, path) != path]
    for name, path in twins:
        report.add(path, message % {"line": report.line(first[name]), "twin": name})
    return bool(twins)
