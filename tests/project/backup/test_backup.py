"""A shop with sales is backed up, lost, and brought back: every ledger adds up and every file is there."""

from __future__ import annotations

import os
from pathlib import Path

from project.backup.sealing import new_identity
from tests.project.backup.conftest import Install
from tests.support import s3

PARTS = ["database.dump.age", "files.tar.age", "manifest.json"]
LARGE = 6 * 1024 * 1024  # bytes: more than one part of an upload


def test_a_lost_shop_comes_back(install: Install) -> None:
    shop = install()
    before, files = (
        shop.counts(),
        {path.name: path.read_bytes() for path in shop.media.rglob("*.p*")},
    )
    assert all(before.values())

    made = shop.manage("backup")
    assert made.returncode == 0, made.stderr
    name = made.stdout.partition(":")[0]
    assert name in shop.manage("backup", "--list").stdout
    looked = shop.manage("backup", "--check", "latest", "--identity", str(shop.identity))
    assert f"{name}: whole" in looked.stdout
    kept = [path for path in Path(shop.place).rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == PARTS
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        if path.suffix == ".age":
            assert path.read_bytes().startswith(b"age-encryption.org/v1")
            assert b"PGDMP" not in path.read_bytes()
    shop.wipe()

    back = shop.manage("restore", name, "--identity", str(shop.identity))

    assert back.returncode == 0, back.stderr
    assert "13 rules hold for all rows" in back.stdout  # of audit_ledgers
    assert shop.counts() == before
    assert {path.name: path.read_bytes() for path in shop.media.rglob("*.p*")} == files


def test_a_full_database_is_not_replaced_without_being_asked_to(install: Install) -> None:
    shop = install()
    shop.manage("backup")
    before = shop.counts()

    refused = shop.manage("restore", "latest", "--identity", str(shop.identity))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert shop.counts() == before

    replaced = shop.manage("restore", "latest", "--identity", str(shop.identity), "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert shop.counts() == before


def test_a_backup_that_was_touched_changes_nothing(install: Install) -> None:
    shop = install()
    shop.manage("backup")
    before = shop.counts()
    (file,) = Path(shop.place).rglob("files.tar.age")
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(bytes(content))

    refused = shop.manage("restore", "latest", "--identity", str(shop.identity), "--replace")

    assert refused.returncode == 1
    assert "CommandError" in refused.stderr
    assert shop.counts() == before


def test_another_identity_opens_nothing(install: Install, tmp_path: Path) -> None:
    shop = install()
    shop.manage("backup")
    new_identity(tmp_path / "other.txt")

    refused = shop.manage("backup", "--check", "latest", "--identity", str(tmp_path / "other.txt"))

    assert refused.returncode == 1
    assert "does not open with this identity" in refused.stderr


def test_without_a_key_nothing_is_written(install: Install) -> None:
    shop = install()
    shop.recipient = ""

    refused = shop.manage("backup")

    assert refused.returncode == 1
    assert "BACKUP_RECIPIENT" in refused.stderr
    assert not Path(shop.place).exists()


def test_a_bucket_serves_as_well(install: Install) -> None:
    with s3.store() as bucket:
        shop = install(
            place="s3://shop/backups",
            BACKUP_S3_URL=bucket.url,
            BACKUP_S3_KEY=s3.KEY,
            BACKUP_S3_SECRET=s3.SECRET,
        )
        (shop.media / "scan.png").write_bytes(os.urandom(4 * LARGE))
        before = shop.counts()
        made = shop.manage("backup")
        assert made.returncode == 0, made.stderr
        assert bucket.uploads == 1  # the files took more than one part
        shop.wipe()

        back = shop.manage("restore", "latest", "--identity", str(shop.identity))

        assert back.returncode == 0, back.stderr
        assert shop.counts() == before
        assert (shop.media / "scan.png").stat().st_size == 4 * LARGE
        wrong = shop.extra | {"BACKUP_S3_KEY": "somebody-else"}
        shop.extra = wrong
        refused = shop.manage("backup", "--list")
        assert refused.returncode == 1
        assert "InvalidAccessKeyId" in refused.stderr
        assert s3.SECRET not in refused.stderr
