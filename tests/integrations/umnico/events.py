"""Events of Umnico, as bytes."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def event(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()
