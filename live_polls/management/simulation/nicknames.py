"""What made-up voters call themselves in a quiz."""

from __future__ import annotations

from random import Random

MANNERS = (
    *("Brave", "Calm", "Clever", "Curious", "Daring", "Drowsy", "Eager", "Fancy", "Gentle", "Giddy", "Golden", "Happy"),
    *("Hasty", "Humble", "Jolly", "Lucky", "Merry", "Mighty", "Noble", "Plucky", "Proud", "Quiet", "Sunny", "Witty"),
)
BEASTS = (
    *(
        "Badger",
        "Beaver",
        "Crane",
        "Dolphin",
        "Falcon",
        "Ferret",
        "Gecko",
        "Hedgehog",
        "Heron",
        "Ibex",
        "Koala",
        "Lark",
    ),
    *("Lynx", "Magpie", "Marmot", "Newt", "Otter", "Owl", "Penguin", "Puffin", "Raven", "Seal", "Stork", "Wombat"),
)


def nickname(person: Random, n_taken: int = 0) -> str:
    """A name; with a number as soon as one was taken already."""
    name = f"{person.choice(MANNERS)} {person.choice(BEASTS)}"
    return f"{name} {person.randrange(2, 10_000)}" if n_taken else name
