"""The moderation desk by plain forms: what each deed does, how it is undone, and who may."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from live_polls.domain import questions
from live_polls.domain.asking import edit_asking
from live_polls.domain.ballots import cast_batch
from live_polls.domain.players import Naming, name_players
from live_polls.domain.questions import Ask, Upvoting, hear_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import Asking
from live_polls.live import faces
from live_polls.models import Exclusion, Membership, Player, Question, Record, Room, Text
from tests.factories import make_cast, make_poll, voice_of

pytestmark = pytest.mark.django_db


def ask(room: Room, text: str, *, who: str = "a" * 32, seq: int = 1, name: str = "") -> Question:
    edit_asking(room, asking=Asking.OPEN)
    [heard] = hear_batch([Ask(room.pk, who, seq, text, name)])
    assert isinstance(heard, questions.Heard), heard.code
    return Question.objects.get(code=heard.question)


def write(room: Room, text: str, *, who: str = "a" * 32, kind: str = "open_text") -> Text:
    poll = room.polls.filter(kind=kind).first() or make_poll(room, kind=kind, options=())
    cast_batch([make_cast(poll, {"texts": [text]}, participant=who)])
    return Text.objects.order_by("-pk")[0]


def play(room: Room, name: str, *, who: str = "a" * 32) -> Player:
    name_players([Naming(room.pk, who, name)])
    return Player.objects.get(room=room, voice=who)


@pytest.fixture
def desk(room, as_):
    client = as_("moderator")
    address = f"/rooms/{room.join_code}/moderation"

    class Desk:
        def do(self, verb: str, *ids: str, **fields: Any) -> dict[str, Any]:
            answer = client.post(address, {"verb": verb, "id": ids, **fields}, headers={"accept": "application/json"})
            said: dict[str, Any] = json.loads(answer.content)
            return said

        def undo(self, said: dict[str, Any]) -> dict[str, Any]:
            return self.do("undo", undo=said["undo"])

        def page(self, query: str = "?show=all") -> str:
            return html.unescape(client.get(address + query).content.decode().partition('<template id="mould">')[0])

        def raw(self, query: str) -> str:
            return str(client.get(address + query).content.decode())

        def post(self, **fields: Any) -> str:
            return html.unescape(client.post(address, fields, follow=True).content.decode())

    return Desk()


def state_of(thing: Any) -> str:
    thing.refresh_from_db()
    return str(thing.state)


def test_one_queue_holds_questions_texts_and_names(room, desk):
    ask(room, "When is lunch?", name="Ada")
    write(room, "It was sh1t")
    play(room, "Grace")
    page = desk.page()
    assert [
        words
        for words in ("When is lunch?", "Ada", "It was sh1t", "Has a word of the list", "Grace")
        if words not in page
    ] == []
    assert "Grace" not in desk.page("?show=waiting")
    assert "Grace" in desk.page("?show=shown&only=name")
    assert "When is lunch?" not in desk.page("?show=shown&only=name")


@pytest.mark.parametrize("make", [ask, write, play])
def test_what_is_held_is_approved_hidden_and_each_is_undone(room, desk, make):
    thing = make(room, "fuck")
    id_ = re.findall(r'<li class="contribution" id="([^"]+)"', desk.page())[0]
    approved = desk.do("approve", id_)
    assert (state_of(thing), approved["message"]) == ("shown", "")
    again = desk.do("approve", id_)
    assert again["undo"] == ""
    hidden = desk.do("hide", id_)
    assert state_of(thing) == "hidden"
    desk.undo(hidden)
    assert state_of(thing) == "shown"
    desk.undo(hidden)
    assert state_of(thing) == "shown"
    desk.undo(approved)
    assert (state_of(thing), getattr(thing, "hint", "word")) == ("held", "word")


def test_what_another_has_decided_since_is_not_undone(room, desk):
    question = ask(room, "Fuck?")
    id_ = f"question-{question.code}"
    approved = desk.do("approve", id_)
    desk.do("hide", id_)
    assert desk.undo(approved)["message"].startswith("Somebody has decided about 1")
    assert state_of(question) == "hidden"


def test_an_undo_is_of_this_room_and_not_forged(room, desk, as_, cast):
    question = ask(room, "Fuck?")
    said = desk.do("approve", f"question-{question.code}")
    assert desk.do("undo", undo=said["undo"] + "x")["message"]
    assert desk.do("undo", undo="")["message"]
    assert state_of(question) == "shown"


def test_a_typo_is_mended_marked_and_brought_back(room, desk):
    question = ask(room, "Wen is lunch?")
    id_ = f"question-{question.code}"
    said = desk.do("edit", id_, text="When is lunch?", seen="Wen is lunch?")
    page = desk.page()
    assert "When is lunch?" in page
    assert "As it was written: <bdi" in page
    desk.undo(said)
    question.refresh_from_db()
    assert question.edited == ""


def test_an_edit_of_another_text_than_was_seen_is_refused(room, desk):
    text = write(room, "helo")
    id_ = f"text-{text.pk}"
    desk.do("edit", id_, text="hello", seen="helo")
    assert "Another moderator" in desk.do("edit", id_, text="hullo", seen="helo")["message"]
    text.refresh_from_db()
    assert text.edited == "hello"
    assert desk.do("edit", id_, text="hello", seen="helo")["message"] == ""


def test_questions_are_pinned_answered_replied_to_archived_and_brought_back(room, desk):
    question = ask(room, "When is lunch?")
    id_ = f"question-{question.code}"
    steps = [desk.do(verb, id_, reply="At noon.") for verb in ("pin", "answer", "reply", "archive")]
    question.refresh_from_db()
    room.refresh_from_db()
    assert (question.state, question.answered, question.reply, room.current_question_id) == (
        "archived",
        True,
        "At noon.",
        None,
    )
    for said in reversed(steps):
        assert desk.undo(said)["message"] == ""
    question.refresh_from_db()
    assert (question.state, question.answered, question.reply) == ("shown", False, "")


def test_many_are_done_at_once_and_undone_at_once(room, desk):
    things = [ask(room, f"Fuck {n}?", who=str(n) * 32) for n in range(5)]
    said = desk.do("hide", *(f"question-{thing.code}" for thing in things), "question-gone")
    assert [state_of(thing) for thing in things] == ["hidden"] * 5
    assert said["message"]
    desk.undo(said)
    assert [state_of(thing) for thing in things] == ["held"] * 5


def test_what_is_selected_is_merged_into_that_with_the_most_upvotes(room, desk):
    one, two = ask(room, "Lunch?"), ask(room, "When is lunch?", who="b" * 32)
    hear_batch([Upvoting(room.pk, "c" * 32, two.code, on=True)])
    said = desk.do("merge", f"question-{one.code}", f"question-{two.code}")
    one.refresh_from_db()
    assert one.merged_into_id == two.pk
    desk.undo(said)
    one.refresh_from_db()
    assert one.merged_into_id is None


@pytest.mark.parametrize("verb", ["pin", "answer", "reply", "archive", "merge"])
def test_what_is_for_questions_is_refused_for_others(room, desk, verb):
    text = write(room, "hello")
    assert desk.do(verb, f"text-{text.pk}", into="question-x")["message"]


def test_a_voice_is_muted_excluded_and_let_in_again(room, desk):
    voice = voice_of("a" * 32)
    question, text = ask(room, "When is lunch?", who=voice), write(room, "hello")
    player = play(room, "Grace", who=voice)
    id_ = f"question-{question.code}"
    said = desk.do("exclude", id_)
    assert [state_of(thing) for thing in (question, text, player)] == ["hidden"] * 3
    assert Exclusion.objects.get(lifted_at=None).by is not None
    desk.undo(said)
    assert [state_of(thing) for thing in (question, text, player)] == ["shown"] * 3
    desk.do("mute", id_)
    assert "Muted" in desk.page()
    desk.do("lift", id_)
    assert not Exclusion.objects.filter(lifted_at=None).exists()


def test_nobody_stands_behind_a_word_that_many_share(room, desk):
    word = write(room, "coffee", kind="word_cloud")
    assert desk.do("exclude", f"text-{word.pk}")["message"]
    assert not Exclusion.objects.exists()


@pytest.mark.parametrize(
    "id_", ["", "question-", "text-999999999999999999999", "text-x", "name-1", "x", "text-\0", "question-ABC\0"]
)
def test_what_is_not_there_is_refused(room, desk, id_):
    assert desk.do("hide", id_)["message"]


def test_things_of_another_room_are_not_there(room, desk, cast):
    other = Room.objects.create(title="Other", join_code="ZZZZZZ")
    things = ask(other, "Fuck?"), write(other, "fuck"), play(other, "fuck")
    ids = f"question-{things[0].code}", f"text-{things[1].pk}", f"name-{things[2].pk}"
    for verb in ("approve", "hide", "edit", "exclude"):
        desk.do(verb, *ids, text="x")
    assert [state_of(thing) for thing in things] == ["held"] * 3
    assert "uck" not in desk.page()


def test_without_scripts_forms_lead_back_to_the_same_view_and_offer_to_undo(room, desk):
    question = ask(room, "Fuck?")
    page = desk.post(verb="approve", id=f"question-{question.code}", show="shown", order="newest", only="question")
    assert "1 is shown now." in page
    token = re.search(r'name="undo" value="([^"]{20,})"', page)
    assert token is not None
    assert 'data-show="shown" data-order="newest"' in page
    assert "Undone." in desk.post(verb="undo", undo=token[1])
    assert state_of(question) == "held"


def test_the_room_is_paused_held_and_locked_from_the_desk(room, desk):
    for verb in ("open_questions", "pause_questions", "hold_questions", "lock"):
        desk.do(verb)
    room.refresh_from_db()
    assert (room.asking, room.hold_questions, room.is_locked) == ("paused", True, True)
    for verb in ("open_questions", "show_at_once", "unlock"):
        desk.do(verb)
    room.refresh_from_db()
    assert (room.asking, room.hold_questions, room.is_locked) == ("open", False, False)


def test_a_moderator_sets_no_passcode_and_a_host_does(room, desk, as_):
    desk.post(verb="passcode", passcode="sesame")
    room.refresh_from_db()
    assert room.passcode == ""
    as_("host").post(f"/rooms/{room.join_code}/moderation", {"verb": "passcode", "passcode": "sesame"})
    room.refresh_from_db()
    assert room.passcode == "sesame"


@pytest.mark.parametrize(
    ("who", "status"), [("host", 200), ("co_host", 200), ("moderator", 200), ("operator", 200), ("stranger", 403)]
)
def test_who_may_moderate(room, as_, who, status):
    assert as_(who).get(f"/rooms/{room.join_code}/moderation").status_code == status


def test_rights_are_read_with_each_deed(room, desk, cast):
    question = ask(room, "Fuck?")
    Membership.objects.filter(account=cast["moderator"]).delete()
    desk.post(verb="approve", id=f"question-{question.code}")
    assert state_of(question) == "held"


def test_each_deed_is_recorded_once(room, desk):
    question = ask(room, "Fuck?")
    before = Record.objects.count()
    for _ in range(2):
        desk.do("approve", f"question-{question.code}")
    assert Record.objects.count() == before + 1
    assert Record.objects.latest("pk").by == "Mia"


@pytest.mark.parametrize("viewer", list(Viewer))
def test_hidden_ones_are_in_no_frame_for_anybody(room, desk, viewer):
    question, text = ask(room, "Hushed question?"), write(room, "hushed text")

    def frame() -> str:
        view, _ = read_room(room.pk)
        assert view is not None
        return faces.snapshot_frame(faces.face_of(view, viewer), mine=(), presence=0, now=0.0).payload.decode()

    assert "Hushed question?" in frame()
    assert "hushed text" in frame()
    desk.do("hide", f"question-{question.code}", f"text-{text.pk}")
    assert "ushed" not in frame()


@pytest.mark.parametrize(("who", "listed"), [("host", True), ("moderator", True)])
def test_the_desk_is_found_from_the_rooms(room, as_, who, listed):
    assert (f"/rooms/{room.join_code}/moderation" in as_(who).get("/rooms/").content.decode()) is listed


def test_the_desk_is_found_from_the_remote(room, as_):
    assert f"/rooms/{room.join_code}/moderation" in as_("host").get(f"/remote/{room.join_code}").content.decode()


def test_a_room_gets_words_of_its_own_from_the_desk(room, desk):
    desk.do("words", word_list="Lunch*\r\n\r\n# note\r\n", allow_list="shit")
    room.refresh_from_db()
    assert (room.word_list, room.allow_list) == ("Lunch*", "shit")
    assert (ask(room, "When is lunch?").state, ask(room, "Shit?", who="b" * 32).state) == ("held", "shown")
    assert Record.objects.latest("pk").verb != ""


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)>",
    "address": "javascript:alert(1)",
    "template": "{{ 7*7 }}{% debug %}",
    "attribute": "\"' onfocus=alert(1) x='",
    "zalgo": "Z" + "\u0301\u0323" * 60 + "a",
    "bidi": "abc\u202etxt\u2066exe",
    "joiners": "a" + "\u200d" * 300 + "b",
    "emoji": "\U0001f469\u200d\U0001f4bb" * 10_000,
    "invisible": "\u3164\u200b\u2060",
    "controls": "a\u0007\u001b[31mb",
    "homoglyph": "\u0410li\u0441\u0435",  # the name of the host in Cyrillic letters
}
WAYS = {
    "question": lambda room, text: ask(room, text),
    "name of who asks": lambda room, text: ask(room, "Why?", name=text),
    "text": lambda room, text: write(room, text),
    "word": lambda room, text: write(room, text, kind="word_cloud"),
    "name": lambda room, text: play(room, text),
}
CODES = {"invalid_answer", "invalid_name"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_inert_refused_or_held(room, desk, as_, text, way):
    code = outcome_of(lambda: WAYS[way](room, HOSTILE[text]))
    assert code in {"", *CODES}
    if text in {"emoji", "invisible"}:
        assert code in CODES
    for address in (
        f"/rooms/{room.join_code}/moderation?show=all",
        f"/remote/{room.join_code}",
        f"/stage/{room.join_code}",
    ):
        assert_inert(as_("host").get(address).content.decode())
    if text == "homoglyph" and way in {"name", "name of who asks"}:
        assert Question.objects.filter(state="held").exists() or Player.objects.filter(state="held").exists()


@pytest.mark.parametrize("verb", ["reply", "edit"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_moderators_are_inert_or_refused(room, desk, text, verb):
    id_ = f"question-{ask(room, 'Why?').code}"
    desk.do(verb, id_, text=HOSTILE[text], reply=HOSTILE[text])
    assert_inert(desk.raw("?show=all"))
    question = Question.objects.get()
    assert max(len(question.reply), len(question.edited)) <= 500


def outcome_of(deed: Any) -> str:
    try:
        deed()
    except AssertionError as refused:  # of the helpers above: what they were refused with
        return next((code for code in CODES if code in refused.args[0]), repr(refused))
    except Player.DoesNotExist:
        return "invalid_name"
    except IndexError:
        return "invalid_answer"
    return ""


def assert_inert(page: str) -> None:
    page = page.partition('<template id="mould">')[0]
    marked = re.sub(r"<script[^>]*>.*?</script>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert "<script>alert" not in page
    assert not re.search(r"<(img|svg)[^>]*(onerror|onload)", page)
    assert not re.search(r"(href|src)=.?javascript:", page, re.IGNORECASE)
    assert "onfocus=alert(1) x='" not in marked
    assert "\u202e" not in marked
    assert "\u2066" not in marked
    assert "\u001b" not in marked
    assert not re.search("[\u0300-\u036f]{5}", marked)
    assert "\u200d\u200d" not in marked
