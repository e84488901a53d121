"""What a file is, by its bytes: what it is called and what its sender says of it is anybody's word."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from partners.errors import FileRefused

LARGEST = 15 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000  # 120 MB when opened
LARGEST_UNPACKED = 150 * 1024 * 1024  # bytes of an Office file
MOST_PARTS = 3_000
_OFFICE = {
    "word/": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_PHOTOS = (b"heic", b"heix", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class FileType:
    extension: str
    content_type: str

    @property
    def is_picture(self) -> bool:
        """Whether a browser shows it and its picture was opened here."""
        return self.extension in ("png", "jpg", "webp")


_BY_PILLOW = {
    "PNG": FileType("png", "image/png"),
    "JPEG": FileType("jpg", "image/jpeg"),
    "WEBP": FileType("webp", "image/webp"),
}


def recognise(file: BinaryIO) -> FileType:
    """PDF, PNG, JPEG, WebP, HEIC, DOCX or XLSX. Raises FileRefused for anything else, and for a bomb."""
    file.seek(0)
    head = file.read(32)
    file.seek(0)
    if head.startswith(b"%PDF-"):
        return FileType("pdf", "application/pdf")
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    ):
        return _picture(file)
    if head[4:8] == b"ftyp" and head[8:12] in _PHOTOS:
        return FileType("heic", "image/heic")
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    raise FileRefused(
        _("такой файл не подходит: пришлите PDF, JPEG, PNG, WebP, HEIC, DOCX или XLSX")
    )


def _picture(file: BinaryIO) -> FileType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(_BY_PILLOW)) as picture:
                width, height = picture.size
                kind = _BY_PILLOW[picture.format or ""]
                if width * height > MOST_PIXELS:
                    raise FileRefused(_("картинка слишком большая: уменьшите её и пришлите снова"))
                picture.verify()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise FileRefused(_("картинка слишком большая: уменьшите её и пришлите снова")) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, EOFError):
        raise FileRefused(_("картинка повреждена: откройте её у себя и сохраните заново")) from None
    file.seek(0)
    return kind


def _office(file: BinaryIO) -> FileType:
    """Its parts are counted, not unpacked. Macros are programs: such a file is refused."""
    broken = _("файл повреждён или это архив: пришлите PDF, DOCX или XLSX")
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileRefused(broken) from None
    file.seek(0)
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise FileRefused(_("файл слишком большой, когда его открывают"))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(_("в файле есть макросы: сохраните его без них"))
    if "[Content_Types].xml" in names:
        for folder, (extension, content_type) in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return FileType(extension, content_type)
    raise FileRefused(broken)
