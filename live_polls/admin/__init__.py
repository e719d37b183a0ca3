"""The admin of operators, one file a noun. It reads; what it changes in rooms and polls goes through the domain.

Django never finds these pages with nothing to lose: rooms and polls are deleted by an action that says what goes
with them and leaves a hall's ballots in the database while it asks.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from live_polls.admin.account import AccountAdmin
from live_polls.admin.ballot import BallotAdmin
from live_polls.admin.contributions import ExclusionAdmin, QuestionAdmin, TextAdmin
from live_polls.admin.membership import MembershipAdmin
from live_polls.admin.poll import PollAdmin
from live_polls.admin.record import RecordAdmin
from live_polls.admin.role_link import RoleLinkAdmin
from live_polls.admin.room import RoomAdmin
from live_polls.admin.tally import TallyAdmin

# Rights are roles in rooms, and an account has one address: neither page would do anything. The page of authenticators
# would show their secrets.
for unused in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)

__all__ = [
    "AccountAdmin",
    "BallotAdmin",
    "ExclusionAdmin",
    "MembershipAdmin",
    "PollAdmin",
    "QuestionAdmin",
    "RecordAdmin",
    "RoleLinkAdmin",
    "RoomAdmin",
    "TallyAdmin",
    "TextAdmin",
]
