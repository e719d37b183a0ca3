# ruff: noqa: RUF001 -- letters that look like others are what these tests are about

"""Words that hold: what a list finds however it is written, and what it must leave alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_polls.domain.word_lists import word_list

DEFAULT = (Path(__file__).resolve().parents[3] / "live_polls" / "word_lists" / "default.txt").read_text(
    encoding="utf-8"
)
ENTRIES = ["darn", "heck*", "*frak*", "ass", "kill joy"]
LIST = "\n".join(ENTRIES)
LETTERS = st.sampled_from("abcdefghklmnoprstuvxyz")
LOOKS = str.maketrans({"a": "а", "e": "е", "c": "с", "k": "к"})


@pytest.mark.parametrize(
    "text",
    [
        "fuck", "FUCK", "fuuuuck", "f.u.c.k", "what the f-u-c-k", "f u c k you", "ＦＵＣＫ", "fück", "fu\u200dck",
        "s\u200bhit", "sh1t happens", "sh!t", "shit!", "a$$hole", "b1tch", "n1gg3r", "pоrn", "аsshole", "𝓯𝓾𝓬𝓴", "ⓕⓤⓒⓚ",
        "motherfucker", "KILL   yourself", "sieg heil 88", "(shit)", "f\u0301u\u0301c\u0301k", "sh-it", "Scheiße",
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_written(text):
    assert word_list(DEFAULT).holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe", "Essex and Sussex", "Penistone", "Lightwater", "Clitheroe", "Analysis", "classic", "assess", "bass",
        "Dickens", "Alfred Hitchcock", "cockpit", "push-it", "therapist", "grape", "drapes", "Titanic", "constitution",
        "Uranus", "shiitake", "Matsushita", "Wankel", "raccoon", "Nazim", "retardant", "snigger", "niggardly", "arsenal",
        "computation", "Marschall", "as is", "a b", "100 455 1337", "it's hit or miss", "Do it", "Is O(n) ok?", "¿Qué?",
        "Moby Dick", "Nutella", "Dick Van Dyke", "Müller", "Kanaan", "李雷", "🦊🦊🦊", "", " ", "!!!", "C++, C# and .NET",
    ],
)  # fmt: skip
def test_harmless_words_are_left_alone(text):
    assert not word_list(DEFAULT).holds(text)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("darn", True), ("darns", False), ("adarn", False), ("hecklers", True), ("aheck", False), ("unfrakable", True),
        ("as", False), ("asss", True), ("kill the joy", False), ("Kill Joy!", True), ("skill joy", False),
    ],
)  # fmt: skip
def test_an_entry_says_where_it_counts(text, holds):
    assert word_list(LIST).holds(text) is holds


def test_a_room_may_allow_what_the_installation_holds():
    assert word_list(DEFAULT, "", allowed="").holds("the coon song")
    assert not word_list(DEFAULT, "", allowed="Coon").holds("the coon song")
    assert word_list(DEFAULT, "", allowed="coon").holds("the coon shit")
    assert not word_list("darn\n!darn").holds("darn")


def test_a_room_may_add_words_of_its_own():
    assert word_list(DEFAULT, "Voldemort\n# a note\n\n").holds("who is vоldem0rt?")
    assert not word_list(DEFAULT, "# Voldemort").holds("Voldemort")


def test_scripts_without_spaces_need_no_bounds():
    assert word_list("バカ").holds("あなたはバカですか")
    assert word_list("ж").holds("ж")
    assert not word_list("жук").holds("жуками")


@given(st.text(max_size=200))
def test_any_text_gets_an_answer_and_always_the_same(text):
    assert word_list(DEFAULT).holds(text) is word_list(DEFAULT).holds(text)


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_list_can_be_made_and_an_empty_one_holds_nothing(entries, text):
    word_list(entries).holds(text)
    assert not word_list("").holds(text)


@given(st.lists(LETTERS, min_size=3, max_size=8).map("".join), st.data())
def test_what_is_in_the_list_is_found_in_every_disguise(word, data):
    words = word_list(word)
    stretched = "".join(letter * data.draw(st.integers(1, 3)) for letter in word)
    disguises = [
        word.upper(),
        word.translate(LOOKS),
        stretched,
        ".".join(word),
        " ".join(word),
        f"so, {word}!",
        f"«{word}»",
    ]
    assert [disguise for disguise in disguises if not words.holds(disguise)] == []
    assert not words.holds(f"w{word}i")


@given(st.lists(LETTERS, min_size=3, max_size=8).map("".join))
def test_what_is_allowed_never_holds(word):
    assert not word_list(f"*{word}*", allowed=word).holds(f"{word} {word.upper()}")


def test_a_long_list_costs_a_short_text_next_to_nothing():
    long_list = "\n".join(f"*word{n}x*\nother{n}x\nmore{n}x*" for n in range(600))
    word_list(long_list)
    began = time.process_time()
    for n in range(200):
        word_list(long_list).holds(f"Will there be a break before lunch, and where? {n}")
    assert time.process_time() - began < 0.5
