"""Files: what they are by their bytes, where they are kept, and those that are not taken."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest

from partners.errors import FileRefused
from partners.models import Document
from partners.services import filetypes
from partners.services.documents import content, examine, keep_file, shown_name
from tests.partners.factories import an_application
from tests.partners.intake.files import DOCX, PDF, XLSX, bomb, office, picture


@pytest.mark.parametrize(
    ("content", "extension", "content_type"),
    [
        (PDF, "pdf", "application/pdf"),
        (picture("PNG"), "png", "image/png"),
        (picture("JPEG"), "jpg", "image/jpeg"),
        (picture("WEBP"), "webp", "image/webp"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "heic", "image/heic"),
        (
            DOCX,
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (XLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_is_what_its_bytes_say(content, extension, content_type):
    found = examine(BytesIO(content))
    assert (found.extension, found.content_type) == (extension, content_type)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\0" + b"\0" * 100,
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 40,
        b"\xd0\xcf\x11\xe0" + b"\0" * 100,
        b"#!/bin/sh\nrm -rf /",
        picture("PNG")[:60],
        b"\xff\xd8\xff" + b"\0" * 50,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        office("a.txt"),
        office("word/document.xml"),
        office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04" + b"\0" * 50,
    ],
)
def test_what_is_not_taken(content):
    with pytest.raises(FileRefused):
        examine(BytesIO(content))


def test_a_picture_that_would_fill_the_memory_is_not_opened():
    with pytest.raises(FileRefused, match="слишком большая"):
        examine(BytesIO(bomb()))
    with pytest.raises(FileRefused, match="слишком большая"):
        examine(BytesIO(bomb(8_000, 6_000)))


def test_a_zip_that_would_fill_the_disk_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(filetypes, "LARGEST_UNPACKED", 1000)
    with pytest.raises(FileRefused, match="слишком большой"):
        examine(BytesIO(office("[Content_Types].xml", "word/document.xml", content=b"0" * 900)))


def test_a_file_over_the_limit_is_not_read(monkeypatch):
    monkeypatch.setattr("partners.services.documents.LARGEST", 10)
    with pytest.raises(FileRefused, match="больше"):
        examine(BytesIO(PDF))


def test_a_logo_is_a_picture():
    assert examine(BytesIO(picture()), kind="logo").extension == "png"
    with pytest.raises(FileRefused, match="картинкой"):
        examine(BytesIO(PDF), kind="logo")


@pytest.mark.django_db
def test_a_file_is_kept_under_a_name_that_says_nothing():
    application = an_application()
    kept = keep_file(
        file=BytesIO(PDF), name="../../etc/Лицензия.exe", kind="licence", application=application
    )
    kept = Document.objects.get(pk=kept.pk)
    assert (kept.name, kept.status, kept.size) == ("Лицензия.exe", "stored", len(PDF))
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert kept.content_type == "application/pdf"
    where = str(kept.file.name)
    assert where.startswith("partners/documents/")
    assert where.endswith(".pdf")
    assert "exe" not in where
    assert content(kept).read() == PDF


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\me\\скан.pdf", "скан.pdf"),
        ("a/../../b.png", "b.png"),
        ("\x00<b>\u202egpj.exe", "bgpj.exe"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("..", ""),
        ("", ""),
    ],
)
def test_a_name_as_it_is_shown(name, shown):
    assert shown_name(name) == shown
