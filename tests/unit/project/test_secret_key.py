from __future__ import annotations

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.secret_key import SAMPLE_SECRET_KEY, check_secret_key, former_secret_keys, kept_secret_key


def test_first_start_makes_a_key_that_only_its_owner_reads(tmp_path):
    path = tmp_path / "secret_key"

    key = kept_secret_key(path)

    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]


def test_later_starts_keep_the_key(tmp_path):
    assert kept_secret_key(tmp_path / "secret_key") == kept_secret_key(tmp_path / "secret_key")


def test_emptied_key_file_is_refused_rather_than_used(tmp_path):
    (tmp_path / "secret_key").touch()

    with pytest.raises(ImproperlyConfigured, match="holds no usable key"):
        kept_secret_key(tmp_path / "secret_key")


@pytest.mark.parametrize("key", [SAMPLE_SECRET_KEY, "django-insecure-" + "x" * 50, "short"])
def test_key_that_can_be_guessed_is_refused(key):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        check_secret_key(key)


def test_random_key_is_taken_as_given():
    assert check_secret_key("k7" * 16) == "k7" * 16


def test_former_keys_are_a_list_and_each_as_good_as_the_one_of_today():
    assert former_secret_keys("") == []
    assert former_secret_keys(f"{'a' * 32}, {'b' * 40},") == ["a" * 32, "b" * 40]
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS must have"):
        former_secret_keys(f"{'a' * 32},short")
