"""All that a shop keeps, as it was at one moment: each table's rows, the next numbers, the files people sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

# A backup says in it that it was finished, after the database was dumped.
LEFT_OUT = ("integrations_heartbeat",)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)"
ROWS = "SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t"
NUMBERS = (
    "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public'"
)


@dataclass(frozen=True)
class Snapshot:
    tables: dict[str, tuple[int, str]]  # how many rows, and what is in them
    numbers: dict[str, int]
    files: dict[str, str]

    @property
    def rows(self) -> int:
        return sum(count for count, _content in self.tables.values())

    def differs(self, other: Snapshot) -> list[str]:
        """What is not the same, in words."""
        pairs = (
            (self.tables, other.tables),
            (self.numbers, other.numbers),
            (self.files, other.files),
        )
        return [
            f"{name}: {before.get(name)} | {after.get(name)}"
            for before, after in pairs
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]


def snapshot(root: Path) -> Snapshot:
    """Of the installation in `root`, whose database answers."""
    media = root / "var/lib/provodnik/media"
    with psycopg.connect(database(root), autocommit=True) as link:
        names = [row[0] for row in link.execute(TABLES, [list(LEFT_OUT)])]
        asked = {name: sql.SQL(ROWS).format(sql.Identifier(name)) for name in names}
        tables = {name: (link.execute(one).fetchone() or (0, "")) for name, one in asked.items()}
        numbers: dict[str, int] = dict(link.execute(NUMBERS).fetchall())
    files = {
        path.relative_to(media).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media.rglob("*")
        if path.is_file()
    }
    return Snapshot({name: (row[0], row[1]) for name, row in tables.items()}, numbers, files)


def database(root: Path) -> str:
    return (root / "etc/provodnik/secrets/database_url").read_text().strip()


def value(root: Path, statement: str) -> str:
    with psycopg.connect(database(root), autocommit=True) as link:
        row = link.execute(statement.encode()).fetchone()
    return str(row[0]) if row else ""
