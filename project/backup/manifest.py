"""What a backup holds. Its manifest is written last: without one, a backup was never finished."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from project.backup.errors import BackupRefused

MANIFEST = "manifest.json"
DATABASE = "database.dump.age"
FILES = "files.tar.age"
FORMAT = 1
NAME = re.compile(r"\d{8}T\d{6}Z")
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Part:
    """An encrypted file; `size` in bytes, `sha256` of what lies there."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` in ISO 8601, UTC; `migrations`: the newest one of each app; `files` what people sent, by number."""

    made_at: str
    migrations: dict[str, str]
    files: int
    parts: dict[str, Part]
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return (json.dumps(asdict(self), indent=2, sort_keys=True) + "\n").encode()

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts.values())


def read(content: bytes) -> Manifest:
    """Raises BackupRefused."""
    try:
        document: dict[str, Any] = json.loads(content)
        if document["format"] != FORMAT:
            raise BackupRefused("The backup was made by a newer version: restore it with that one.")
        parts = {name: Part(**part) for name, part in document.pop("parts").items()}
        return Manifest(parts=parts, **document)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused("The backup's manifest cannot be read.") from None


def name_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)


def moment_of(name: str) -> datetime:
    return datetime.strptime(name, STAMP).replace(tzinfo=UTC)
