from __future__ import annotations

import pytest

from live_polls.domain.room_view import PollView
from live_polls.domain.visibility import Viewer, sees_counts, sees_poll
from live_polls.enums import PollState, ResultsVisibility

# Who sees counts: v somebody of the audience who has voted, a one who has not (and an anonymous stage), s a stage
# that is trusted, h a host. Columns: what a host decided (rule, shown, hidden).
TABLE = """
live         open     vash  vash  h
live         closed   vash  vash  h
after_vote   open     vh    vsh   h
after_vote   closed   vash  vash  h
after_close  open     h     sh    h
after_close  closed   vash  vash  h
host         open     h     sh    h
host         closed   h     sh    h
"""

CASES = [
    (rule, state, shown, seen_by)
    for rule, state, *cells in (line.split() for line in TABLE.split("\n") if line)
    for shown, seen_by in zip((None, True, False), cells, strict=True)
]


def poll_view(state: str, rule: str = "live", shown: bool | None = None) -> PollView:
    return PollView(1, "code", "single_choice", "?", state, 1, (), {}, rule, shown, None, None)


@pytest.mark.parametrize(("rule", "state", "shown", "seen_by"), CASES)
def test_counts_are_seen_by(rule, state, shown, seen_by):
    poll = poll_view(state, rule, shown)
    viewers = {"v": (Viewer.AUDIENCE, True), "a": (Viewer.AUDIENCE, False), "s": (Viewer.TRUSTED_STAGE, False)}
    viewers["h"] = (Viewer.HOST, False)

    seeing = [key for key, (viewer, voted) in viewers.items() if sees_counts(poll, viewer, voted=voted)]

    assert "".join(seeing) == seen_by


def test_table_is_complete():
    public = (PollState.OPEN, PollState.CLOSED)

    assert {case[:2] for case in CASES} == {(rule, state) for rule in ResultsVisibility.values for state in public}


@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("viewer", Viewer)
def test_drafts_and_archived_polls_are_for_hosts_only(state, viewer):
    is_public = state in {PollState.OPEN, PollState.CLOSED}

    assert sees_poll(poll_view(state.value), viewer) is (is_public or viewer is Viewer.HOST)


def test_a_rule_that_nobody_knows_shows_nothing():
    assert not sees_counts(poll_view("closed", "everybody?"), Viewer.AUDIENCE, voted=True)
