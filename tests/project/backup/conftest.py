from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from project.backup.sealing import new_identity
from tests import factories

# What a restored database must hold as it was.
COUNTED = (
    "payments_payment",
    "payments_moneyentry",
    "payments_dayentry",
    "payments_customer",
    "integrations_outboxmessage",
)


@dataclass
class Installation:
    """A database and files of its own, spoken to as an operator does: by manage.py."""

    database: str
    media: Path
    place: str
    identity: Path
    recipient: str
    extra: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "project.settings.local",
                "DEV_STATE": str(self.media.parent / "state"),
                "DATABASE_URL": self.url,
                "MEDIA_ROOT": str(self.media),
                "BACKUP_TO": self.place,
                "BACKUP_RECIPIENT": self.recipient,
                **self.extra,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def url(self) -> str:
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        return f"{base}/{self.database}"

    def ask(self, statement: sql.SQL | sql.Composed) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as link:
            cursor = link.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, object]:
        return {
            table: self.ask(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0][0]
            for table in COUNTED
        }

    def wipe(self) -> None:
        self.ask(sql.SQL("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        for file in self.media.rglob("*"):
            if file.is_file():
                file.unlink()


Install = Callable[..., Installation]


@pytest.fixture
def install(transactional_db, tmp_path: Path) -> Iterator[Install]:
    """A copy of this test's database, filled with sold subscriptions and files people sent."""
    made: list[str] = []
    server_url = os.environ["DATABASE_URL"]

    def copy(*, place: str = "", **extra: str) -> Installation:
        factories.a_finished_payment()
        factories.a_finished_payment()
        factories.a_refunded_payment()
        name = f"backup_{uuid.uuid4().hex[:12]}"
        ours = connection.settings_dict["NAME"]
        connection.close()
        with psycopg.connect(server_url, autocommit=True) as link:
            template = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            link.execute(template.format(sql.Identifier(name), sql.Identifier(str(ours))))
        made.append(name)
        media = tmp_path / "media"
        (media / "documents").mkdir(parents=True)
        (media / "documents" / "Устав.pdf").write_bytes(b"%PDF-1.7 " + os.urandom(64 * 1024))
        (media / "logo.png").write_bytes(b"\x89PNG")
        identity = tmp_path / "identity.txt"
        return Installation(
            database=name,
            media=media,
            place=place or str(tmp_path / "backups"),
            identity=identity,
            recipient=new_identity(identity),
            extra=extra,
        )

    yield copy
    with psycopg.connect(server_url, autocommit=True) as link:
        for name in made:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            link.execute(drop.format(sql.Identifier(name)))
