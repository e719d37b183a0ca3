"""Read the options of a poll of a room file: plain texts, or tables with a key, what is right, and a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from live_polls.domain.polls import MAX_OPTION_TEXT
from live_polls.domain.room_file_checks import Report, Section
from live_polls.domain.room_file_fields import OPTION_FIELDS
from live_polls.domain.room_file_keys import MAX_KEY, option_keys
from live_polls.domain.room_file_pictures import read_picture
from live_polls.domain.room_file_positions import Path
from live_polls.domain.room_plan import OptionPlan
from live_polls.kinds import Kind


def read_options(section: Section, kind: Kind | None) -> tuple[OptionPlan, ...]:
    """The options of the poll, with their keys; () when there are none, or they cannot be read."""
    raw = section.raw.get("options", [])
    if not isinstance(raw, list):
        section.mistake("options", _("“options” must be a list."))
        return ()
    _check_number(section, kind or Kind, len(raw))
    paths: list[Path] = [(*section.path, "options", index) for index in range(len(raw))]
    options = [_read_option(section.report, path, value, kind) for path, value in zip(paths, raw, strict=True)]
    return _name_options(section.report, paths, options)


def _check_number(section: Section, kind: Kind | type[Kind], found: int) -> None:
    least, most = kind.min_options, kind.max_options
    if "options" not in section.raw:
        if least and kind is not Kind:  # of an unknown kind nobody knows
            section.missing("options")
    elif found and not most:
        section.mistake("options", _("A poll of this kind has no options."))
    elif not least <= found <= most:
        wanted = _("Give %(least)d to %(most)d options; this poll has %(found)d.")
        section.mistake("options", wanted % {"least": least, "most": most, "found": found})


def _read_option(report: Report, path: Path, raw: object, kind: Kind | None) -> OptionPlan:
    line = report.line(path)
    if not isinstance(raw, dict):
        return OptionPlan("", report.check_text(path, raw, longest=MAX_OPTION_TEXT), line)
    option = Section(report, path, raw)
    option.refuse_others(OPTION_FIELDS)
    if kind and not kind.may_be_right and "right" in raw:
        option.mistake("right", _("No option of a poll of this kind is right or wrong."))
    if kind and not kind.has_pictures and "picture" in raw:
        option.mistake("picture", _("Options of a poll of this kind have no pictures."))
    return OptionPlan(
        key=option.text("key", longest=MAX_KEY),
        text=option.text("text", longest=MAX_OPTION_TEXT, required=True),
        line=line,
        is_right=option.yes_or_no("right") or False,
        picture=read_picture(option, "picture"),
    )


def _name_options(report: Report, paths: list[Path], options: list[OptionPlan]) -> tuple[OptionPlan, ...]:
    keys = option_keys([(option.key, option.text) for option in options])
    texts = [(option.text, path) for option, path in zip(options, paths, strict=True)]
    if not refuse_twins(report, texts, _("“%(twin)s” is an option already, on line %(line)d.")):
        named = zip(keys, paths, strict=True)
        refuse_twins(report, named, _("The option on line %(line)d has the key “%(twin)s” too."))
    return tuple(replace(option, key=key) for option, key in zip(options, keys, strict=True))


def refuse_twins(report: Report, named: Iterable[tuple[str, Path]], message: str) -> bool:
    """Report the second and later of those that share a name; "" stands for what was reported before."""
    first: dict[str, Path] = {}
    twins = [(name, path) for name, path in named if name and first.setdefault(name, path) != path]
    for name, path in twins:
        report.add(path, message % {"line": report.line(first[name]), "twin": name})
    return bool(twins)
