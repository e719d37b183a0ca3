"""Take the pictures of the documents anew: `python -m tests.browser.screenshots docs/images`.

A real server, a real Chromium, a room with voters. Look at each picture before it is committed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import BROWSERS, FLAGS, Room, load_room
from tests.browser.people import Person
from tests.browser.players import CAPITAL, PRIMES, players_of
from tests.browser.rooms import BUDGET, CLOUD, EDITOR, MOOD, RELEASE, SESSIONS, WALL
from tests.browser.voting import Voters, vote
from tests.server_process import ServerProcess, prepare_server, serving

PICTURES = Path(__file__).resolve().parents[2] / "live_polls/management/demo/pictures"
PROJECTOR = {"width": 1920, "height": 1080}
LAPTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
STRIP_HIDES_AFTER_MS = 2_500  # the stage's controls, when nobody moves the mouse
DATABASE = """
kind = "single_choice"
prompt = "Which database would you reach for first in a new project?"
options = ["Postgres, of course", "SQLite will do", "MySQL / MariaDB", "A spreadsheet"]
"""
REPAIRS = """
kind = "ranking"
prompt = "What would you repair first?"
options = ["The build", "The tests", "The docs", "The roof"]
"""
TOOLS = """
kind = "multiple_choice"
prompt = "Which of these do you use every week?"
options = ["Redis", "Kafka", "Celery", "Cron", "Paper"]
max_choices = 3
"""

MEETING = """
kind = "single_choice"
prompt = "Where did we meet for the very first time?"
explanation = "In a hut above the tree line. The coffee was cold, and nobody has forgotten it."
options = [
  {text = "On a boat in the harbour", picture = "sea.webp"},
  {text = "In the mountains", picture = "mountains.webp", right = true},
  {text = "Above the roofs of the city", picture = "city.webp"},
  {text = "In somebody's garden", picture = "garden.webp"},
]
"""
AGENDA = """
kind = "slide"
prompt = "What we shall do today"
picture = "cup.webp"
text = \"\"\"
Three things, and a break in the middle.

1. Look at the square
2. Ask what everybody wants
3. Decide\"\"\"
"""


WORDS = [
    "people",
    "coffee",
    "Python",
    "sprints",
    "talks",
    "friends",
    "food",
    "curiosity",
    "queues",
    "laughter",
    "keynote",
    "Wi-Fi",
    "badges",
    "typing",
    "lightning",
    "tea",
    "stickers",
    "sunshine",
    "learning",
    "community",
    "hallway",
    "naps",
    "Django",
    "snakes",
    "rooms",
    "posters",
    "async",
    "beer",
    "music",
    "kindness",
]
SAID = (
    "More time to talk to each other",
    "Shorter queues for coffee, please",
    "I had never contributed before this week, and now I have. Whoever sat with me at the sprint: thank you!",
    "Recordings within a week",
    "Name badges that do not turn round",
    "A quiet room",
    "The workshop on the second day was the best I have been to",
    "Fewer slides",
)
QUESTIONS = (
    ("When is lunch, and where?", "Ada"),
    ("How do two moderators keep off each other's toes?", "Grace"),
    ("Why the f.u.c.k is it so cold in here?", ""),
    ("Will there be recordings?", "Moderator"),
)
ASKED = (
    ("How do you keep a tally exact when two servers count at once?", "Ada"),
    ("What would you do differently if you started today?", "Grace"),
    ("Is Redis needed at all?", ""),
    ("Will the slides be online?", "Linus"),
)
EDITORS = ("Nano", "nano", "Zed", "VS Code", "VS Code", "vs code", "ed")


class Camera:
    """Opens pages as somebody would, and keeps pictures of them."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def page(self, url: str, size: dict[str, int], scheme: str) -> Page:
        scale = 2 if size is PHONE else 1
        context = self._browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            device_scale_factor=scale,
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        return page

    def shoot(self, page: Page, name: str) -> None:
        page.screenshot(path=self._folder / f"{name}.png")


def take(camera: Camera, server: ServerProcess) -> None:
    room = load_room(server, DATABASE, REPAIRS, TOOLS, is_open=False)
    for scheme in ("light", "dark"):
        camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-lobby-{scheme}")
        camera.shoot(_stage(camera, room, scheme), f"stage-lobby-{scheme}")
    room.act("open", 0)
    for option, times in ((1, 23), (2, 17), (3, 5), (4, 8)):
        vote(room, {"option": option}, times=times)
    for scheme in ("light", "dark"):
        take_voting(camera, room, scheme)
    room.act("close", 0)
    for scheme in ("light", "dark"):
        camera.shoot(_stage(camera, room, scheme), f"stage-closed-{scheme}")
        camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-closed-{scheme}")
    camera.shoot(camera.page(f"{server.url}/j/222222", PHONE, "light"), "phone-error-light")
    camera.shoot(camera.page(server.url, PHONE, "light"), "phone-landing-light")
    take_ranking(camera, room)
    take_pictures(camera, server)


