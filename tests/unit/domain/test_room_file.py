from __future__ import annotations

import pytest

from live_polls.domain.polls import PollDraft
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_file_checks import RoomFileError
from live_polls.domain.room_plan import OptionPlan, PollPlan, RoomPlan
from live_polls.enums import PollState, ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS
from live_polls.kinds.base import SettingField
from live_polls.kinds.single_choice import SingleChoice

KEYNOTE = """\
[room]
slug = "keynote"
title = "Keynote"
results = "after_vote"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces"]
seconds = 30
state = "open"
[[polls]]
key = "stores"
kind = "multiple_choice"
prompt = "Which do you use?"
options = [
  "Redis",
  { key = "pg", text = "PostgreSQL" },
]
max_choices = 1
results = "host"
"""


def mistakes_in(text: str | bytes) -> list[str]:
    with pytest.raises(RoomFileError) as refused:
        parse_room_file(text if isinstance(text, bytes) else text.encode())
    return [str(mistake) for mistake in refused.value.mistakes]


def with_poll(lines: str) -> str:
    """A room file that is right up to line 4, and then has one poll with these lines from line 5 on."""
    return f'[room]\nslug = "a"\ntitle = "A"\n[[polls]]\n{lines}'


def test_a_room_file_becomes_a_plan():
    plan = parse_room_file(KEYNOTE.encode())

    tabs = PollDraft(
        kind="single_choice",
        prompt="Tabs or spaces?",
        options=["Tabs", "Spaces"],
        settings={"abstain": False},
        seconds=30,
    )
    stores = PollDraft(
        kind="multiple_choice",
        prompt="Which do you use?",
        options=["Redis", "PostgreSQL"],
        settings={"min_choices": 1, "max_choices": 1, "abstain": False},
        results="host",
    )
    assert plan == RoomPlan(
        slug="keynote",
        title="Keynote",
        results=ResultsVisibility.AFTER_VOTE,
        polls=(
            PollPlan(
                key="tabs-or-spaces",
                draft=tabs,
                options=(OptionPlan("tabs", "Tabs", 8), OptionPlan("spaces", "Spaces", 8)),
                state=PollState.OPEN,
                line=5,
            ),
            PollPlan(
                key="stores",
                draft=stores,
                options=(OptionPlan("redis", "Redis", 16), OptionPlan("pg", "PostgreSQL", 17)),
                state=PollState.DRAFT,
                line=11,
            ),
        ),
        line=1,
    )


def test_a_room_needs_no_polls_and_shows_results_live():
    plan = parse_room_file(b'[room]\nslug = "a"\ntitle = "A"\n')

    assert (plan.polls, plan.results) == ((), ResultsVisibility.LIVE)


def test_the_mark_that_some_editors_put_in_front_is_no_mistake():
    assert parse_room_file(b"\xef\xbb\xbf" + KEYNOTE.encode()).slug == "keynote"


def test_text_is_stripped_of_what_could_disturb_other_text():
    plan = parse_room_file('[room]\nslug = "a"\ntitle = """A\u202e \n  evening"""\n'.encode())

    assert plan.title == "A evening"


def test_texts_without_letters_and_texts_with_one_slug_are_keys_themselves():
    options = '["C", "C++", "C#", "👍", "👎", "Go"]'
    plan = parse_room_file(with_poll(f'kind = "single_choice"\nprompt = "?"\noptions = {options}').encode())

    assert plan.polls[0].key == "?"
    assert [option.key for option in plan.polls[0].options] == ["C", "C++", "C#", "👍", "👎", "go"]


