"""Bodies of Tilda's calls, as bytes."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "bodies"


def body(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
