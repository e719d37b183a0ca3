from __future__ import annotations

import pytest

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.ballots import Cast, Counted, cast_batch
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_file_checks import RoomFileError
from live_polls.domain.room_loading import LoadedRoom, load_room
from live_polls.models import Account, Ballot, Membership, Option, Poll, Room

pytestmark = pytest.mark.django_db

HEAD = '[room]\nslug = "keynote"\ntitle = "Keynote"\n'
TABS = """\
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces"]
state = "open"
"""
STORES = """\
[[polls]]
key = "stores"
kind = "multiple_choice"
prompt = "Which do you use?"
options = ["Redis", { key = "pg", text = "PostgreSQL" }, "SQLite"]
max_choices = 2
"""
RANK = '[[polls]]\nkind = "ranking"\nprompt = "Rank"\noptions = ["a", "b"]\n'


def load(text: str, host: Account | None = None) -> LoadedRoom:
    return load_room(parse_room_file(text.encode()), host=host)


def refusals(text: str) -> list[str]:
    with pytest.raises(RoomFileError) as refused:
        load(text)
    return [str(mistake) for mistake in refused.value.mistakes]


def vote(key: str, answer: object) -> None:
    poll = Poll.objects.get(key=key)
    lifecycle.open_poll(poll)
    [outcome] = cast_batch([Cast(poll.room_id, "a" * 32, poll.code, poll.round, 1, answer)])
    assert isinstance(outcome, Counted)


def texts(key: str) -> list[str]:
    return list(Option.objects.filter(poll__key=key).order_by("number").values_list("text", flat=True))


def keys_in_order() -> list[str]:
    return list(Poll.objects.order_by("position").values_list("key", flat=True))


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Room, Poll, Option, Ballot)]


def test_a_new_slug_makes_a_room_with_its_polls_in_order():
    loaded = load(HEAD + 'results = "host"\n' + TABS + STORES)

    tabs, stores = loaded.room.polls.all()
    assert (loaded.created, loaded.changed, loaded.room.title, loaded.room.results) == (True, True, "Keynote", "host")
    assert (tabs.key, tabs.kind, tabs.prompt, tabs.state) == (
        "tabs-or-spaces",
        "single_choice",
        "Tabs or spaces?",
        "open",
    )
    assert (stores.key, stores.state, stores.settings) == (
        "stores",
        "draft",
        {"min_choices": 1, "max_choices": 2, "abstain": False},
    )
    assert texts("stores") == ["Redis", "PostgreSQL", "SQLite"]
    assert loaded.room.current == tabs


def test_loading_the_same_file_again_changes_nothing():
    load(HEAD + TABS + STORES + RANK)
    before = everything()

    loaded = load(HEAD + TABS + STORES + RANK)

    assert (loaded.created, loaded.changed) == (False, False)
    assert everything() == before


def test_loading_the_same_file_again_changes_nothing_while_people_vote():
    load(HEAD + TABS)
    vote("tabs-or-spaces", {"option": 1})
    before = everything()

    assert not load(HEAD + TABS).changed
    assert everything() == before


@pytest.mark.parametrize("state", ["draft", "open", "closed", "archived"])
def test_a_state_is_given_at_creation(state):
    load(HEAD + RANK + f'state = "{state}"\n')

    assert Poll.objects.get().state == state


def test_a_state_is_never_given_again():
    load(HEAD + TABS)
    lifecycle.close_poll(Poll.objects.get())

    assert not load(HEAD + TABS).changed
    assert Poll.objects.get().state == "closed"


def test_title_rules_and_countdowns_may_change_while_people_vote():
    load(HEAD + TABS)
    vote("tabs-or-spaces", {"option": 1})

    loaded = load(HEAD.replace("Keynote", "Closing") + 'results = "after_close"\n' + TABS + "seconds = 60\n")

    assert (loaded.room.title, loaded.room.results) == ("Closing", "after_close")
    assert Poll.objects.get().seconds == 60


def test_a_poll_without_ballots_may_become_any_other():
    load(HEAD + STORES)

    load(HEAD + '[[polls]]\nkey = "stores"\nkind = "ranking"\nprompt = "Rank"\noptions = ["b", "a"]\n')

    poll = Poll.objects.get()
    assert (poll.kind, poll.prompt, texts("stores")) == ("ranking", "Rank", ["b", "a"])


def test_polls_of_the_file_take_its_order_and_others_keep_their_place():
    room = load(HEAD + TABS + STORES).room
    polls.add_poll(room, polls.PollDraft(kind="ranking", prompt="By hand", options=["a", "b"]))
    load(HEAD + TABS + STORES + RANK)

    load(HEAD + RANK + STORES + TABS)

    assert keys_in_order() == ["rank", "stores", "", "tabs-or-spaces"]


def test_a_poll_made_by_hand_is_adopted_when_the_file_asks_the_same():
    room = load(HEAD).room
    by_hand = polls.add_poll(room, polls.PollDraft(kind="ranking", prompt="Rank", options=["a", "b"]))

    assert not load(HEAD + RANK).changed
    assert Poll.objects.get() == by_hand
    assert keys_in_order() == ["rank"]


