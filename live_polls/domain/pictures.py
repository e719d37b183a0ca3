"""Pictures that hosts upload: judged, drawn anew, kept, and forgotten when nothing shows them any longer.

Nothing of an uploaded file but its pixels is kept: it is decoded, turned upright, made smaller and encoded as WebP.
So there is no script in it, no place where it was taken, and nothing that two programs read in two ways.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from threading import Lock

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from PIL import Image, ImageOps

from live_polls.errors import InvalidSettingsError
from live_polls.kinds.base import N_
from live_polls.models import Option, Picture, Poll, Room

MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PICTURES = 200  # a room
# The longer side of what is kept, in pixels: of a poll or slide, and of an option.
POLL_PIXELS, OPTION_PIXELS = 1280, 640
# Between its upload and the saving of the poll a picture is used by nothing.
UNUSED_FOR = timedelta(days=1)
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
QUALITY = 82

# What decoders raise at files that are broken, or made to break them.
UNREADABLE = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError),
    *(struct.error, RuntimeError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
# A decoded picture takes up to 160 MB: one at a time, however many are uploaded at once.
_drawing = Lock()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is kept: WebP, with the size that pages reserve for it, in pixels."""

    data: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture as pages need it: where it is, and the room to keep for it until it is there, in pixels."""

    url: str
    width: int | str
    height: int | str


def draw_anew(upload: bytes, *, longest: int) -> Drawn:
    """The first frame of an uploaded picture, upright, its longer side at most `longest` pixels.

    InvalidSettingsError("picture") for what is too large, no picture, or of a format that is not in FORMATS.
    """
    if len(upload) > MAX_UPLOAD_BYTES:
        raise InvalidSettingsError("picture", N_("This picture is too large: 5 MB is the most."))
    try:
        with _drawing, Image.open(BytesIO(upload), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:  # known from the header, before anything is unpacked
                raise InvalidSettingsError("picture", N_("This picture is too large: 40 megapixels are the most."))
            return _draw(opened, longest)
    except UNREADABLE:
        raise InvalidSettingsError(
            "picture", N_("This is no picture that can be read. Use PNG, JPEG, WebP, GIF or AVIF.")
        ) from None


def add_picture(room: Room, upload: bytes, *, longest: int) -> Picture:
    """Keep an uploaded picture for the room. Repeatable: the same pixels are the same picture.

    InvalidSettingsError("picture") for what cannot be drawn, and beyond MAX_PICTURES. (Uploads at the same moment may
    exceed that by a few: it is there against heaps, not for accounts.)
    """
    return keep_picture(room, draw_anew(upload, longest=longest))


def keep_picture(room: Room, drawn: Drawn) -> Picture:
    """Keep a picture that was drawn anew for the room. As add_picture, for those who draw before they lock."""
    here = Picture.objects.filter(room=room)
    if not here.filter(digest=drawn.digest).exists() and here.count() >= MAX_PICTURES:
        raise InvalidSettingsError("picture", N_("This room has 200 pictures, which is the most. Remove some first."))
    picture = Picture(room=room, digest=drawn.digest, width=drawn.width, height=drawn.height, data=drawn.data)
    # A picture that was already there begins its day anew, or a purge might take it before the poll is saved.
    Picture.objects.bulk_create(
        [picture], update_conflicts=True, unique_fields=["room", "digest"], update_fields=["created_at"]
    )
    return here.defer("data").get(digest=drawn.digest)


def pictures_of(room_id: int, digests: Collection[str]) -> dict[str, Picture]:
    """The pictures of the room with these digests, by digest, without their bytes. InvalidSettingsError for another.

    They are about to be used: their day begins anew, so that no purge at the same moment takes them.
    """
    found = Picture.objects.filter(room_id=room_id, digest__in=set(digests) - {""})
    found.update(created_at=timezone.now())
    pictures = {picture.digest: picture for picture in found.defer("data")}
    if any(digest and digest not in pictures for digest in digests):
        raise InvalidSettingsError("picture", N_("This picture is not there any more. Choose it again."))
    return pictures


def read_picture(digest: str) -> bytes | None:
    """The bytes of a picture of any room, WebP; None when there is none. Repeatable."""
    data = Picture.objects.filter(digest=digest).values_list("data", flat=True).first()
    return None if data is None else bytes(data)  # PostgreSQL hands out a view of its buffer


def picture_path(digest: str) -> str:
    """Where a picture is served; for good, because another picture has another digest."""
    return f"/pictures/{digest}.webp"


def picture_views(room_id: int, digests: Collection[str]) -> dict[str, PictureView]:
    """Those of the digests that are pictures of the room, as pages need them."""
    found = Picture.objects.filter(room_id=room_id, digest__in=set(digests) - {""}).defer("data")
    return {picture.digest: view for picture in found if (view := view_of(picture))}


def view_of(picture: Picture | None) -> PictureView | None:
    """As pages need it; None where there is none."""
    return None if picture is None else PictureView(picture_path(picture.digest), picture.width, picture.height)


def unused_pictures() -> QuerySet[Picture]:
    """The pictures that no poll and no option shows, and that nobody has just uploaded."""
    return Picture.objects.filter(
        ~Exists(Poll.objects.filter(picture=OuterRef("pk"))),
        ~Exists(Option.objects.filter(picture=OuterRef("pk"))),
        created_at__lt=timezone.now() - UNUSED_FOR,
    )


def purge_pictures() -> int:
    """Delete the pictures that nothing shows; how many there were. Repeatable."""
    # Without their bytes, which Django would fetch to delete them.
    return unused_pictures().defer("data").delete()[0]


def _draw(opened: Image.Image, longest: int) -> Drawn:
    opened.draft("RGB", (longest, longest))  # lets a JPEG be unpacked at a fraction of its size
    picture = ImageOps.exif_transpose(opened)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((longest, longest))
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY)
    return Drawn(file.getvalue(), picture.width, picture.height)
