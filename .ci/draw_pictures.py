"""Draw the pictures of the demo's room: four views from a window, and the cup beside it. Needs nothing but Pillow.

.venv/bin/python .ci/draw_pictures.py
"""

# ruff: noqa: S311 -- seeded on purpose: the same pictures each time

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

FOLDER = Path(__file__).resolve().parents[1] / "live_polls/management/demo/pictures"
WIDTH, HEIGHT = 1600, 1200  # drawn at twice the size, so that edges are smooth
Colour = tuple[int, int, int]
Line = Callable[[float], float]


def sky(*colours: str) -> Image.Image:
    """A gradient from top to bottom."""
    stops = [tuple(bytes.fromhex(colour)) for colour in colours]
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        at = y / (HEIGHT - 1) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        mixed = [round(a + (b - a) * (at - low)) for a, b in zip(stops[low], stops[low + 1], strict=True)]
        column.putpixel((0, y), (mixed[0], mixed[1], mixed[2]))
    return column.resize((WIDTH, HEIGHT))


def hill(picture: Image.Image, line: Line, colour: str) -> None:
    """Everything below the line, in one colour."""
    points = [(x, line(x)) for x in range(0, WIDTH + 8, 8)]
    ImageDraw.Draw(picture).polygon([*points, (WIDTH, HEIGHT), (0, HEIGHT)], fill=f"#{colour}")


def waves(base: float, *swings: tuple[float, float, float]) -> Line:
    """A line of sines, each (height, length, shift)."""
    return lambda x: base + sum(high * math.sin(x / length + shift) for high, length, shift in swings)


def ridge(base: float, height: float, seed: int) -> Line:
    """A line of mountains: midpoints moved at random, ever less."""
    chance, points, swing = Random(seed), [0.0, 0.0], height
    while len(points) < 200:
        middles = [(a + b) / 2 + chance.uniform(-swing, swing) for a, b in pairwise(points)]
        points = [point for pair in zip(points, middles, strict=False) for point in pair] + [points[-1]]
        swing *= 0.52
    step = WIDTH / (len(points) - 1)
    return lambda x: base - abs(points[min(round(x / step), len(points) - 1)])


def glow(picture: Image.Image, at: tuple[int, int], radius: int, colour: str) -> None:
    """A light with a halo."""
    halo = Image.new("RGB", picture.size)
    x, y = at
    ImageDraw.Draw(halo).ellipse((x - radius, y - radius, x + radius, y + radius), fill=f"#{colour}")
    soft = halo.filter(ImageFilter.GaussianBlur(radius * 0.9))
    picture.paste(ImageChops.screen(picture, soft))
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=f"#{colour}")


def stars(picture: Image.Image, n: int, seed: int, lowest: int) -> None:
    chance, pen = Random(seed), ImageDraw.Draw(picture)
    for _ in range(n):
        x, y, size = chance.randrange(WIDTH), chance.randrange(lowest), chance.choice((1, 1, 2, 3))
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(255, 250, 230))


def sea() -> Image.Image:
    picture = sky("2b3a67", "b56576", "f6bd60", "ffe8c2")
    glow(picture, (1010, 690), 120, "fff1d0")
    water = sky("f6bd60", "b56576", "355070", "1f2f4f").crop((0, 0, WIDTH, HEIGHT)).resize((WIDTH, 500))
    picture.paste(water, (0, 700))
    pen, chance = ImageDraw.Draw(picture), Random(4)
    for y in range(712, 1190, 13):
        far = (y - 700) / 500
        for _ in range(3):
            half = chance.uniform(20, 60 + 210 * far) * (1 - 0.5 * far)
            middle = 1010 + chance.gauss(0, 40 + 130 * far)
            pen.rounded_rectangle((middle - half, y, middle + half, y + 3 + 3 * far), 3, fill=(255, 226, 170))
    pen.polygon([(420, 760), (430, 470), (590, 740)], fill="#fdf6ec")
    pen.polygon([(412, 755), (404, 520), (300, 735)], fill="#f3e2cf")
    pen.polygon([(270, 762), (640, 762), (585, 812), (320, 812)], fill="#43283a")
    return picture


def mountains() -> Image.Image:
    picture = sky("8ec5e8", "cfe6f3", "fbe9d2")
    glow(picture, (360, 330), 80, "fffbe8")
    hill(picture, ridge(820, 430, 8), "9db4cf")
    hill(picture, ridge(930, 380, 21), "6f8fb3")
    hill(picture, ridge(1010, 260, 5), "48698f")
    hill(picture, waves(930, (40, 210, 1), (18, 70, 0)), "3f7d5c")
    hill(picture, waves(1030, (36, 260, 3), (12, 60, 2)), "2f6249")
    pen, chance = ImageDraw.Draw(picture), Random(9)
    for _ in range(34):
        x, y = chance.randrange(WIDTH), chance.randrange(1010, 1150)
        tall = chance.randrange(70, 130) * (y - 900) / 200
        for level in range(3):
            top, wide = y - tall + level * tall * 0.24, tall * (0.16 + 0.07 * level)
            pen.polygon([(x, top), (x - wide, top + tall * 0.45), (x + wide, top + tall * 0.45)], fill="#1d4634")
    return picture