def test_a_dropped_poll_without_ballots_is_removed_and_one_made_by_hand_stays():
    room = load(HEAD + TABS + RANK).room
    polls.add_poll(room, polls.PollDraft(kind="ranking", prompt="By hand", options=["a", "b"]))

    load(HEAD + RANK)

    assert keys_in_order() == ["rank", ""]


def test_a_dropped_poll_with_ballots_is_refused():
    load(HEAD + TABS)
    vote("tabs-or-spaces", {"option": 1})

    assert refusals(HEAD + STORES) == [
        "line 1: The poll “tabs-or-spaces” is missing, but people have voted in it. Put it back, or delete it by hand."
    ]
    assert keys_in_order() == ["tabs-or-spaces"]


@pytest.mark.parametrize(
    "edit",
    [
        ("multiple_choice", "ranking"),
        ("Which do you use?", "Which do you hate?"),
        ('"SQLite"]', '"SQLite", "MySQL"]'),
        (', "SQLite"]', "]"),
        ('"SQLite"]', '"MySQL"]'),
        ('["Redis", { key = "pg", text = "PostgreSQL" }', '[{ key = "pg", text = "PostgreSQL" }, "Redis"'),
        ("max_choices = 2", "max_choices = 1"),
    ],
)
def test_what_would_falsify_ballots_is_refused_and_nothing_at_all_is_written(edit):
    load(HEAD + STORES)
    vote("stores", {"options": [1, 2]})
    before = everything()

    assert refusals(HEAD.replace("Keynote", "Closing") + RANK + STORES.replace(*edit)) == [
        "line 8: People are voting in this poll or have voted: its prompt, kind, settings and options must stay as "
        "they are. Give the new poll another “key”."
    ]
    assert everything() == before


def test_all_refusals_are_heard_at_once():
    load(HEAD + TABS + STORES + RANK)
    for key, answer in (("tabs-or-spaces", {"option": 1}), ("stores", {"options": [1]}), ("rank", {"options": [1]})):
        vote(key, answer)

    refused = refusals(HEAD + STORES.replace("SQLite", "MySQL") + RANK.replace('"b"', '"c"'))

    assert [line.partition(":")[0] for line in refused] == ["line 1", "line 4", "line 10"]


def test_spelling_may_be_corrected_while_people_vote_and_ballots_stay():
    load(HEAD + STORES)
    vote("stores", {"options": [2]})

    corrected = STORES.replace("PostgreSQL", "Postgres 18").replace("Redis", "redis").replace("you use?", "you use!")
    assert load(HEAD + corrected).changed  # a new version: screens hear of it
    assert texts("stores") == ["redis", "Postgres 18", "SQLite"]
    assert Poll.objects.get().prompt == "Which do you use!"
    assert Ballot.objects.get().answer == '{"options":[2]}'


def test_a_correction_may_come_with_a_new_countdown():
    load(HEAD + TABS)
    vote("tabs-or-spaces", {"option": 1})

    load(HEAD + TABS.replace('"Tabs"', '"TABS"') + "seconds = 90\n")

    assert (texts("tabs-or-spaces"), Poll.objects.get().seconds) == (["TABS", "Spaces"], 90)


def test_an_option_keeps_its_key_through_the_editor_only_while_its_text_tells_it():
    room = load(HEAD + STORES).room
    polls.edit_poll(room.polls.get(), polls.PollDraft(kind="ranking", prompt="By hand", options=["Redis", "Other"]))

    load(HEAD + STORES)

    assert list(Option.objects.values_list("key", flat=True)) == ["redis", "pg", "sqlite"]


def test_without_a_host_the_room_is_the_operators():
    load(HEAD)

    assert not Membership.objects.exists()


def test_a_host_gets_the_room_also_when_it_is_there_already():
    load(HEAD)
    alice = Account.objects.create_user("alice@example.org", "correct horse battery")

    load(HEAD, host=alice)
    load(HEAD, host=alice)

    membership = Membership.objects.get()
    assert (membership.account, membership.role) == (alice, "host")


def test_an_open_poll_in_a_room_that_has_ended_is_refused_with_its_line():
    rooms.end_room(load(HEAD).room)

    assert refusals(HEAD + TABS) == ["line 4: This room has ended."]
    assert not Poll.objects.exists()


def test_a_round_that_the_file_opens_goes_by_the_entry_of_the_file():
    load(f'{HEAD}entry = "invited"\n{TABS}')

    assert Poll.objects.get().entry == "invited"


def test_settings_that_no_screen_shows_are_changes_too_and_what_is_not_said_stays():
    words = f'{HEAD}held_words = ["spoon"]\nretention_days = 7\n'
    assert load(HEAD).created
    assert [load(words).changed, load(words).changed, load(HEAD).changed] == [True, False, False]

    only_allowed = load(f'{HEAD}allowed_words = ["fork"]\nlocked = true\n').room
    assert (only_allowed.word_list, only_allowed.allow_list) == ("spoon", "fork")
    assert (only_allowed.retention_days, only_allowed.is_locked) == (7, True)

    assert load(f"{HEAD}held_words = []\nlocked = false\n").room.word_list == ""
    assert not Room.objects.get().is_locked
