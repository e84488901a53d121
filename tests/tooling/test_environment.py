from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devtools import environment, places

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "lock.txt"
    file.write_text("django==5.2.19\n", encoding="utf-8")
    monkeypatch.setattr(places, "LOCK", file)
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    return file


def stamp(*lines: str) -> None:
    environment.STAMP.write_text("\n".join(lines), encoding="utf-8")


def test_nothing_is_installed_without_a_stamp(lock: Path) -> None:
    assert not environment.is_installed("base")


def test_a_layer_of_this_very_lock_is_not_installed_again(lock: Path) -> None:
    stamp(environment.digest(), "base", "local")

    assert environment.is_installed("local")
    assert not environment.is_installed("test")


def test_a_changed_lock_is_installed(lock: Path) -> None:
    stamp(environment.digest(), "base")
    lock.write_text("django==5.2.20\n", encoding="utf-8")

    assert not environment.is_installed("base")
