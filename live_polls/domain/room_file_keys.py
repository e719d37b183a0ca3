"""Keys: what makes a poll or an option the same one after its text was corrected. Read, written and matched alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.text import slugify

MAX_KEY = 80


def default_key(text: str) -> str:
    """What names a text that nobody gave a key: its slug, or itself where no letter is left (👍)."""
    return (slugify(text, allow_unicode=True) or text)[:MAX_KEY]


def poll_keys(polls: Sequence[tuple[str, str]]) -> list[str]:
    """The key of each (key, prompt), also of those that have none: what two would share gets a number."""
    taken = {key for key, _prompt in polls if key}
    keys = []
    for key, prompt in polls:
        named = key or _free(default_key(prompt), taken)
        taken.add(named)
        keys.append(named)
    return keys


def option_keys(options: Sequence[tuple[str, str]]) -> list[str]:
    """The key of each (key, text). Where slugs fall together (C, C++, C#) the texts themselves are the keys."""
    slugs = Counter(default_key(text) for key, text in options if not key)
    return [
        key or (default_key(text) if slugs[default_key(text)] == 1 else text[:MAX_KEY])
        for key, text in options
    ]  # fmt: skip


def named_polls(polls: Sequence[tuple[str, str]]) -> list[str]:
    """The keys that a file must name; "" where the reader comes to the same key by itself."""
    keys = poll_keys(polls)
    return ["" if key == default_key(prompt) else key for key, (_key, prompt) in zip(keys, polls, strict=True)]


def named_options(options: Sequence[tuple[str, str]]) -> list[str]:
    """The same for options. Naming one changes what the others share, so it goes on until nothing is left to name."""
    named = [""] * len(options)
    while True:
        read = option_keys([(key, text) for key, (_key, text) in zip(named, options, strict=True)])
        wanted = [
            key if key and key != found else name
            for name, found, (key, _text) in zip(named, read, options, strict=True)
        ]
        if wanted == named:
            return named
        named = wanted


def _free(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    numbers = (f"{key[: MAX_KEY - 4]}-{number}" for number in range(2, len(taken) + 3))
    return next(numbered for numbered in numbers if numbered not in taken)
