"""Pictures as cameras and programs would make them, for tests."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

ORIENTATION, CAMERA = 0x0112, 0x0110
TURNED_RIGHT = 6


def make_picture(
    width: int = 90, height: int = 60, *, colour: str = "#cc6b0d", file_format: str = "PNG", turned: bool = False
) -> bytes:
    """A file; its left half has the colour, its right half is white. `turned` as a camera held upright says it."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste(colour, (0, 0, width // 2, height))
    file, about = BytesIO(), Image.Exif()
    if turned:
        about[ORIENTATION], about[CAMERA] = TURNED_RIGHT, "Secret Camera"
    picture.save(file, file_format, **({"exif": about} if turned else {}))
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))
