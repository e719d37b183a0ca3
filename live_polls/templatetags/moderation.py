"""Words for entries of the moderation desk."""

from __future__ import annotations

from django import template
from django.utils.translation import ngettext

from live_polls.domain.contributions import Contribution
from live_polls.views import moderation_page

register = template.Library()


@register.filter
def sort_word(sort: str) -> str:
    return moderation_page.sort_words().get(sort, "")


@register.filter
def state_word(state: str) -> str:
    return moderation_page.state_words().get(state, "")


@register.filter
def hint_word(hint: str) -> str:
    return moderation_page.hint_words().get(hint, "")


@register.filter
def silence_word(silenced: str) -> str:
    return moderation_page.silence_words().get(silenced, "")


@register.filter
def n_words(contribution: Contribution) -> str:
    """How many are for a question, or carry a text."""
    if contribution.is_question:
        words = ngettext("%(n)s upvote", "%(n)s upvotes", contribution.n)
    else:
        words = ngettext("given by %(n)s", "given by %(n)s", contribution.n)
    return words % {"n": contribution.n}
