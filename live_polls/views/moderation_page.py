"""What the moderation desk shows: filters, words for states and hints, and the mould of an entry for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext, ngettext

from live_polls.domain.contributions import Contribution, Sort
from live_polls.templatetags.charts import PLURALS
from live_polls.templatetags.moderation import hint_words, silence_words, sort_words, state_words

# What of the queue is shown: {name: states}.
SHOWS: dict[str, frozenset[str]] = {
    "waiting": frozenset({"held"}),
    "shown": frozenset({"shown"}),
    "hidden": frozenset({"hidden"}),
    "archived": frozenset({"archived"}),
    "all": frozenset({"held", "shown", "hidden", "archived"}),
}
ORDERS = ("oldest", "newest", "most")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a moderator wants to see, and in which order. Nonsense is the default."""

    show: str = "waiting"
    order: str = "oldest"
    only: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Filter:
        show, order, only = (fields.get(name, "") for name in ("show", "order", "only"))
        return cls(
            show if show in SHOWS else "waiting",
            order if order in ORDERS else "oldest",
            only if only in set(Sort) else "",
        )

    @property
    def query(self) -> str:
        return "?" + urlencode({"show": self.show, "order": self.order, "only": self.only})

    def pick(self, queue: Sequence[Contribution]) -> list[Contribution]:
        """The entries that pass, in order."""
        picked = [
            contribution
            for contribution in queue
            if contribution.state in SHOWS[self.show] and self.only in {"", contribution.sort}
        ]
        if self.order == "newest":
            picked.reverse()
        elif self.order == "most":
            picked.sort(key=lambda contribution: -contribution.n)
        return picked

    @property
    def shows(self) -> list[tuple[str, str]]:
        labels = (gettext("Waiting"), gettext("Shown"), gettext("Hidden"), gettext("Archived"), gettext("All"))
        return list(zip(SHOWS, labels, strict=True))

    @property
    def orders(self) -> list[tuple[str, str]]:
        return list(zip(ORDERS, (gettext("Oldest first"), gettext("Newest first"), gettext("Most first")), strict=True))

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [("", gettext("Everything")), *((sort, label) for sort, label in sort_words().items())]


def mould() -> Contribution:
    """An entry with nothing in it, that scripts fill."""
    return Contribution(id="", sort="", state="", text="")


def words() -> dict[str, object]:
    """What scripts say on the desk."""
    return {
        "sorts": sort_words(),
        "states": state_words(),
        "hints": hint_words(),
        "silences": silence_words(),
        "waiting": {name: ngettext("%(n)s waits", "%(n)s wait", n) for name, n in PLURALS.items()},
        "new": {name: ngettext("%(n)s new", "%(n)s new", n) for name, n in PLURALS.items()},
        "decided": {name: ngettext("Clear %(n)s decided", "Clear %(n)s decided", n) for name, n in PLURALS.items()},
        "selected": {name: ngettext("%(n)s selected", "%(n)s selected", n) for name, n in PLURALS.items()},
        "votes": {name: ngettext("%(n)s upvote", "%(n)s upvotes", n) for name, n in PLURALS.items()},
        "given": {name: ngettext("given by %(n)s", "given by %(n)s", n) for name, n in PLURALS.items()},
        "empty": gettext("Nothing here. What comes in appears by itself."),
        "lost": gettext("Reconnecting… the buttons still work when the network does."),
        "over": gettext("You may not moderate this room any more, or this page is out of date. Reload it to go on."),
        "unsent": gettext("No answer from the server. Nothing may have changed; try again."),
        "undone": gettext("Undone."),
    }


def said(verb: str, n: int) -> str:
    """What a deed has done to `n` of them."""
    return str(_SAID[verb](n)) % {"n": n}


_SAID = {
    "approve": lambda n: ngettext("%(n)s is shown now.", "%(n)s are shown now.", n),
    "hide": lambda n: ngettext("%(n)s is hidden now.", "%(n)s are hidden now.", n),
    "archive": lambda n: ngettext("%(n)s is archived now.", "%(n)s are archived now.", n),
    "edit": lambda n: ngettext("The text reads otherwise now.", "The texts read otherwise now.", n),
    "reply": lambda n: ngettext("The reply is written.", "The replies are written.", n),
    "answer": lambda n: ngettext("%(n)s is marked as answered.", "%(n)s are marked as answered.", n),
    "reopen": lambda n: ngettext("%(n)s is open again.", "%(n)s are open again.", n),
    "pin": lambda n: ngettext("The question is on stage.", "The questions are on stage.", n),
    "unpin": lambda n: ngettext("The question is off the stage.", "The questions are off the stage.", n),
    "merge": lambda n: ngettext("%(n)s is merged.", "%(n)s are merged.", n),
    "split": lambda n: ngettext("%(n)s stands by itself again.", "%(n)s stand by themselves again.", n),
    "mute": lambda n: ngettext("%(n)s person is muted.", "%(n)s people are muted.", n),
    "exclude": lambda n: ngettext("%(n)s person is excluded.", "%(n)s people are excluded.", n),
    "lift": lambda n: ngettext("%(n)s person is let in again.", "%(n)s people are let in again.", n),
}
