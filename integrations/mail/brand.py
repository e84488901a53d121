"""How letters look and who signs them: the row that staff edit, or the built-in look where there is none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from integrations.models import Brand

COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
DEFAULT_COLOUR = "#0a6ebd"
DARK_GROUND = "#1b2530"  # of a letter in a dark mail program, templates/email/base.html
READABLE = 4.5  # contrast of text to its ground, WCAG 2.1 AA
FOLDER = "brand/"
LOGO_NAME = re.compile(r"[0-9a-f]{24}\.png")
LOGO_BYTES = 300 * 1024
LOGO_PIXELS = 4_000_000
LOGO_SIZE = (480, 112)  # drawn for screens of double density
WIDEST, TALLEST = 240, 56


class BadLogo(ValueError):
    """No picture for a letter; `code` is «large», «kind» or «broken»."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the layout of a letter needs. `name` is empty where nobody has given one."""

    name: str = ""
    colour: str = DEFAULT_COLOUR
    colour_in_the_dark: str = ""
    logo_url: str = ""
    logo_width: int = 0
    logo_height: int = 0
    reply_to: str = ""
    footer: str = ""


def look(language: str) -> Look:
    """The look of letters in this language."""
    row = Brand.objects.first()
    if row is None:
        return built_in()
    logo = row.logo.name or ""
    width, height = logo_size(logo) if logo else (0, 0)
    return Look(
        name=row.name,
        colour=row.colour,
        colour_in_the_dark=lightened(row.colour),
        logo_url=f"{settings.PUBLIC_URL}/brand/{logo.removeprefix(FOLDER)}" if width else "",
        logo_width=width,
        logo_height=height,
        reply_to=row.reply_to,
        footer=(row.footer_en if language == "en" else row.footer_ru) or row.footer_ru,
    )


def built_in() -> Look:
    """The look nobody has changed; it needs no database."""
    return Look(colour_in_the_dark=lightened(DEFAULT_COLOUR))


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black and white (WCAG 2.1)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lightened(colour: str, ground: str = DARK_GROUND) -> str:
    """The colour, or as much lighter as text on a dark ground has to be."""
    parts = _parts(colour)
    for share in range(0, 101, 5):
        mixed = "#" + "".join(f"{part + (255 - part) * share // 100:02x}" for part in parts)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return "#ffffff"


def keep_logo(content: bytes) -> str:
    """Draw a PNG or JPEG anew, without what else the file holds, and keep it; returns its name in the storage.

    The name is that of its bytes: letters that were sent show the logo they were sent with. Raises BadLogo.
    """
    drawn = _drawn(content)
    name = f"{FOLDER}{hashlib.sha256(drawn).hexdigest()[:24]}.png"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(drawn))
    return name


def logo_size(name: str) -> tuple[int, int]:
    """Width and height in the letter; 0, 0 for a file that is away."""
    try:
        with default_storage.open(name) as file, Image.open(file) as image:
            width, height = image.size
    except (OSError, UnidentifiedImageError):
        return 0, 0
    return max(1, min(width // 2, WIDEST)), max(1, min(height // 2, TALLEST))


def read_logo(name: str) -> bytes | None:
    """A logo by the last part of its address."""
    if not LOGO_NAME.fullmatch(name) or not default_storage.exists(FOLDER + name):
        return None
    with default_storage.open(FOLDER + name) as file:
        return bytes(file.read())


def _drawn(content: bytes) -> bytes:
    if len(content) > LOGO_BYTES:
        raise BadLogo("large")
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > LOGO_PIXELS:
                raise BadLogo("large")
            clean = image.convert("RGBA")
    except UnidentifiedImageError:
        raise BadLogo("kind") from None
    except (OSError, SyntaxError):
        raise BadLogo("broken") from None
    clean.thumbnail(LOGO_SIZE)
    out = BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