def test_every_mistake_is_named_with_its_line_at_once():
    assert mistakes_in("""\
rom = 1
[room]
slug = "no spaces, please"
titel = "A"
results = "sometimes"
[[polls]]
kind = "guess"
prompt = ""
options = ["only one"]
[[polls]]
kind = "multiple_choice"
prompt = "Same"
options = [
  "a",
  3,
  "a",
  { key = "x", tekst = "y" },
  "\\u202e",
]
min_choices = true
max_choices = 9
secnds = 3
seconds = 2
state = "opened"
[[polls]]
kind = "ranking"
prompt = "Same!"
options = "a, b"
max_choices = 99
""") == [
        "line 1: There is no “rom” here. Did you mean “room”?",
        "line 2: “title” is missing.",
        "line 3: “slug” may hold letters a to z, digits, - and _ only.",
        "line 4: There is no “titel” here. Did you mean “title”?",
        "line 5: “results” cannot be “sometimes”; it is one of live, after_vote, after_close, host.",
        f"line 7: “kind” cannot be “guess”; it is one of {', '.join(KINDS)}.",
        "line 8: “prompt” is empty.",
        "line 9: Give 2 to 50 options; this poll has 1.",
        "line 15: Option 2 must be text, not a number.",
        "line 16: “a” is an option already, on line 14.",
        "line 17: There is no “tekst” here. Did you mean “text”?",
        "line 17: “text” is missing.",
        "line 18: Option 5 is empty.",
        "line 20: 'min_choices' must be a whole number from 1 to 5.",
        "line 21: 'max_choices' must be a whole number from 1 to 5.",
        "line 22: There is no “secnds” here. Did you mean “seconds”?",
        "line 23: “seconds” must be a whole number from 5 to 3600.",
        "line 24: “state” cannot be “opened”; it is one of draft, open, closed, archived.",
        "line 25: The poll on line 10 has the key “same” too. Give one of them a “key” of its own.",
        "line 28: “options” must be a list.",
        "line 29: 'max_choices' must be a whole number from 1 to 50.",
    ]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"[room\n", "line 1: This is not TOML: Expected ']' at the end of a table declaration."),
        (b"[room]\nslug = \n", "line 2: This is not TOML: Invalid value."),
        (b'[room]\nslug = "a"\nslug = "b"\n', "line 3: This is not TOML: Cannot overwrite a value."),
        (b'[room]\ntitle = """never\nended\n', "line 3: This is not TOML: Unterminated string."),
        (b"[room]\n\xff\n", "line 2: This is not UTF-8 text."),
        (b"a = " + 3000 * b"[", "line 1: Lists or tables are nested too deeply."),
        (b"#" * 1_000_001, "line 1: This file is too large to be a room."),
        (b"", "line 1: The file needs a table [room] with “slug” and “title”."),
        (b"\nroom = 4", "line 2: The file needs a table [room] with “slug” and “title”."),
        (b'polls = 3\nroom = {slug = "a", title = "A"}', "line 1: “polls” must be tables, each under [[polls]]."),
        (b'polls = [3]\nroom = {slug = "a", title = "A"}', "line 1: “polls” must be tables, each under [[polls]]."),
        (b'[room]\nslug = "a"\ntitle = 1979-05-27\n', "line 3: “title” must be text, not a date or time."),
        (b'[room]\nslug = "a"\ntitle = [1.5]\n', "line 3: “title” must be text, not a list."),
        (b'[room]\nslug = ["a"]\ntitle = "A"\n', "line 2: “slug” must be text, not a list."),
        (
            b'[room]\nslug = "a"\ntitle = "' + 121 * b"x" + b'"\n',
            "line 3: “title” is too long: 121 characters, at most 120.",
        ),
    ],
)
def test_a_file_that_is_no_room_says_why(content, mistake):
    assert mistakes_in(content) == [mistake]


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ("kind = 1", f"line 5: “kind” cannot be a number; it is one of {', '.join(KINDS)}."),
        ('prompt = "p"', "line 4: “kind” is missing."),
        ('kind = "single_choice"\nmax_choices = 1', "line 6: There is no “max_choices” here."),
        ('kind = "single_choice"\nseconds = 30.5', "line 6: “seconds” must be a whole number from 5 to 3600."),
        ('kind = "single_choice"\nseconds = true', "line 6: “seconds” must be a whole number from 5 to 3600."),
        ('kind = "ranking"\nresults = ["live"]', "line 6: “results” cannot be a list; it is one of "
         "live, after_vote, after_close, host."),
        ('kind = "ranking"\nmin_choices = 2\nmax_choices = 1', "line 7: 'max_choices' is smaller than 'min_choices'."),
        ('kind = "ranking"\nmin_choices = 0\nmax_choices = 9', "line 6: 'min_choices' must be a whole number from 1 to 2.\n"
         "line 7: 'max_choices' must be a whole number from 1 to 2."),
        ('kind = "ranking"\nkey = ""', "line 6: “key” is empty."),
    ],
)  # fmt: skip
def test_a_poll_that_cannot_be_says_why(lines, mistake):
    rest = "" if "prompt" in lines else 'prompt = "p"\n'
    assert mistakes_in(with_poll(f'{lines}\n{rest}options = ["a", "b"]\n')) == mistake.split("\n")


