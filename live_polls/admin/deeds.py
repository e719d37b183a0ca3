"""Deeds of the domain as actions of the admin: one by one, refusals told, what worked kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from live_polls.errors import PollError

M = TypeVar("M", bound=Model)


def do_to_each(request: HttpRequest, things: Iterable[M], deed: Callable[[M], object]) -> None:
    """Do the deed to each and say on the next page how it went."""
    n_done = 0
    for thing in things:
        name = str(thing)
        try:
            deed(thing)
        except PollError as error:
            messages.error(request, f"{name}: {gettext(error.message)}")
        else:
            n_done += 1
    if n_done:
        messages.success(request, ngettext("Done: %(n)s.", "Done: %(n)s.", n_done) % {"n": n_done})
