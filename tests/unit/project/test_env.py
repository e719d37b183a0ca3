from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.env import env_bool, env_choice, env_int, env_list, env_secret, env_text


@pytest.mark.parametrize(
    ("text", "switched_on"), [("on", True), ("YES", True), ("1", True), ("off", False), ("0", False)]
)
def test_switch_reads_common_words(monkeypatch, text, switched_on):
    monkeypatch.setenv("DEBUG", text)

    assert env_bool("DEBUG") is switched_on


def test_switch_refuses_other_words(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEBUG must be on or off, not 'maybe'"):
        env_bool("DEBUG")


def test_unset_and_empty_variables_have_the_default_of_the_table(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    assert env_int("PORT") == 8000

    monkeypatch.setenv("PORT", " ")
    assert env_int("PORT") == 8000


@pytest.mark.parametrize("text", ["-1", "8o00", "65536", "1e3", "٣"])
def test_number_refuses_what_is_no_number_within_bounds(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 0 to 65535"):
        env_int("PORT", at_most=65535)


def test_list_ignores_spaces_and_empty_entries(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "one.example, two.example,,")

    assert env_list("ALLOWED_HOSTS") == ["one.example", "two.example"]


def test_choice_refuses_what_is_not_offered(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL must be one of INFO, ERROR, not 'LOUD'"):
        env_choice("LOG_LEVEL", ("INFO", "ERROR"))


def test_variable_outside_the_table_cannot_be_read():
    with pytest.raises(KeyError):
        env_text("SOMETHING_ELSE")


def test_secret_comes_from_the_file_that_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", _file(tmp_path, "from a file\n"))

    assert env_secret("SECRET_KEY") == "from a file"


def test_secret_in_variable_and_file_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", _file(tmp_path, "two"))

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        env_secret("SECRET_KEY")


@pytest.mark.parametrize(("content", "sentence"), [(None, "cannot be read"), ("\n", "an empty file")])
def test_secret_file_without_a_secret_is_refused(monkeypatch, tmp_path, content, sentence):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    path = str(tmp_path / "missing") if content is None else _file(tmp_path, content)
    monkeypatch.setenv("SECRET_KEY_FILE", path)

    with pytest.raises(ImproperlyConfigured, match=sentence):
        env_secret("SECRET_KEY")


def _file(folder: Path, content: str) -> str:
    path = folder / "secret"
    path.write_text(content, encoding="utf-8")
    return str(path)
