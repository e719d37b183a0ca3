"""The nouns that are stored, one file each."""

from __future__ import annotations

from live_polls.models.account import Account
from live_polls.models.ballot import Ballot
from live_polls.models.cohort import Cohort
from live_polls.models.exclusion import Exclusion
from live_polls.models.extra_time import ExtraTime
from live_polls.models.invitation import Invitation, RoleLink
from live_polls.models.membership import Membership
from live_polls.models.picture import Picture
from live_polls.models.player import Player
from live_polls.models.poll import Option, Poll
from live_polls.models.question import Question, Upvote
from live_polls.models.record import Record
from live_polls.models.room import Room
from live_polls.models.tally import Tally
from live_polls.models.text import Spelling, Text

__all__ = [
    "Account",
    "Ballot",
    "Cohort",
    "Exclusion",
    "ExtraTime",
    "Invitation",
    "Membership",
    "Option",
    "Picture",
    "Player",
    "Poll",
    "Question",
    "Record",
    "RoleLink",
    "Room",
    "Spelling",
    "Tally",
    "Text",
    "Upvote",
]
