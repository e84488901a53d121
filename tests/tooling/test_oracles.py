from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from devtools import oracles, places

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "STATE", tmp_path)
    return tmp_path


def test_an_environment_is_named_by_what_it_is_made_from(state: Path) -> None:
    made = state / f"oracles-{oracles.digest()[:12]}" / "bin"
    made.mkdir(parents=True)
    (made / "python").touch()

    assert oracles.python() == made / "python"


def test_what_cannot_be_installed_is_said_in_the_installers_words(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.CompletedProcess([], 1, stdout="", stderr="no such package")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_named: refused)

    with pytest.raises(oracles.Unavailable, match="no such package"):
        oracles.python()


def test_a_half_made_environment_gives_way(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = state / "oracles-of-another-lock"
    left.mkdir()
    monkeypatch.setattr(oracles, "_run", lambda *command: _draft(state))

    assert oracles.python().parent.parent.exists()
    assert not left.exists()


def _draft(state: Path) -> None:
    (state / f"oracles-{oracles.digest()[:12]}.draft").mkdir(exist_ok=True)
