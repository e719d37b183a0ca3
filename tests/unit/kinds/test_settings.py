"""Settings that are words: one line of them, whatever the script."""

from __future__ import annotations

import pytest

from live_polls.errors import InvalidSettingsError
from live_polls.kinds.settings import SettingField

LOW = SettingField("low", "Low", type="text", maximum=20)
NOTES = SettingField("notes", "Notes", type="lines", maximum=60)


@pytest.mark.parametrize("text", ["👩‍🚀 great", "می‌خواهم", "❤️"])
def test_joiners_of_emoji_and_scripts_are_kept(text: str):
    assert LOW.parse(text, 0) == text
    assert NOTES.parse(f"{text}\n{text}", 0) == f"{text}\n{text}"


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "\u202egnorw", "a\u2066b"])
def test_what_disturbs_the_line_is_refused(text: str):
    with pytest.raises(InvalidSettingsError):
        LOW.parse(text, 0)


@pytest.mark.parametrize("text", ["a\x00b", "\u202egnorw"])
def test_what_disturbs_lines_is_refused(text: str):
    with pytest.raises(InvalidSettingsError):
        NOTES.parse(text, 0)
