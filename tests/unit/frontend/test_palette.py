"""Every pair of colours that has to be read has the contrast it needs, recomputed from the stylesheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path("frontend/static/live_polls/css/base/tokens.css").read_text("utf-8")
TEXT, LARGE = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11
OPTIONS = range(8)


def tokens(selector: str) -> dict[str, str]:
    """The colours that a block sets."""
    block = CSS.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(":root")
THEMES = {"light": LIGHT, "dark": LIGHT | tokens(':root[data-theme="dark"]')}
theme = pytest.mark.parametrize("colours", THEMES.values(), ids=THEMES)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@theme
@pytest.mark.parametrize("ink", ["ink", "ink-2", "primary", "ok", "bad", "warn"])
@pytest.mark.parametrize("ground", ["bg", "surface", "surface-2"])
def test_text_can_be_read(colours, ink, ground):
    assert contrast(colours[ink], colours[ground]) >= TEXT


@theme
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("on-primary", "primary"), ("ink", "primary-soft"), ("primary", "primary-soft"), ("bg", "warn"), ("bg", "bad")],
)
def test_text_on_colour_can_be_read(colours, ink, ground):
    assert contrast(colours[ink], colours[ground]) >= TEXT


@theme
@pytest.mark.parametrize("line", ["line-strong", "focus"])
@pytest.mark.parametrize("ground", ["bg", "surface"])
def test_edges_and_rings_can_be_seen(colours, line, ground):
    assert contrast(colours[line], colours[ground]) >= LARGE


@theme
@pytest.mark.parametrize("n", OPTIONS)
def test_options_stand_out_from_every_ground_and_carry_their_letter(colours, n):
    assert all(contrast(colours[f"opt-{n}"], colours[ground]) >= LARGE for ground in ("bg", "surface", "surface-2"))
    assert contrast(colours[f"on-{n}"], colours[f"opt-{n}"]) >= TEXT


def test_the_device_and_the_page_mean_the_same_dark():
    assert tokens(':root:not([data-theme="light"])') == tokens(':root[data-theme="dark"]')
