"""Second factors and the people of a room, in a real browser: by a passkey, on small screens, checked by axe."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import findings
from tests.server_process import ServerProcess, running_server

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("roles")) as server:
        yield server


@pytest.fixture
def page(server: ServerProcess, chromium: Browser) -> Iterator[Page]:
    """A laptop with a fingerprint reader, at the machine itself: keys belong to names, and an address is none."""
    base = server.url.replace("127.0.0.1", "localhost")
    context = chromium.new_context(locale="en", base_url=base)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    context.close()


def check(page: Page) -> None:
    """Nothing for axe to complain about, and nothing that a small phone would have to push aside."""
    page.set_viewport_size(SMALL_PHONE)
    assert findings(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def test_a_passkey_is_made_opens_the_door_alone_and_is_a_second_factor(server: ServerProcess, page: Page):
    link = re.search(r"/welcome/\S+", server.said)
    assert link
    page.goto(link[0])
    for name, text in (("email", EMAIL), ("password", PASSWORD), ("repeated", PASSWORD)):
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="Create account").click()

    page.goto("/accounts/2fa/")
    check(page)
    page.get_by_role("link", name="Add a key").click()
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.fill("[name=name]", "Laptop")
    check(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    check(page)

    sign_out(page)
    page.goto("/accounts/login/")
    check(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/rooms/")

    sign_out(page)
    page.goto("/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/rooms/")

    page.goto("/rooms/new")
    page.fill("[name=title]", "Main Hall")
    page.get_by_role("main").get_by_role("button").last.click()
    page.get_by_role("link", name="Invite and manage people").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Invite link")).to_have_value(re.compile("/role/"))
    check(page)

    invited = page.get_by_label("Invite link").input_value().partition("/role/")[2]
    sign_out(page)
    page.goto(f"/role/{invited}")
    check(page)
