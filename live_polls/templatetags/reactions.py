"""Reactions and the pulse in templates: their names on the wire, signs and words."""

from __future__ import annotations

from typing import NamedTuple

from django import template

from live_polls.enums import Pulse, Reaction

register = template.Library()

SIGNS = {
    Reaction.HEART: "❤️",
    Reaction.CLAP: "👏",
    Reaction.LAUGH: "😂",
    Reaction.WOW: "😮",
    Reaction.THINK: "🤔",
}


class Tap(NamedTuple):
    value: str
    label: str
    sign: str = ""


@register.simple_tag
def reactions() -> list[Tap]:
    """What may be tapped for the big screen."""
    return [Tap(each.value, str(each.label), SIGNS[each]) for each in Reaction]


@register.simple_tag
def pulses() -> list[Tap]:
    """What may be said to the hosts."""
    return [Tap(each.value, str(each.label)) for each in Pulse]
