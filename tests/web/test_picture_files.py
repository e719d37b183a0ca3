"""Pictures as browsers get them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from live_polls.domain import pictures
from live_polls.domain.pictures import add_picture, picture_path
from live_polls.models import Picture
from live_polls.views import picture_files
from live_polls.views.picture_files import PictureFiles
from tests.factories import make_room
from tests.pictures import make_picture, opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("box")]
Answer = tuple[int, dict[str, str], bytes]


async def beyond(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"beyond"})


async def ask(files: PictureFiles, path: str, *, method: str = "GET", **headers: str) -> Answer:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": encoded}
    await files(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


@pytest.fixture
def picture() -> Picture:
    return add_picture(make_room(), make_picture(), longest=640)


async def test_a_picture_may_be_kept_for_good_and_taken_for_nothing_else(picture: Picture):
    status, headers, body = await ask(PictureFiles(beyond), picture_path(picture.digest))

    assert (status, opened(body).format, headers["content-length"]) == (200, "WEBP", str(len(body)))
    assert headers["content-type"] == "image/webp"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_who_has_it_already_gets_no_bytes(picture: Picture):
    files, path = PictureFiles(beyond), picture_path(picture.digest)

    assert (await ask(files, path, if_none_match=f'W/"{picture.digest}"'))[::2] == (304, b"")
    status, headers, body = await ask(files, path, method="HEAD")
    assert (status, body, int(headers["content-length"]) > 0) == (200, b"", True)


@pytest.mark.parametrize("name", ["", "0" * 32, f"{'0' * 32}.webp", f"{'0' * 32}.svg", "../settings.py", "\0.webp"])
async def test_what_is_not_there_is_not_found(name: str):
    status, headers, _ = await ask(PictureFiles(beyond), f"/pictures/{name}")

    assert (status, headers["cache-control"]) == (404, "no-store")


async def test_nothing_but_reading_is_possible_and_the_rest_is_handed_on(picture: Picture):
    files = PictureFiles(beyond)

    assert (await ask(files, picture_path(picture.digest), method="POST"))[0] == 405
    assert (await ask(files, "/j/ABCDEF"))[0] == 299


async def test_a_hall_that_asks_at_once_costs_one_reading(picture: Picture, monkeypatch: pytest.MonkeyPatch):
    files, asked = PictureFiles(beyond), []

    def read_and_count(digest: str) -> bytes | None:
        asked.append(digest)
        return pictures.read_picture(digest)

    monkeypatch.setattr(picture_files, "read_picture", read_and_count)

    answers = await asyncio.gather(*(ask(files, picture_path(picture.digest)) for _ in range(20)))
    assert {answer[0] for answer in answers} == {200}
    assert (await ask(files, picture_path(picture.digest)))[0] == 200
    assert len(asked) == 1


async def test_memory_holds_so_much_and_not_for_ever(picture: Picture, monkeypatch: pytest.MonkeyPatch):
    files, path = PictureFiles(beyond), picture_path(picture.digest)
    monkeypatch.setattr(picture_files, "KEPT_BYTES", 10)
    assert (await ask(files, path))[0] == 200
    await sync_to_async(Picture.objects.all().delete)()

    assert (await ask(files, path))[0] == 404


async def test_what_was_purged_is_gone_from_memory_too(picture: Picture, monkeypatch: pytest.MonkeyPatch):
    files, path = PictureFiles(beyond), picture_path(picture.digest)
    assert (await ask(files, path))[0] == 200
    await sync_to_async(Picture.objects.all().delete)()
    assert (await ask(files, path))[0] == 200

    monkeypatch.setattr(picture_files, "KEPT_SECONDS", 0.0)
    assert (await ask(files, path))[0] == 404
