"""What is stored about people, why, and until when: one line for each model, and the privacy page is made of them.

A model without a line here fails a test, so that nothing is kept that the page does not tell of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Until(StrEnum):
    PURGE = "purge"  # so many days after the end of the room, see retention.py
    TOTALS = "totals"  # with the room
    DEED = "deed"  # so many days after it was done
    ACCOUNT = "account"
    EXPIRY = "expiry"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Kept:
    """One line: which models, of whom, what, and until when. Without a model: rows of one that has another line."""

    models: tuple[str, ...]
    what: Promise
    until: Until
    is_of_audience: bool = True


KEPT: Sequence[Kept] = (
    Kept(
        ("Ballot",),
        _(
            "Your answers to polls, under a random number that only your phone can make again. Hosts cannot see whose they"
            " are; quiz questions and texts stand under another such number, because they are scored and moderated."
        ),
        Until.PURGE,
    ),
    Kept(
        ("Text", "Spelling"),
        _(
            "What you write in polls, as it is shown or waits for a moderator. A word that stands for many stays as a count."
        ),
        Until.PURGE,
    ),
    Kept(
        ("Question", "Upvote"),
        _("Questions that you ask, with the name that you give, and which questions you are for."),
        Until.PURGE,
    ),
    Kept(("Player",), _("Your name and team in a quiz."), Until.PURGE),
    Kept(("ExtraTime",), _("That you asked for more time in a poll."), Until.PURGE),
    Kept(
        ("Invitation",),
        _("That a one-time invitation was used, by which random number; of its code only a hash."),
        Until.PURGE,
    ),
    Kept(("Exclusion",), _("That moderators muted or excluded a random number."), Until.PURGE),
    Kept(("Cohort",), _("Which ballots came together in a suspicious way, as a group and never singly."), Until.PURGE),
    Kept(("Tally",), _("How many gave each answer: counts, without anybody in them."), Until.TOTALS),
    Kept(
        ("Room", "Poll", "Option", "Picture"),
        _("What hosts write: rooms, polls, options and pictures."),
        Until.TOTALS,
        is_of_audience=False,
    ),
    Kept(("Record",), _("Who of those who run a room did what, and when."), Until.PURGE, is_of_audience=False),
    Kept(
        (),
        _("Which account was made, changed or deleted and which room was deleted, by whom, and when."),
        Until.DEED,
        is_of_audience=False,
    ),
    Kept(
        ("Account",),
        _("Of those who sign in: email address, name, a hash of the password."),
        Until.ACCOUNT,
        is_of_audience=False,
    ),
    Kept(
        ("Membership", "RoleLink"),
        _("Who has which role in a room, and links that give one."),
        Until.TOTALS,
        is_of_audience=False,
    ),
    Kept(
        ("Authenticator", "EmailAddress", "EmailConfirmation"),
        _("Of those who sign in: second factors and passkeys, and which addresses are theirs."),
        Until.ACCOUNT,
        is_of_audience=False,
    ),
    Kept(("LogEntry",), _("What operators did in the admin."), Until.ACCOUNT, is_of_audience=False),
    Kept(("Session",), _("That somebody is signed in, on which browser."), Until.EXPIRY, is_of_audience=False),
)


def days_words(days: int) -> str:
    """How long a room's people are kept after its end."""
    if days == 0:
        return str(_("until the next clean-up after the room has ended"))
    return ngettext(
        "until %(days)s day after the room has ended", "until %(days)s days after the room has ended", days
    ) % {"days": days}


def _days_of_deeds(days: int) -> str:
    if days == 0:
        return str(_("until the next clean-up"))
    return ngettext("until %(days)s day after it was done", "until %(days)s days after it was done", days) % {
        "days": days
    }


def until_words(until: Until, *, days: int) -> str:
    """The time in words; `days` are those of the installation, or of one room."""
    words = {
        Until.TOTALS: _("until the host deletes the room"),
        Until.ACCOUNT: _("until the account is deleted"),
        Until.EXPIRY: _("until it expires, or the person signs out"),
        Until.NEVER: _("not at all"),
    }
    if until is Until.DEED:
        return _days_of_deeds(days)
    return days_words(days) if until is Until.PURGE else str(words[until])