def city() -> Image.Image:
    picture = sky("0b1030", "1d2456", "4b3b78", "a65a8a")
    stars(picture, 170, 3, 560)
    glow(picture, (1240, 260), 78, "f6efd6")
    chance = Random(12)
    for base, colour, lit in ((760, "2c2f63", 0.25), (840, "1d2049", 0.4), (930, "11132f", 0.5)):
        _row_of_houses(picture, base, colour, lit=lit, chance=chance)
    return picture


def _row_of_houses(picture: Image.Image, base: int, colour: str, *, lit: float, chance: Random) -> None:
    pen, x = ImageDraw.Draw(picture), -20
    while x < WIDTH:
        wide, top = chance.randrange(90, 210), base - chance.randrange(20, 330)
        pen.rectangle((x, top, x + wide, HEIGHT), fill=f"#{colour}")
        for left in range(x + 16, x + wide - 22, 30):
            for upper in range(top + 20, HEIGHT - 20, 40):
                if chance.random() < lit:
                    warm: Sequence[str] = ("#ffd98a", "#ffc46b", "#ffe9b8")
                    pen.rectangle((left, upper, left + 13, upper + 20), fill=chance.choice(warm))
        x += wide + chance.randrange(0, 12)


def garden() -> Image.Image:
    picture = sky("bfe3f2", "e9f5e1", "fdf3d4")
    glow(picture, (1260, 250), 90, "fff6cf")
    hill(picture, waves(640, (50, 330, 0), (16, 90, 1)), "a9cf8d")
    hill(picture, waves(740, (46, 280, 2), (14, 80, 0)), "86b96f")
    pen, chance = ImageDraw.Draw(picture), Random(2)
    pen.rounded_rectangle((512, 560, 548, 830), 12, fill="#7a5238")
    for dx, dy, r in ((-120, 20, 110), (110, 10, 118), (0, -70, 140), (-40, 60, 120), (60, 70, 110)):
        pen.ellipse((530 + dx - r, 480 + dy - r, 530 + dx + r, 480 + dy + r), fill="#4f8f4a")
    for _ in range(26):
        turn, far = chance.random() * math.tau, chance.random() ** 0.5
        x, y = 530 + 150 * far * math.cos(turn), 480 + 105 * far * math.sin(turn)
        pen.ellipse((x - 13, y - 13, x + 13, y + 13), fill="#e4572e")
    hill(picture, waves(850, (30, 240, 4), (10, 50, 0)), "5d9b52")
    for _ in range(240):
        x, y = chance.randrange(WIDTH), chance.randrange(900, 1190)
        size = 4 + (y - 880) / 22
        petals = chance.choice(("#f7b2bd", "#ffffff", "#f2c14e", "#b388eb", "#f78154"))
        pen.line((x, y, x, y + size * 3), fill="#3c7a3f", width=3)
        for turn in range(5):
            angle = turn * math.tau / 5
            px, py = x + math.cos(angle) * size, y + math.sin(angle) * size
            pen.ellipse((px - size * 0.7, py - size * 0.7, px + size * 0.7, py + size * 0.7), fill=petals)
        pen.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill="#7a4a1e")
    return picture


def cup() -> Image.Image:
    picture = sky("3d2b56", "7d4e76", "e2906f", "f9d5a7")
    glow(picture, (1180, 330), 120, "fff0c9")
    hill(picture, waves(900), "5b3a33")
    hill(picture, waves(930), "734a3f")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((420, 900, 1120, 1010), fill="#efe3d3")
    pen.ellipse((470, 905, 1070, 985), fill="#d9c7b2")
    pen.arc((900, 590, 1120, 830), -125, 128, fill="#f7efe4", width=46)
    pen.polygon([(520, 560), (1000, 560), (950, 880), (880, 940), (640, 940), (570, 880)], fill="#f7efe4")
    pen.polygon([(520, 560), (640, 560), (690, 940), (640, 940), (570, 880)], fill="#fffaf2")
    pen.ellipse((520, 515, 1000, 605), fill="#fffaf2")
    pen.ellipse((545, 527, 975, 593), fill="#6b3f2a")
    steam = Image.new("L", picture.size)
    brush = ImageDraw.Draw(steam)
    for x, shift in ((660, 0.0), (760, 1.4), (860, 2.6)):
        bends = [(x + 34 * math.sin(y / 60 + shift), y) for y in range(230, 510, 6)]
        brush.line(bends, fill=150, width=26, joint="curve")
    picture.paste(Image.new("RGB", picture.size, "#fff6ea"), mask=steam.filter(ImageFilter.GaussianBlur(16)))
    return picture


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for draw in (sea, mountains, city, garden, cup):
        small = draw().resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)
        small.save(FOLDER / f"{draw.__name__}.webp", quality=82, method=6)
