from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.ballots import Cast, cast_batch
from live_polls.models import Poll, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    """An open poll with three ballots: two for the first option, one for the second."""
    room = rooms.create_room(title="Keynote", slug="keynote")
    poll = polls.add_poll(room, polls.PollDraft(kind="single_choice", prompt="p", options=["a", "b"]))
    lifecycle.open_poll(poll)
    cast_batch([Cast(room.pk, f"{n:032x}", poll.code, 1, 1, {"option": 1 + n // 2}) for n in range(3)])
    return poll


def recount(*args: str) -> str:
    out = StringIO()
    call_command("recount", *args, stdout=out)
    return out.getvalue()


def falsify(poll: Poll) -> None:
    Tally.objects.filter(poll=poll, counter="1").update(n=5)
    Tally.objects.filter(poll=poll, counter="2").delete()


def refused(*args: str) -> tuple[str, str, int]:
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("recount", *args, stdout=out)
    return out.getvalue(), str(error.value), error.value.returncode


def test_recount_says_that_all_is_well(poll):
    assert recount() == "Every tally is what its ballots say.\n"


def test_recount_prints_one_line_a_difference_and_exits_with_1(poll):
    falsify(poll)

    assert refused() == (
        f"poll {poll.code}, round 1, counter 1: stored 5, counted 2\n"
        f"poll {poll.code}, round 1, counter 2: stored 0, counted 1\n",
        "2 differences found; --repair mends them.",
        1,
    )


def test_recount_repairs_and_is_content_afterwards(poll):
    falsify(poll)

    assert refused("--repair")[1:] == ("2 differences mended.", 1)
    assert recount() == "Every tally is what its ballots say.\n"
    assert dict(Tally.objects.filter(poll=poll).values_list("counter", "n")) == {"n": 3, "1": 2, "2": 1}


def test_recount_looks_at_one_room_named_by_its_code_or_slug(poll):
    other, code = rooms.create_room(title="Other"), poll.room.join_code
    falsify(poll)

    for name in (code, code.lower(), f"{code[:3]} {code[3:]}", "keynote"):
        assert refused(name)[2] == 1
    assert recount(other.join_code) == "Every tally is what its ballots say.\n"


def test_recount_refuses_a_room_that_does_not_exist():
    assert refused("AAAAAA") == ("", "There is no room AAAAAA.", 1)
