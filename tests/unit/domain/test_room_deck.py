from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from live_polls.domain.polls import PollDraft
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_file_checks import RoomFileError
from live_polls.domain.room_plan import RoomPlan

EXAMPLE = (Path(__file__).parents[3] / "docs/room-files.md").read_text().split("```markdown\n")[1].split("```")[0]


def deck(text: str, folder: Path | None = None) -> RoomPlan:
    return parse_room_file(text.encode(), folder=folder, is_deck=True)


def first(text: str) -> PollDraft:
    return deck(f"# A\n{text}").polls[0].draft


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(RoomFileError) as refused:
        deck(text)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_example_of_the_documents_is_a_room():
    plan = deck(EXAMPLE)

    assert (plan.slug, plan.title, plan.results) == (
        "an-evening-of-small-decisions",
        "An evening of small decisions",
        "after_close",
    )
    assert [(poll.draft.kind, poll.draft.prompt) for poll in plan.polls] == [
        ("single_choice", "How did you get here?"),
        ("single_choice", "Which is the capital of Australia?"),
        ("ranking", "Rank the weather"),
        ("number", "How many beans are in the jar?"),
        ("slide", "Thank you"),
    ]
    capital = plan.polls[1].draft
    assert (capital.right, capital.points) == ({2}, 1000)
    assert capital.explanation == "Sydney and Melbourne could not agree."
    assert [poll.draft.seconds for poll in plan.polls] == [30, 30, 30, 30, None]


@pytest.mark.parametrize(
    ("lines", "kind", "options"),
    [
        ("## Q\n- a\n- b", "single_choice", ["a", "b"]),
        ("## Q ##\n* a\n+ b\n", "single_choice", ["a", "b"]),
        ("Q\n---\n- a\n- b", "single_choice", ["a", "b"]),
        ("## Q\r\n\r\n- a\r\n- b\r\n", "single_choice", ["a", "b"]),
        ("## Q\n1. a\n2) b", "ranking", ["a", "b"]),
        ("## Q\n- [x] a\n- [X] b\n- [ ] c", "multiple_choice", ["a", "b", "c"]),
        ("## Q\n- a\n- b\nmax choices: 1", "multiple_choice", ["a", "b"]),
        ("## Q\n1. [x] a\n2. [ ] b", "single_choice", ["a", "b"]),
        ("## Q\nKind: Multiple choice\n- a\n- b", "multiple_choice", ["a", "b"]),
        ("## Q\n<!-- not\n- this -->\n- a long\n  line\n- \\[x] b", "single_choice", ["a long line", "[x] b"]),
        ("## Q\n***\n- a\n\n\n- b\n- - -\n", "single_choice", ["a", "b"]),
    ],
)
def test_lists_are_options_and_say_the_kind(lines, kind, options):
    draft = first(lines)

    assert (draft.kind, draft.prompt, list(draft.options)) == (kind, "Q", options)


def test_a_heading_with_only_text_is_a_slide():
    assert first("## Hello\n\nOne line\nanother\n\nNote: a text").settings["text"] == (
        "One line\nanother\n\nNote: a text"
    )


def test_a_slide_may_have_a_list_when_it_says_so():
    assert first("## Hello\nkind: slide\nFirst\n\n- a\n- b\n1. c\n> d\n### e").settings["text"] == (
        "First\n\n- a\n- b\n1. c\nd\ne"
    )


def test_what_is_code_stays_as_it_stands():
    assert first("## Code\n```\n## no heading\n- no list\n```").settings["text"] == "## no heading\n- no list"


def test_front_matter_and_the_lines_under_the_title_are_the_rooms():
    plan = deck("---\nslug: a-room\n---\n# A\nresults: host\none at a time: yes\nteams: Red, Blue\n")

    assert (plan.slug, plan.results, plan.one_at_a_time, plan.teams) == ("a-room", "host", True, ("Red", "Blue"))


def test_points_for_all_are_for_those_with_a_right_answer():
    plan = deck("# A\npoints: 100\nby speed: yes\n## Q\n- [x] a\n- [ ] b\n## R\n- a\n- b\n## S\ntext")

    assert [(poll.draft.points, poll.draft.by_speed) for poll in plan.polls] == [(100, True), (0, False), (0, False)]


def test_pictures_of_polls_and_options_are_files_beside_the_deck(tmp_path):
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    (tmp_path / "cat.png").write_bytes(file.getvalue())

    [poll] = deck("# A\n## Q\n![A cat](cat.png)\n- ![Cat](cat.png)\n- Dog\n", tmp_path).polls

    assert poll.picture == file.getvalue()
    assert [(option.text, option.picture is not None) for option in poll.options] == [("Cat", True), ("Dog", False)]


@pytest.mark.parametrize("path", ["../secret.png", "/etc/passwd", "none.png", "sub/../../x.png"])
def test_pictures_are_in_the_folder_or_nowhere(tmp_path, path):
    with pytest.raises(RoomFileError, match="line 3: "):
        deck(f"# A\n## Q\n![]({path})\n- a\n- b\n", tmp_path)


def test_every_mistake_is_named_with_its_line():
    assert mistakes_in("""\
Hello
# A
secnds: 30
results: sometimes
## Q
- [ ] a
- [ ] b
stray words
seconds: soon
## R
- a
- a
secnds: 4
seconds: 10
seconds: 20
## S
kind: guess
## T
kind: number
- a
""") == [
        "line 1: This line is no option and no setting.",
        "line 3: This line is no option and no setting. Did you mean “seconds”?",
        "line 4: “results” cannot be “sometimes”; it is one of live, after_vote, after_close, host.",
        "line 6: None of these options is ticked as right: write [x] before it, or leave all the boxes out.",
        "line 8: This line is no option and no setting.",
        "line 9: “seconds” must be a whole number from 5 to 3600.",
        "line 12: “a” is an option already, on line 11.",
        "line 13: This line is no option and no setting. Did you mean “seconds”?",
        "line 15: “seconds” was said before, under the same heading.",
        mistakes_in("# A\n## S\nkind: guess\n")[0].replace("line 3", "line 17"),
        "line 20: A poll of this kind has no options.",
    ]


def test_a_deck_needs_a_title():
    assert mistakes_in("## Q\n- a\n- b\n") == ["line 1: “title” is missing."]


def test_a_deck_may_say_every_setting_of_the_room():
    plan = deck("# A\nentry: invited\nlocked: yes\nreactions: no\nretention days: 7\nheld words: spoon*, two words\n")

    assert (plan.entry, plan.locked, plan.reactions, plan.retention_days) == ("invited", True, False, 7)
    assert (plan.held_words, plan.allowed_words) == (("spoon*", "two words"), None)
    assert mistakes_in("# A\n\nentry: members\n") == [
        "line 3: “entry” cannot be “members”; it is one of open, invited, signed_in."
    ]
