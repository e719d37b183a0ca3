"""What a page makes a browser load."""

from __future__ import annotations

import brotli

from bench.page_files import PageParser, decode, links_of

PAGE = """<!doctype html><link rel="stylesheet" href="/static/room.css"><link rel="canonical" href="/j/K7Q2MX">
<link rel="icon" href="data:,"><script type="importmap">{"imports": {"live_polls/store.js": "/static/store.1.js"}}
</script><script type="module" src="/static/room.js"></script><script type="application/json">{"a": 1}</script>"""


def test_a_page_names_styles_modules_and_its_import_map():
    parser = PageParser()
    parser.feed(PAGE)

    assert parser.addresses == ["/static/room.css", "/static/room.js"]
    assert parser.import_map == {"live_polls/store.js": "/static/store.1.js"}


def test_modules_name_what_they_import_but_not_what_they_import_later():
    text = "import { a } from 'live_polls/store.js';\nimport \"./b.js\";\nconst c = await import('./c.js');"

    assert links_of("/static/room.js", text) == ["live_polls/store.js", "./b.js"]


def test_what_a_comment_imports_is_not_loaded():
    text = "/** @typedef {import('live_polls/types').Poll} Poll */\n// import './old.js';\nimport './b.js';"

    assert links_of("/static/room.js", text) == ["./b.js"]


def test_styles_name_files_but_not_what_they_hold_themselves():
    assert links_of("/a.css", "src: url('inter.woff2'); background: url(data:image/svg+xml,x)") == ["inter.woff2"]


def test_brotli_is_undone():
    assert decode(brotli.compress("größer".encode()), "br") == "größer"
    assert decode(b"plain", "") == "plain"


def test_what_waits_in_a_template_is_not_loaded():
    parser = PageParser()
    parser.feed('<template><template></template><img src="{picture}"></template><img src="logo.svg">')

    assert parser.addresses == ["logo.svg"]
