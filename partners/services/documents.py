"""Files that applicants and partners give us: looked at, then kept under a name that says nothing."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.core.files.base import File
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import FileRefused
from partners.models import Application, Document, Partner
from partners.services.filetypes import LARGEST, FileType, recognise

LONGEST_NAME = 200
Kind = Document.Kind


def keep_file(
    *,
    file: BinaryIO,
    name: str,
    kind: str = Kind.OTHER,
    application: Application | None = None,
    partner: Partner | None = None,
) -> Document:
    """Keep a file that came with a request. Raises FileRefused with the reason in the active language."""
    document = Document(application=application, partner=partner, kind=kind, name=shown_name(name))
    store(document, file)
    document.save()
    return document


def refuse_file(*, name: str, kind: str, why: str, application: Application) -> Document:
    """A file that was not taken stays in sight, with the reason."""
    return Document.objects.create(
        application=application,
        kind=kind,
        name=shown_name(name),
        status=Document.Status.REFUSED,
        error=why[:300],
    )


def store(document: Document, file: BinaryIO) -> None:
    """Put the bytes into storage and what they are into `document`, which the caller saves. Raises FileRefused."""
    found = examine(file, kind=document.kind)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(64 * 1024):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    document.content_type, document.size, document.sha256 = (
        found.content_type,
        size,
        digest.hexdigest(),
    )
    document.status, document.error = Document.Status.STORED, ""
    document.name = document.name or f"{document.get_kind_display()}.{found.extension}"
    # What a sender calls a file must not choose a path, nor be guessed.
    document.file.save(f"{secrets.token_hex(16)}.{found.extension}", File(file), save=False)


def examine(file: BinaryIO, *, kind: str = Kind.OTHER) -> FileType:
    """What the file is; rewound. Raises FileRefused: empty, too large, of no known type, no picture for a logo."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    if not size:
        raise FileRefused(_("файл пустой"))
    if size > LARGEST:
        raise FileRefused(too_large())
    found = recognise(file)
    if kind == Kind.LOGO and not found.is_picture:
        raise FileRefused(_("логотип должен быть картинкой: PNG, JPEG или WebP"))
    file.seek(0)
    return found


def too_large() -> str:
    return _("файл больше %(size)s МБ") % {"size": LARGEST // 1024 // 1024}


def order_files(application: Application, links: Iterable[str], *, kind: str) -> list[Document]:
    """Rows for files that wait at somebody's address; the worker fetches them."""
    rows = [
        Document(
            application=application,
            kind=kind,
            status=Document.Status.WAITING,
            name=name_in(link),
            source_url=link,
            not_before=now(),
        )
        for link in links
        if len(link) <= 1000
    ]
    return Document.objects.bulk_create(rows, ignore_conflicts=True)


def copy_files(before: Application, after: Application) -> None:
    """What an applicant has given once he need not give again: the same files, with what staff made of them."""
    copies = []
    for document in before.documents.exclude(status=Document.Status.REFUSED).order_by("id"):
        document.pk = None
        document._state.adding = True
        document.application = after
        copies.append(document)
    Document.objects.bulk_create(copies, ignore_conflicts=True)


def content(document: Document) -> BytesIO:
    """The stored bytes."""
    with document.file.open("rb") as stored:
        return BytesIO(stored.read())


def name_in(link: str) -> str:
    return shown_name(unquote(urlsplit(link).path))


def shown_name(name: str) -> str:
    """The last part of a name, in one line, without what could steer a browser or a shell."""
    last = PurePosixPath(name.replace("\\", "/").replace("\x00", "")).name
    plain = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"<>|:*?]", "", last)
    plain = plain.encode("utf-8", "ignore").decode().strip(". ")
    if len(plain) > LONGEST_NAME:
        stem, dot, extension = plain.rpartition(".")
        tail = f"{dot}{extension[:10]}" if dot else ""
        plain = (stem if dot else plain)[: LONGEST_NAME - len(tail)] + tail
    return plain