def take_scales(camera: Camera, server: ServerProcess) -> None:
    """Ratings, a number and points: forms on the phone, then results on both."""
    room = load_room(server, SESSIONS, MOOD, RELEASE, BUDGET, is_open=False)
    for poll, name in enumerate(_ANSWERS):
        room.act("open", poll)
        for scheme in ("light", "dark"):
            camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-{name}-{scheme}")
        for n in range(16):
            answer = _ANSWERS[name](n)
            vote(room, answer, poll=poll)
        if name == "rating":
            vote(room, {"abstain": True}, poll=poll, times=2)
        room.act("stage", poll)
        room.act("close", poll)
        for scheme in ("light", "dark"):
            camera.shoot(_stage(camera, room, scheme), f"stage-{name}-{scheme}")
            camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-{name}-closed-{scheme}")


_ANSWERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "rating": lambda n: {"values": {"1": 3 + n % 3, "2": 1 + n * 7 % 5, "3": 1 + n % 4 % 3}},
    "rating-one": lambda n: {"value": 3 + (n * 5 % 7 + n * 3 % 8) // 2},
    "number": lambda n: {"value": str(1997 + (n * 5 % 7 + n * 3 % 8))},
    "points": lambda n: {"points": {"1": 20 + n, "2": 10 + n * 5 % 7, "3": 40 - n, "4": 30 - n * 5 % 7}},
}


def take_voting(camera: Camera, room: Room, scheme: str) -> None:
    phone = camera.page(room.url, PHONE, scheme)
    camera.shoot(phone, f"phone-voting-{scheme}")
    phone.get_by_role("radio").nth(1).check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.get_by_text("Counted").first).to_be_visible()
    camera.shoot(phone, f"phone-counted-{scheme}")
    camera.shoot(_stage(camera, room, scheme), f"stage-voting-{scheme}")


def take_ranking(camera: Camera, room: Room) -> None:
    rank(room)
    camera.shoot(camera.page(room.url, PHONE, "light"), "phone-ranking-light")
    camera.shoot(_stage(camera, room, "dark"), "stage-ranking-dark")


def rank(room: Room) -> None:
    """The second poll of a room runs, and 18 people have ranked."""
    room.act("open", 1)
    room.act("stage", 1)
    for order, times in (([1, 2, 3], 9), ([2, 1], 6), ([4, 3], 3)):
        vote(room, {"options": order}, poll=1, times=times)


def take_pictures(camera: Camera, server: ServerProcess) -> None:
    for picture in PICTURES.glob("*.webp"):
        shutil.copy(picture, server.folder)
    room = load_room(server, MEETING, AGENDA, is_open=False)
    room.act("open", 0)
    camera.shoot(camera.page(room.url, PHONE, "light"), "phone-pictures-light")
    for option, times in ((1, 4), (2, 7), (3, 2)):
        vote(room, {"option": option}, times=times)
    room.act("close", 0)
    for scheme in ("light", "dark"):
        camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-right-{scheme}")
        camera.shoot(_stage(camera, room, scheme), f"stage-right-{scheme}")
    room.act("stage", 1)
    for scheme in ("light", "dark"):
        camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-slide-{scheme}")
        camera.shoot(_stage(camera, room, scheme), f"stage-slide-{scheme}")


