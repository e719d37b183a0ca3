"""What becomes of an uploaded picture."""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from struct import pack

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from live_polls.domain import pictures, rooms
from live_polls.domain.pictures import add_picture, draw_anew, pictures_of, purge_pictures, read_picture
from live_polls.errors import InvalidSettingsError
from live_polls.models import Picture
from tests.factories import make_poll, make_room
from tests.pictures import make_picture, opened

FORMATS = ["PNG", "JPEG", "WEBP", "GIF", "AVIF"]
JPEG = make_picture(file_format="JPEG", turned=True)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes whose header announces a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def lightness(picture: Image.Image, x: int, y: int) -> int:
    return picture.tobytes()[y * picture.width + x]


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_becomes_webp(file_format: str):
    drawn = draw_anew(make_picture(file_format=file_format), longest=640)

    assert opened(drawn.data).format == "WEBP"
    assert (drawn.width, drawn.height) == opened(drawn.data).size == (90, 60)


def test_a_large_picture_becomes_smaller_and_a_small_one_does_not_grow():
    assert draw_anew(make_picture(2000, 1000), longest=640).width == 640
    assert draw_anew(make_picture(20, 10), longest=640).width == 20


def test_a_picture_is_turned_upright_and_says_nothing_about_its_camera():
    drawn = draw_anew(JPEG, longest=640)

    picture = opened(drawn.data).convert("L")
    assert (drawn.width, drawn.height) == (60, 90)
    assert lightness(picture, 30, 80) > 240 > lightness(picture, 30, 10)
    assert b"Camera" in JPEG
    assert b"Camera" not in drawn.data
    assert b"EXIF" not in drawn.data


def test_what_is_transparent_stays_so():
    file = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(file, "PNG")

    assert opened(draw_anew(file.getvalue(), longest=640).data).mode == "RGBA"


def test_of_what_moves_the_first_frame_is_kept():
    file = BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("white", "black")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    picture = opened(draw_anew(file.getvalue(), longest=640).data)
    assert getattr(picture, "n_frames", 1) == 1
    assert lightness(picture.convert("L"), 4, 4) > 200


NO_PICTURES = {
    "nothing": b"",
    "a beginning": b"GIF89a",
    "half": JPEG[:300],
    "a page": b"<html>",
    "a drawing with a script": SVG,
    "another format": make_picture(file_format="BMP"),
    "yet another": make_picture(file_format="TIFF"),
    "an icon": make_picture(file_format="ICO"),
    "too many bytes": make_picture() + b"x" * 5 * 1024 * 1024,
    "too many pixels": png_that_says(8000, 5001),
    "pixels without end": png_that_says(2**31 - 1, 2**31 - 1),
    "no pixels": png_that_says(0, 9),
}


@pytest.mark.parametrize("upload", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_of_ours_is_refused(upload: bytes):
    with pytest.raises(InvalidSettingsError) as refused:
        draw_anew(upload, longest=640)
    assert refused.value.field == "picture"


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pictures, "_draw", lambda *_: pytest.fail("It was unpacked."))

    with pytest.raises(InvalidSettingsError, match="40 megapixels"):
        draw_anew(png_that_says(8000, 5001), longest=640)


@given(st.sampled_from(FORMATS), st.integers(0, 400), st.binary(max_size=8), st.booleans())
def test_a_broken_file_is_drawn_or_refused_and_nothing_else(file_format: str, at: int, junk: bytes, cut: bool):
    whole = make_picture(file_format=file_format)
    broken = whole[:at] + junk + (b"" if cut else whole[at + len(junk) :])
    with suppress(InvalidSettingsError):
        assert opened(draw_anew(broken, longest=64).data).format == "WEBP"


pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_picture_is_kept_once_a_room():
    room, other = make_room(), make_room()

    first = add_picture(room, make_picture(), longest=640)
    assert add_picture(room, make_picture(), longest=640) == first
    assert add_picture(other, make_picture(), longest=640) != first
    assert (first.width, first.height) == (90, 60)
    assert read_picture(first.digest) == bytes(Picture.objects.get(pk=first.pk).data)


def test_a_room_holds_so_many_pictures_and_those_it_has_may_come_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pictures, "MAX_PICTURES", 2)
    room = make_room()
    for colour in ("red", "blue"):
        add_picture(room, make_picture(colour=colour), longest=640)

    add_picture(room, make_picture(colour="red"), longest=640)
    with pytest.raises(InvalidSettingsError, match="the most"):
        add_picture(room, make_picture(colour="green"), longest=640)


def test_pictures_of_another_room_cannot_be_used():
    mine, theirs = make_room(), make_room()
    picture = add_picture(theirs, make_picture(), longest=640)

    assert pictures_of(theirs.pk, [picture.digest, ""]) == {picture.digest: picture}
    with pytest.raises(InvalidSettingsError, match="not there"):
        pictures_of(mine.pk, [picture.digest])


def test_a_purge_takes_what_nothing_shows_after_a_day():
    poll = make_poll()
    on_poll, on_option, unused, fresh = (
        add_picture(poll.room, make_picture(colour=colour), longest=640) for colour in ("red", "blue", "green", "lime")
    )
    type(poll).objects.filter(pk=poll.pk).update(picture=on_poll)
    poll.options.filter(number=1).update(picture=on_option)
    old = Picture.objects.filter(pk__in=[on_poll.pk, on_option.pk, unused.pk])
    old.update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    call_command("purge", dry_run=True)
    assert Picture.objects.count() == 4
    call_command("purge")
    assert set(Picture.objects.all()) == {on_poll, on_option, fresh}
    assert purge_pictures() == 0


def test_a_picture_that_is_chosen_again_is_not_purged_before_its_poll_is_saved():
    room = make_room()
    picture = add_picture(room, make_picture(), longest=640)
    Picture.objects.update(created_at=timezone.now() - timedelta(days=2))

    pictures_of(room.pk, [picture.digest])
    assert purge_pictures() == 0


def test_pictures_go_with_their_room():
    poll = make_poll()
    picture = add_picture(poll.room, make_picture(), longest=640)
    type(poll).objects.filter(pk=poll.pk).update(picture=picture)

    rooms.delete_room(poll.room)
    assert read_picture(picture.digest) is None
