"""Words for entries of the moderation desk."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, ngettext

from live_polls.domain.contributions import Contribution

register = template.Library()


def sort_words() -> dict[str, str]:
    return {"question": gettext("Question"), "text": gettext("Text"), "name": gettext("Name")}


def state_words() -> dict[str, str]:
    return {
        "held": gettext("Waiting"),
        "shown": gettext("Shown"),
        "hidden": gettext("Hidden"),
        "archived": gettext("Archived"),
    }


def hint_words() -> dict[str, str]:
    """Why something waits. A hint is for moderators: it says nothing about who wrote it."""
    return {
        "word": gettext("Has a word of the list"),
        "name": gettext("Given under a name to look at"),
        "watched": gettext("Something of the same person was hidden"),
    }


def silence_words() -> dict[str, str]:
    return {"muted": gettext("Muted"), "excluded": gettext("Excluded")}


@register.filter
def sort_word(sort: str) -> str:
    return sort_words().get(sort, "")


@register.filter
def state_word(state: str) -> str:
    return state_words().get(state, "")


@register.filter
def hint_word(hint: str) -> str:
    return hint_words().get(hint, "")


@register.filter
def silence_word(silenced: str) -> str:
    return silence_words().get(silenced, "")


@register.filter
def n_words(contribution: Contribution) -> str:
    """How many are for a question, or carry a text."""
    if contribution.is_question:
        words = ngettext("%(n)s upvote", "%(n)s upvotes", contribution.n)
    else:
        words = ngettext("given by %(n)s", "given by %(n)s", contribution.n)
    return words % {"n": contribution.n}
