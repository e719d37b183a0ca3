"""What axe finds on a page: the one way to ask, so that no test meets a page halfway through a movement."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

UNTIL_STILL = """async () => {
  const moves = (each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity;
  for (let still = 0; still < 3; ) {
    await new Promise(requestAnimationFrame);
    still = document.getAnimations().some(moves) ? 0 : still + 1;
  }
}"""


def findings(page: Page) -> str:
    """The report of what axe has against the page as it is now; empty if nothing. The page moves no more from then on."""
    # A page in the middle of its arrival is half transparent, and so without contrast; one thing may follow another.
    page.evaluate(UNTIL_STILL)
    # While axe looks, a thing may begin to fade (the strip of an idle stage): without movement it is there or gone.
    # For good: let go again, every arrival would begin once more.
    page.emulate_media(reduced_motion="reduce")
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""