def test_two_options_with_one_key_are_refused():
    options = '[\n"Tabs",\n{ key = "tabs", text = "Spaces" }]'

    assert mistakes_in(with_poll(f'kind = "single_choice"\nprompt = "p"\noptions = {options}')) == [
        "line 9: The option on line 8 has the key “tabs” too."
    ]


def test_too_many_options_are_refused():
    options = [str(number) for number in range(51)]

    assert mistakes_in(with_poll(f'kind = "single_choice"\nprompt = "p"\noptions = {options}')) == [
        "line 7: Give 2 to 50 options; this poll has 51."
    ]


def test_options_must_be_there():
    assert mistakes_in(with_poll('kind = "ranking"\nprompt = "p"\n')) == ["line 4: “options” is missing."]


class NeedsScale(SingleChoice):
    """A kind that cannot do without a setting, as some will."""

    setting_fields = (SettingField("scale", "Scale", minimum=1),)  # type: ignore[assignment]

    def parse_settings(self, raw, n_options):
        if "scale" not in raw:
            raise InvalidSettingsError("scale", "'scale' is missing.")
        return super().parse_settings(raw, n_options)


def test_a_setting_that_the_kind_misses_is_named_at_its_poll(monkeypatch):
    monkeypatch.setitem(KINDS, "single_choice", NeedsScale())

    assert mistakes_in(with_poll('kind = "single_choice"\nprompt = "p"\noptions = ["a", "b"]\n')) == [
        "line 4: 'scale' is missing."
    ]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('reactions = "yes"', "line 4: “reactions” must be true or false."),
        ('entry = "members"', "line 4: “entry” cannot be “members”; it is one of open, invited, signed_in."),
        ("locked = 1", "line 4: “locked” must be true or false."),
        ("retention_days = -1", "line 4: “retention_days” must be a whole number from 0 to 3650."),
        ('retention_days = "90"', "line 4: “retention_days” must be a whole number from 0 to 3650."),
        ('held_words = "spoon"', "line 4: “held_words” must be a list."),
        ('held_words = [\n  "spoon",\n  7,\n]', "line 6: Entry 2 must be text, not a number."),
        ('allowed_words = [\n  "C#",\n]', "line 5: “C#” cannot stand in a list of words: a # begins a note there."),
        ('allowed_words = ["fork", "fork"]', "line 4: “allowed_words” says the same twice."),
        ("asking = true", "line 4: “asking” cannot be true or false; it is one of off, open, paused."),
        ('passcode = "sesame"', "line 4: There is no “passcode” here."),
    ],
)
def test_a_setting_that_cannot_be_says_why_and_where(line, mistake):
    assert mistakes_in(f'[room]\nslug = "a"\ntitle = "A"\n{line}\n') == [mistake]


def test_a_setting_that_the_file_does_not_have_is_not_said():
    plan = parse_room_file(b'[room]\nslug = "a"\ntitle = "A"\nheld_words = []\n')

    assert (plan.reactions, plan.entry, plan.locked, plan.retention_days, plan.allowed_words) == (None,) * 5
    assert plan.held_words == ()
