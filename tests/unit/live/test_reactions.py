from __future__ import annotations

from live_polls.live import reactions as module
from live_polls.live.reactions import EXPIRES_SECONDS, KEEPS_SECONDS, PULSE_SECONDS, TELL_EVERY_SECONDS, Reactions


def test_taps_are_told_and_shown_once_however_many_they_are():
    reactions = Reactions()
    for n in range(5000):
        reactions.take(f"voice {n}", "heart", 1.0)

    assert reactions.to_tell(1.0) == ({"heart": 5000}, {})
    assert reactions.to_show(1.0) == ({"heart": 5000}, {})
    assert reactions.to_tell(2.0) is None
    assert reactions.to_show(2.0) is None


def test_what_another_process_says_is_added_to_what_is_shown_and_not_told_again():
    reactions = Reactions()
    reactions.take("alice", "clap", 1.0)
    reactions.hear("other", {"clap": 3, "heart": 2}, {"lost": 4}, 1.0)

    assert reactions.to_show(1.0) == ({"clap": 4, "heart": 2}, {"lost": 4})
    assert reactions.to_tell(1.0) == ({"clap": 1}, {})


def test_the_pulse_is_the_last_word_of_each_in_the_last_minute():
    reactions = Reactions()
    reactions.take("alice", "faster", 0.0)
    reactions.take("alice", "faster", 1.0)
    reactions.take("bob", "lost", 1.0)
    assert reactions.pulse == {"faster": 1, "lost": 1}

    reactions.take("alice", "slower", 30.0)
    assert reactions.pulse == {"slower": 1, "lost": 1}

    assert reactions.to_show(1.0 + PULSE_SECONDS) == ({}, {"slower": 1})
    assert reactions.to_show(30.0 + PULSE_SECONDS) == ({}, {})  # said once, that it is calm again
    assert reactions.to_show(31.0 + PULSE_SECONDS) is None


def test_the_pulse_is_told_before_it_expires_elsewhere_and_when_it_is_over():
    reactions = Reactions()
    reactions.take("alice", "lost", 100.0)

    assert reactions.to_tell(100.0) == ({}, {"lost": 1})
    assert reactions.to_tell(101.0) is None
    assert reactions.to_tell(100.0 + TELL_EVERY_SECONDS) == ({}, {"lost": 1})
    assert reactions.to_tell(100.0 + PULSE_SECONDS) == ({}, {})
    assert reactions.to_tell(200.0) is None


def test_what_somebody_said_of_the_talk_is_taken_back_and_others_are_told():
    reactions = Reactions()
    for who in ("alice", "bob"):
        reactions.take(who, "lost", 1.0)
    assert reactions.to_tell(1.0) == ({}, {"lost": 2})

    for _ in range(2):
        reactions.forget({"alice", "somebody else"})

    assert reactions.to_tell(1.5) == ({}, {"lost": 1})
    assert reactions.to_show(1.5) == ({}, {"lost": 1})


def test_a_process_that_falls_silent_is_forgotten():
    reactions = Reactions()
    reactions.hear("other", {}, {"faster": 7}, 0.0)
    reactions.hear("other", {}, {"faster": 7}, 1.0)  # doubled: it is absolute

    assert reactions.to_show(1.0) == ({}, {"faster": 7})
    assert reactions.to_show(1.0 + EXPIRES_SECONDS) == ({}, {})


def test_what_comes_over_the_layer_is_not_believed_blindly():
    reactions = Reactions()
    reactions.hear("other", {"heart": 10**12, "clap": -3, "skull": 9}, {"lost": -1, "heart": 5}, 0.0)

    assert reactions.to_show(0.0) == ({"heart": module.MOST_TAPS}, {})


def test_of_a_crowd_beyond_all_bounds_the_pulse_of_the_last_is_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST_PEOPLE", 100)
    reactions = Reactions()
    for n in range(1000):
        reactions.take(f"voice {n}", "lost" if n < 900 else "slower", 1.0)

    assert reactions.pulse == {"slower": 100}


def test_a_tap_waits_a_moment_for_more_urgent_things():
    reactions = Reactions()
    reactions.take("alice", "heart", 1.0)

    assert reactions.give_up(1.0 + KEEPS_SECONDS / 2) == 0
    assert reactions.to_tell(3.0) == ({"heart": 1}, {})
    assert reactions.to_show(3.0) == ({"heart": 1}, {})


def test_what_has_waited_too_long_is_neither_told_nor_shown():
    reactions = Reactions()
    reactions.take("alice", "heart", 1.0)
    reactions.take("bob", "clap", 2.0)

    assert reactions.give_up(1.0 + KEEPS_SECONDS) == 2
    assert reactions.to_tell(5.0) is None
    assert reactions.to_show(5.0) is None
    reactions.take("alice", "clap", 6.0)
    assert reactions.give_up(6.0 + KEEPS_SECONDS / 2) == 0
    assert reactions.to_show(8.0) == ({"clap": 1}, {})


def test_a_room_is_silent_until_somebody_taps_and_when_the_last_word_is_taken_back():
    reactions = Reactions()
    silent = [reactions.is_silent]
    reactions.take("ann", "slower", 0.0)
    silent.append(reactions.is_silent)
    for now in (1.0, PULSE_SECONDS + 10.0):
        reactions.to_tell(now)
        reactions.to_show(now)
        silent.append(reactions.is_silent)

    assert silent == [True, False, False, True]