def take_texts(camera: Camera, server: ServerProcess) -> None:
    """A word cloud, a wall of answers, and what is named besides the options: forms on the phone, then all on both."""
    room = load_room(server, CLOUD, WALL.replace("hold = true", ""), EDITOR, is_open=False)
    words = [(word, 1 + 40 // place) for place, word in enumerate(WORDS, start=1)]
    given = [word for word, n in words for _ in range(n)]
    answers: dict[str, list[dict[str, Any]]] = {
        "cloud": [{"texts": given[n::60][:3]} for n in range(60)],
        "wall": [{"texts": [text]} for text in SAID],
        "other": [{"option": 1 + n % 2} for n in range(9)] + [{"other": text} for text in EDITORS],
    }
    for poll, (name, ballots) in enumerate(answers.items()):
        room.act("open", poll)
        for scheme in ("light", "dark"):
            camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-{name}-{scheme}")
        for ballot in ballots:
            vote(room, ballot, poll=poll)
        room.act("stage", poll)
        room.act("close", poll)
        for scheme in ("light", "dark"):
            camera.shoot(_stage(camera, room, scheme), f"stage-{name}-{scheme}")
            camera.shoot(camera.page(room.url, PHONE, scheme), f"phone-{name}-closed-{scheme}")


def take_rounds(camera: Camera, server: ServerProcess) -> None:
    """A question asked twice, compared on the stage; and a phone that asks for more time."""
    room = load_room(server, f"{DATABASE}seconds = 60\n")
    phone = camera.page(room.url, PHONE, "light")
    phone.get_by_role("button", name="I need more time").click()
    expect(phone.get_by_role("timer")).to_have_text(re.compile(r"^1:"))
    camera.shoot(phone, "phone-more-time-light")
    before = [{"option": option} for option in [1] * 18 + [2] * 12 + [3] * 8]
    after = [{"option": option} for option in [1] * 9 + [2] * 9 + [2] * 8 + [1] * 4 + [3] * 5 + [2] * 3]
    Voters(room, len(before)).vote_twice([*before], [*after])
    room.act("rounds", 0)
    for scheme in ("light", "dark"):
        camera.shoot(_stage(camera, room, scheme), f"stage-rounds-{scheme}")


def take_reactions(camera: Camera, server: ServerProcess) -> None:
    """Taps of four phones on the stage; and what a participant is told of their data."""
    room = load_room(server, DATABASE)
    stage = camera.page(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", PROJECTOR, "dark")
    stage.wait_for_timeout(STRIP_HIDES_AFTER_MS)
    phones = [camera.page(room.url, PHONE, scheme) for scheme in ("light", "dark", "light", "dark")]
    for number, phone in enumerate(phones):
        expect(phone.locator("body")).to_have_attribute("data-link", "live")
        phone.get_by_role("button", name="Applause" if number else "Love it").click()
    expect(stage.locator(".bubble").first).to_be_visible()
    camera.shoot(stage, "stage-reactions-dark")
    phones[0].get_by_role("button", name="Slower, please").click()
    phones[0].evaluate("scrollTo(0, document.body.scrollHeight)")
    camera.shoot(phones[0], "phone-reactions-light")
    for url, name in ((f"{room.url}/my-data", "my-data"), (f"{server.url}/privacy", "privacy")):
        phones[0].goto(url)
        camera.shoot(phones[0], f"phone-{name}-light")


def take_quiz(camera: Camera, server: ServerProcess) -> None:
    """A name, a question, what it earned; the lobby of players, the leaderboard and the podium."""
    room = load_room(server, CAPITAL, PRIMES, is_open=False)
    phone = camera.page(room.url, PHONE, "light")
    phone.get_by_label("Your name in the quiz").fill("Hypatia")
    camera.shoot(phone, "phone-quiz-name-light")
    phone.get_by_role("button", name="Play").click()
    expect(phone.locator("[data-name]")).to_have_text("Hypatia")
    players = players_of(room)
    camera.shoot(_stage(camera, room, "dark"), "stage-quiz-lobby-dark")
    room.act("open", 0)
    phone.get_by_role("radio", name="Canberra").check()
    phone.get_by_role("button", name="Send my vote").click()
    for number, player in enumerate(players):
        player.answer({"option": 2 if number < 6 else 1})
    room.act("close", 0)
    expect(phone.locator("[data-points]")).to_have_text("1,000 points")
    camera.shoot(phone, "phone-quiz-points-light")
    camera.shoot(_stage(camera, room, "dark"), "stage-quiz-reveal-dark")
    room.act("board")
    camera.shoot(_stage(camera, room, "dark"), "stage-quiz-board-dark")
    room.act("open", 1)
    for number, player in enumerate(players):
        player.answer({"options": [1, 3] if number in {1, 4} else [1] if number in {0, 2} else [2]}, poll=1)
    room.act("close", 1)
    for scheme in ("light", "dark"):
        camera.shoot(_stage(camera, room, scheme), f"stage-quiz-podium-{scheme}")


def take_reconnecting(camera: Camera, server: ServerProcess, room: Room) -> Page:
    """A phone that waits for a server which is away: the caller ends the server between the two halves."""
    return camera.page(room.url, PHONE, "light")


def take_desk(camera: Camera, server: ServerProcess) -> Page:
    room = load_room(server, DATABASE, REPAIRS, TOOLS, is_open=False)
    rank(room)
    link = next(word for word in server.said.split() if "/welcome/" in word)
    page = camera.page(server.url + link[link.index("/welcome/") :], LAPTOP, "light")
    camera.shoot(page, "desk-welcome-light")
    page.get_by_label("Email").fill("host@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill("correct horse battery staple")
    page.locator("main form button, form button").first.click()
    page.goto(f"{server.url}/rooms/")
    camera.shoot(page, "desk-rooms-light")
    page.goto(f"{server.url}/rooms/{room.join_code}/edit")
    page.wait_for_load_state("networkidle")
    camera.shoot(page, "desk-room-light")
    page.goto(page.url.replace("/rooms/", "/remote/").replace("/edit", ""))
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.wait_for_load_state("networkidle")
    camera.shoot(page, "remote-light")
    page.emulate_media(color_scheme="dark")
    camera.shoot(page, "remote-dark")
    return page


def take_moderation(camera: Camera, server: ServerProcess, desk: Page) -> None:
    """The moderation desk, with questions, texts and a name to look at; `desk` is a page of somebody signed in."""
    room = load_room(server, WALL.replace("hold = true", ""))
    desk.goto(f"{server.url}/rooms/{room.join_code}/moderation?show=all")
    desk.locator("#room > summary").click()
    desk.get_by_role("button", name="Take questions").click()
    expect(desk.get_by_role("button", name="Pause questions")).to_be_visible()
    desk.locator("#room > summary").click()
    for text, name in QUESTIONS:
        Person(room).ask(text, name=name)
    Person(room).write(room, "Better chairs, d@mn it, these are sh1t")
    expect(desk.locator(".contribution")).to_have_count(len(QUESTIONS) + 1)
    for size, width in ((LAPTOP, "laptop"), (PHONE, "phone")):
        desk.set_viewport_size({"width": size["width"], "height": size["height"]})
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            camera.shoot(desk, f"moderation-{width}-{scheme}")


def take_questions(camera: Camera, server: ServerProcess, desk: Page) -> None:
    """Questions on a phone, and the one that the remote has put on stage; `desk` is a page of somebody signed in."""
    room = load_room(server, DATABASE)
    desk.emulate_media(color_scheme="light")
    desk.goto(f"{server.url}/rooms/{room.join_code}/edit")
    desk.get_by_label("Questions from the audience").select_option("open")
    desk.get_by_role("button", name="Save").first.click()
    phone = camera.page(room.url, PHONE, "light")
    people = [Person(room) for _ in ASKED]
    codes = [person.ask(text, name=name) for person, (text, name) in zip(people, ASKED, strict=True)]
    for place, person in enumerate(people):
        for code in codes[:place]:
            person.upvote(code)
    expect(phone.locator("#question-list > li")).to_have_count(len(ASKED))
    desk.goto(f"{server.url}/remote/{room.join_code}")
    desk.locator(".asked-list li").first.get_by_role("button", name="Put on stage").click()
    stage = _stage(camera, room, "dark")
    expect(stage.locator("#asked")).to_be_visible()
    for scheme in ("light", "dark"):
        camera.shoot(_stage(camera, room, scheme), f"stage-question-{scheme}")
        page = camera.page(room.url, PHONE, scheme)
        page.get_by_role("link", name="Questions").click()
        camera.shoot(page, f"phone-questions-{scheme}")
    desk.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    desk.locator(".asked-list").scroll_into_view_if_needed()
    camera.shoot(desk, "remote-questions-light")


def _stage(camera: Camera, room: Room, scheme: str) -> Page:
    page = camera.page(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", PROJECTOR, scheme)
    if scheme == "light":
        page.keyboard.press("d")  # a stage is dark until somebody wants it light
    page.wait_for_timeout(STRIP_HIDES_AFTER_MS)
    return page


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM_PATH", BROWSERS[0])
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = prepare_server(Path(data), PUBLIC_URL="http://polls.example.org")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        camera = Camera(browser, folder)
        with serving(server):
            take(camera, server)
            take_scales(camera, server)
            take_texts(camera, server)
            take_rounds(camera, server)
            take_quiz(camera, server)
            take_reactions(camera, server)
            desk = take_desk(camera, server)
            take_moderation(camera, server, desk)
            take_questions(camera, server, desk)
            room = load_room(server, DATABASE)
            waiting = take_reconnecting(camera, server, room)
        expect(waiting.get_by_text("Reconnecting").first).to_be_visible(timeout=20_000)
        camera.shoot(waiting, "phone-reconnecting-light")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
