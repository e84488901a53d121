"""A partner's logo as the public gets it: drawn anew, so that nothing of the file that was sent reaches a browser."""

from __future__ import annotations

from io import BytesIO

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from partners.models import Partner
from partners.selectors.cards import logo_version

log = structlog.get_logger(__name__)

SIDE = 512  # pixels of the longer side
MOST_PIXELS = 40_000_000  # of the picture that was sent; more is a bomb
MOST_BYTES = 10 * 1024 * 1024
READ = ("PNG", "JPEG", "WEBP", "GIF")
CONTENT_TYPE = "image/png"


def picture(partner: Partner) -> bytes | None:
    """The PNG, made once for each file; None where there is no picture that can be read."""
    if not partner.logo:
        return None
    ready = f"partners/logos/ready/{logo_version(partner)}.png"
    if default_storage.exists(ready):
        with default_storage.open(ready) as kept:
            return bytes(kept.read())
    drawn = _drawn(partner)
    if drawn is not None:
        default_storage.save(ready, ContentFile(drawn))
    return drawn


def _drawn(partner: Partner) -> bytes | None:
    try:
        with partner.logo.open("rb") as sent:
            return small_png(sent.read(MOST_BYTES + 1))
    except (OSError, ValueError, UnidentifiedImageError, SyntaxError) as error:
        log.warning("logo_not_drawn", partner=partner.code, error=str(error))
        return None


def small_png(content: bytes) -> bytes:
    """The first picture of the file, upright, without what a camera wrote into it. ValueError for one too large."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    with Image.open(BytesIO(content), formats=READ) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width} × {image.height} pixels")
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((SIDE, SIDE))
    clean = Image.new("RGBA", upright.size)
    clean.paste(upright)
    out = BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()
