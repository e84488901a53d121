"""What is kept for how long, and what an unfinished backup is."""

from __future__ import annotations

import io
import itertools
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from project.backup import files, manifest, retention
from project.backup.catalogue import finished, read_manifest
from project.backup.errors import BackupRefused
from project.backup.making import clear
from project.backup.sealing import identity, new_identity, opened, recipient, sealed
from project.backup.stores import Folder

FIRST = datetime(2026, 1, 1, 4, tzinfo=UTC)
EVERY_DAY = [manifest.name_of(FIRST + timedelta(days=day)) for day in range(365)]


def test_a_year_of_daily_backups_leaves_days_weeks_and_months() -> None:
    keep = retention.kept(EVERY_DAY, days=7, weeks=4, months=6)

    assert set(EVERY_DAY[-7:]) <= keep
    assert {name[:6] for name in keep} == {f"2026{month:02}" for month in range(7, 13)}
    # Two Sundays and five ends of months are not among the last days.
    assert len(keep) == 7 + 2 + 5


def test_keeping_day_by_day_ends_where_keeping_at_once_does() -> None:
    """What is removed along the way is never missed later."""
    kept: set[str] = set()
    for name in EVERY_DAY:
        kept = retention.kept({*kept, name}, days=7, weeks=4, months=6)
    assert kept == retention.kept(EVERY_DAY, days=7, weeks=4, months=6)


def test_the_newest_is_kept_whatever_the_numbers_say() -> None:
    assert retention.kept(EVERY_DAY, days=0, weeks=0, months=0) == {EVERY_DAY[-1]}
    assert retention.kept([], days=7, weeks=4, months=6) == set()


def test_an_unfinished_backup_is_no_backup_and_is_cleared_with_the_next(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    broken, whole, running = EVERY_DAY[:3]
    store.put(f"{broken}/{manifest.DATABASE}", io.BytesIO(b"half"))
    store.put(f"{running}/{manifest.DATABASE}", io.BytesIO(b"so far"))
    made = manifest.Manifest(made_at="", migrations={}, files=0, parts={})
    store.put(f"{whole}/{manifest.MANIFEST}", io.BytesIO(made.to_bytes()))
    store.put("notes/readme.txt", io.BytesIO(b"not ours"))

    assert finished(store) == [whole]
    assert clear(store) == [broken]
    assert sorted(store.names()) == [
        f"{whole}/{manifest.MANIFEST}",
        f"{running}/{manifest.DATABASE}",
        "notes/readme.txt",
    ]
    with pytest.raises(BackupRefused, match="no finished backup"):
        read_manifest(store, running)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": 2}', b"\xff", b'{"format": 1}']
)
def test_a_manifest_that_is_none_is_told(content: bytes) -> None:
    with pytest.raises(BackupRefused):
        manifest.read(content)


def test_what_is_sealed_opens_again(tmp_path: Path) -> None:
    key = recipient(new_identity(tmp_path / "identity"))
    text = bytes(itertools.islice(itertools.cycle(range(256)), 1_000_000))
    with sealed(io.BytesIO(text), key) as stream:
        secret = stream.read()
    with opened(io.BytesIO(secret), identity(tmp_path / "identity")) as stream:
        assert stream.read() == text
    with (
        pytest.raises(BackupRefused),
        opened(io.BytesIO(secret[:-1]), identity(tmp_path / "identity")) as stream,
    ):
        stream.read()


def test_an_error_of_the_source_is_not_lost_in_the_pipe(tmp_path: Path) -> None:
    class Breaks:
        def read(self, size: int = -1, /) -> bytes:
            raise BackupRefused("the disk has gone")

    key = recipient(new_identity(tmp_path / "identity"))
    with pytest.raises(BackupRefused, match="the disk has gone"), sealed(Breaks(), key) as stream:
        stream.read()


@pytest.mark.parametrize("text", ["", "age1nothing", "AGE-SECRET-KEY-1"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BackupRefused, match="BACKUP_RECIPIENT"):
        recipient(text)


def archive_of(name: str, content: bytes = b"", **facts: Any) -> io.BytesIO:
    archive, entry = io.BytesIO(), tarfile.TarInfo(name)
    entry.size = len(content)
    for fact, value in facts.items():
        setattr(entry, fact, value)
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    archive.seek(0)
    return archive


@pytest.mark.parametrize("name", ["../../outside", "documents/../../outside", "/outside", "link"])
def test_an_archive_that_leads_outside_is_refused(settings, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "deep" / "media"
    kind = tarfile.SYMTYPE if name == "link" else tarfile.REGTYPE
    with pytest.raises(BackupRefused):
        files.unpack(archive_of(name, type=kind, linkname="/etc/passwd"))
    assert not list((tmp_path / "deep").iterdir())
    assert not (tmp_path / "outside").exists()
    assert not Path("/outside").exists()


def test_files_come_back_on_the_python_of_debian_12(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3.11.2, whose tarfile knows no filters."""

    def extract(_tar: Any, _member: Any, path: str = "", *, numeric_owner: bool = False) -> None:
        raise AssertionError((path, numeric_owner))

    monkeypatch.setattr(tarfile.TarFile, "extract", extract)
    settings.MEDIA_ROOT = root = tmp_path / "media"
    root.mkdir()
    (root / "earlier").touch()
    assert files.unpack(archive_of("a/Устав.pdf", b"%PDF", mode=0o4666, mtime=1_700_000_000)) == 1
    assert [path.name for path in root.iterdir()] == ["earlier"]
    files.put_in_place()
    (back,) = (path for path in root.rglob("*") if path.is_file())
    found = back.stat()
    assert back.relative_to(root) == Path("a/Устав.pdf")
    assert (back.read_bytes(), found.st_mode & 0o7777, found.st_mtime) == (b"%PDF", 0o644, 1.7e9)
    assert [path.name for path in (tmp_path / "media.before").iterdir()] == ["earlier"]
