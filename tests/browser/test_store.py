"""The scripts' own logic, run where it runs: what is true (Store), and what is on its way (Outbox)."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Run = Callable[..., Any]

PREPARE = """
    const { Store } = await import('live_polls/polls');
    const { Outbox } = await import('live_polls/live');
    const keep = () => { const kept = {}; return {
        kept, getItem: (key) => kept[key] ?? null, setItem: (key, text) => { kept[key] = text; },
        removeItem: (key) => { delete kept[key]; } }; };
    const seen = (store) => ({ version: store.version, order: store.order, title: store.room?.title,
        polls: Object.fromEntries(store.order.map((code) => [code, {
            state: store.polls.get(code).state, round: store.polls.get(code).round,
            tally: store.tally(code) ?? null, mine: store.ballot(code)?.answer ?? null }])) });
"""


@pytest.fixture(scope="module")
def run(chromium, server) -> Run:
    """Run a script that knows the modules; its argument is `given`."""
    page: Page = chromium.new_page()
    page.goto(server.load_room('[room]\nslug = "modules"\ntitle = "Modules"\n')["urls"]["audience"])
    return lambda script, given=None: page.evaluate(f"async (given) => {{ {PREPARE} {script} }}", given)


def poll(code: str = "a", *, state: str = "open", round_: int = 1) -> dict[str, Any]:
    options = [{"number": 1, "text": "Tabs"}, {"number": 2, "text": "Spaces"}]
    return {"code": code, "state": state, "round": round_, "options": options, "prompt": "?", "kind": "single_choice"}


def snapshot(version: int, *polls: dict[str, Any], epoch: str = "e", mine: list[Any] | None = None) -> dict[str, Any]:
    return {
        "type": "snapshot", "epoch": epoch, "version": version, "now": 0, "room": {"title": f"Room {version}"},
        "polls": list(polls), "current": None, "presence": 1, "me": {"ballots": mine or []},
    }  # fmt: skip


def tally(version: int, n: int, *, round_: int = 1) -> dict[str, Any]:
    counted = {"n_ballots": n, "counts": {"1": n, "2": 0}}
    return {"type": "tally.changed", "epoch": "e", "version": version, "poll": "a", "round": round_, "tally": counted}


def changed(version: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "epoch": "e", "version": version} | more


APPLY = "const store = new Store(); for (const message of given) store.apply(message); return seen(store);"


def test_messages_in_any_order_and_twice_lead_to_the_same_state(run):
    ballot = {"poll": "a", "round": 1, "seq": 1, "answer": {"option": 1}, "receipt": "r"}
    news = [
        tally(2, 1),
        changed(3, "me.changed", poll="a", round=1, ballots=[ballot], tallies={"a": {"n_ballots": 2}}),
        tally(4, 3),
        changed(5, "poll.changed", position=0, poll=poll(state="closed")),
    ]
    first = snapshot(1, poll() | {"tally": {"n_ballots": 0}})

    ends = run(
        f"return given.map((given) => {{ {APPLY} }});", [[first, *order, *order] for order in permutations(news)]
    )

    assert {json.dumps(end, sort_keys=True) for end in ends} == {json.dumps(ends[0], sort_keys=True)}
    assert ends[0]["polls"]["a"] == {
        "state": "closed", "round": 1, "mine": {"option": 1}, "tally": {"n_ballots": 3, "counts": {"1": 3, "2": 0}},
    }  # fmt: skip


def test_a_removed_poll_does_not_come_back_by_older_news(run):
    end = run(
        APPLY, [snapshot(1, poll()), changed(3, "poll.removed", poll="a"), changed(2, "poll.changed", poll=poll())]
    )

    assert end["order"] == []


def test_a_snapshot_takes_away_what_is_not_in_it(run):
    assert run(APPLY, [snapshot(1, poll("a"), poll("b")), snapshot(2, poll("b"))])["order"] == ["b"]


def test_a_poll_that_moves_stands_where_it_is_put(run):
    news = [
        snapshot(1, poll("a"), poll("b"), poll("c")),
        changed(2, "poll.changed", position=0, poll=poll("c")),
        changed(2, "poll.changed", position=3, poll=poll("d")),
    ]

    assert run(APPLY, news)["order"] == ["c", "a", "b", "d"]


def test_polls_that_move_at_once_end_in_their_places(run):
    moved = [changed(2, "poll.changed", position=place, poll=poll(code)) for place, code in enumerate("xyoze")]
    del moved[2]  # the third is where it was

    assert run(APPLY, [snapshot(1, *map(poll, "exoy")), *moved])["order"] == ["x", "y", "o", "z", "e"]


def test_a_new_round_starts_without_votes(run):
    mine = [{"poll": "a", "round": 1, "seq": 1, "answer": {"option": 1}}]
    news = [
        snapshot(1, poll() | {"tally": {"n_ballots": 1}}, mine=mine),
        changed(2, "poll.changed", poll=poll(round_=2)),
    ]

    assert run(APPLY, news)["polls"]["a"] == {"state": "open", "round": 2, "tally": None, "mine": None}


def test_another_epoch_starts_over_even_with_lower_versions(run):
    end = run(APPLY, [snapshot(9, poll("a")), snapshot(2, poll("b"), epoch="other")])

    assert (end["version"], end["order"], end["title"]) == (2, ["b"], "Room 2")


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (changed(5, "heartbeat", now=0), [False, False]),
        (changed(6, "heartbeat", now=0), [False, True]),
        (changed(4, "heartbeat", now=0), [True, False]),
        (tally(6, 1) | {"epoch": "other"}, [True, False]),
    ],
)
def test_what_was_missed_is_noticed(run, message, wanted):
    script = """const store = new Store(); store.apply(given[0]); const change = store.apply(given[1]);
        return [change.resync, change.behind];"""

    assert run(script, [snapshot(5, poll()), message]) == wanted


def test_an_acknowledged_ballot_is_in_force_before_any_push_and_an_older_one_is_not(run):
    script = """const store = new Store(); store.apply(given);
        const cast = (seq, option) => store.counted({ poll: 'a', round: 1, seq, answer: { option } }, 1);
        cast(2, 1); cast(1, 2); return store.ballot('a').answer;"""

    assert run(script, snapshot(1, poll())) == {"option": 1}


def test_a_ballot_stays_in_the_outbox_over_a_reload_until_it_is_acknowledged(run):
    script = """const storage = keep(); const before = new Outbox('k', storage);
        before.put({ poll: 'a', round: 1, inForce: 4, answer: { option: 2 } });
        const after = new Outbox('k', storage); const [message] = after.messages();
        const settled = after.settle({ type: 'ack', id: message.id });
        return [message, settled.seq, after.messages().length, new Outbox('k', storage).messages().length];"""

    message, seq, left, kept = run(script)

    assert (message["type"], message["seq"], message["answer"]) == ("ballot.cast", 5, {"option": 2})
    assert (seq, left, kept) == (5, 0, 0)


def test_a_second_thought_goes_above_the_first_which_may_have_been_counted(run):
    script = """const box = new Outbox('k', null);
        for (const option of [1, 2]) box.put({ poll: 'a', round: 1, inForce: 0, answer: { option } });
        return box.messages().map(({ seq, answer }) => [seq, answer.option]);"""

    assert run(script) == [[2, 2]]


def test_the_answer_to_an_earlier_thought_settles_nothing(run):
    script = """const box = new Outbox('k', null); const put = () => box.put({ poll: 'a', round: 1, inForce: 0, answer: {} });
        put(); const [{ id }] = box.messages(); put();
        return [box.settle({ type: 'ack', id }) ?? null, box.messages().length];"""

    assert run(script) == [None, 1]


@pytest.mark.parametrize(
    ("code", "left"), [("busy", 1), ("rate_limited", 1), ("internal", 1), ("stale", 0), ("closed", 0), ("not_found", 0)]
)
def test_only_a_passing_refusal_keeps_a_ballot(run, code, left):
    script = """const box = new Outbox('k', null); box.put({ poll: 'a', round: 1, inForce: 0, answer: null });
        const [{ id, type }] = box.messages(); box.settle({ type: 'error', id, code: given });
        return [type, box.messages().length];"""

    assert run(script, code) == ["ballot.withdraw", left]


def test_a_storage_that_refuses_or_is_spoilt_costs_nothing(run):
    script = """const full = keep(); full.setItem = () => { throw new Error('full'); }; full.kept.k = '{spoilt';
        const box = new Outbox('k', full); box.put({ poll: 'a', round: 1, inForce: 0, answer: {} });
        return box.messages().length;"""

    assert run(script) == 1
