from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage

from project.static_files import StaticFiles, catalogue

BASE_CSS = "live_polls/css/base.css"


def base_css() -> bytes:
    file = catalogue().file(BASE_CSS)
    assert file is not None
    return file.content


@pytest.fixture
def own_files(settings, tmp_path):
    """A small set of static files in the place of ours."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "page.css").write_text(
        '@import url("print.css");\nbody{background:url(../dot.png?x#y)}' + "a{}" * 200
    )
    (tmp_path / "css" / "page").mkdir()
    (tmp_path / "css" / "page" / "part.css").write_text('i{background:url("../../dot.png")}\n')
    (tmp_path / "css" / "whole.css").write_text('@import "page/part.css";\n@import "page.css";\nb{}\n')
    (tmp_path / "css" / "round.css").write_text('@import "round.css";\n')
    (tmp_path / "css" / "print.css").write_text(
        "p{background:url('data:image/png,x')} q{background:url(/absolute.png)}"
    )
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    settings.STATICFILES_DIRS = [tmp_path]
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


async def ask(path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def beyond(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"beyond"})

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": encoded}
    await StaticFiles(beyond)(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


async def test_hashed_name_may_be_kept_for_ever():
    status, headers, body = await ask(staticfiles_storage.url(BASE_CSS))

    assert status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert headers["content-length"] == str(len(body))


async def test_plain_name_is_asked_for_each_time():
    _, headers, _ = await ask(f"/static/{BASE_CSS}")

    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("coding", "decompress"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
async def test_text_is_compressed_for_those_who_accept_it(coding, decompress):
    _, headers, body = await ask(f"/static/{BASE_CSS}", accept_encoding=f"deflate, {coding};q=1.0")

    assert headers["content-encoding"] == coding
    assert headers["vary"] == "accept-encoding"
    assert decompress(body) == base_css()


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0, gzip;q=0", "brotli"])
async def test_text_is_sent_as_it_is_to_everybody_else(accepted):
    _, headers, body = await ask(f"/static/{BASE_CSS}", accept_encoding=accepted)

    assert "content-encoding" not in headers
    assert body == base_css()


async def test_brotli_is_preferred():
    _, headers, _ = await ask(f"/static/{BASE_CSS}", accept_encoding="gzip, deflate, br")

    assert headers["content-encoding"] == "br"


async def test_fonts_are_not_compressed_again():
    font = next(name for name in catalogue().storages if name.endswith(".woff2"))

    _, headers, _ = await ask(f"/static/{font}", accept_encoding="br")

    assert headers["content-type"] == "font/woff2"
    assert "content-encoding" not in headers


async def test_unchanged_file_is_not_sent_again():
    _, headers, _ = await ask(f"/static/{BASE_CSS}", accept_encoding="br")

    status, again, body = await ask(
        f"/static/{BASE_CSS}", accept_encoding="br", if_none_match=f'"x", W/{headers["etag"]}'
    )

    assert (status, body) == (304, b"")
    assert again["etag"] == headers["etag"]


async def test_each_coding_has_its_own_etag():
    _, plain, _ = await ask(f"/static/{BASE_CSS}")
    _, brotlied, _ = await ask(f"/static/{BASE_CSS}", accept_encoding="br")

    assert plain["etag"] != brotlied["etag"]


async def test_head_has_the_headers_and_no_body():
    _, got, content = await ask(f"/static/{BASE_CSS}", accept_encoding="br")
    status, headers, body = await ask(f"/static/{BASE_CSS}", method="HEAD", accept_encoding="br")

    assert (status, body) == (200, b"")
    assert headers == got
    assert headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "path", ["/static/", "/static/no.css", "/static/../manage.py", "/static/live_polls/css/base.000000000000.css"]
)
async def test_unknown_file_is_not_found_and_not_remembered(path):
    status, headers, _ = await ask(path)

    assert status == 404
    assert headers["cache-control"] == "no-store"


async def test_other_methods_are_refused():
    status, headers, _ = await ask(f"/static/{BASE_CSS}", method="POST")

    assert status == 405
    assert headers["allow"] == "GET, HEAD"


async def test_other_paths_are_answered_by_the_application():
    assert await ask("/statical") == (299, {}, b"beyond")


async def test_stylesheets_point_to_hashed_names(own_files):
    _, _, body = await ask("/static/css/page.css")

    assert re.search(rb'url\("/static/css/print\.[0-9a-f]{12}\.css"\)', body)
    assert re.search(rb"url\(/static/dot\.[0-9a-f]{12}\.png\?x#y\)", body)


async def test_imported_stylesheets_stand_in_the_place_of_their_import(own_files):
    parts = [(await ask(f"/static/css/{name}"))[2] for name in ("page/part.css", "page.css")]
    _, _, whole = await ask("/static/css/whole.css")

    assert whole == b"".join([*parts, b"b{}\n"])
    assert re.search(rb'url\("/static/dot\.[0-9a-f]{12}\.png"\)', parts[0])


async def test_stylesheet_that_imports_itself_is_a_mistake(own_files):
    with pytest.raises(ValueError, match=r"no stylesheet 'round\.css' for 'css/round\.css'"):
        await ask("/static/css/round.css")


async def test_addresses_elsewhere_stay_as_they_are(own_files):
    _, _, body = await ask("/static/css/print.css")

    assert body == (own_files / "css" / "print.css").read_bytes()


def test_changed_picture_changes_the_stylesheet_that_shows_it(own_files):
    before = staticfiles_storage.url("css/page.css")

    (own_files / "dot.png").write_bytes(b"\x89PNG changed")
    catalogue.cache_clear()

    assert staticfiles_storage.url("css/page.css") != before


def test_missing_file_is_a_mistake_in_the_template():
    with pytest.raises(ValueError, match=r"There is no static file 'no\.css'"):
        staticfiles_storage.url("no.css")


async def test_debug_reads_files_anew(own_files: Path, settings):
    settings.DEBUG = True
    assert staticfiles_storage.url("css/print.css") == "/static/css/print.css"

    (own_files / "css" / "print.css").write_text("changed{}")
    _, headers, body = await ask("/static/css/print.css")

    assert (headers["cache-control"], body) == ("no-cache", b"changed{}")


@pytest.mark.parametrize("path", ["/static/../manage.py", "/static/%2e%2e/manage.py", "/static/no.css"])
async def test_debug_serves_nothing_outside_the_folders(own_files, settings, path):
    settings.DEBUG = True

    status, _, _ = await ask(path)

    assert status == 404
