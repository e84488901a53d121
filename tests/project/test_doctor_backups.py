from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from integrations.clock import wall_clock
from integrations.models import Heartbeat
from integrations.services import heartbeats
from project.backup.making import PULSE
from project.backup.sealing import new_identity
from project.doctor.backups import backups
from project.doctor.findings import Finding, Level
from project.tasks import backup


@pytest.fixture
def configured(settings, tmp_path: Path) -> None:
    settings.BACKUP_TO = str(tmp_path / "backups")
    settings.BACKUP_RECIPIENT = new_identity(tmp_path / "identity.txt")


def found() -> Finding:
    (finding,) = backups()
    return finding


def test_an_installation_without_backups_is_warned(db, settings) -> None:
    settings.BACKUP_TO = ""
    assert found().level is Level.WARNING
    assert backup() == ""  # and the daily task makes none


def test_a_wrong_key_is_told_before_it_is_needed(db, settings, tmp_path: Path) -> None:
    settings.BACKUP_TO, settings.BACKUP_RECIPIENT = str(tmp_path), "age1wrong"
    assert found().level is Level.FAILED
    assert "BACKUP_RECIPIENT" in found().detail


def test_the_first_and_a_late_backup_are_asked_for(db, configured) -> None:
    assert found().level is Level.FAILED
    heartbeats.beat(PULSE, backup="20261122T010000Z", bytes=3 * 1024 * 1024)
    assert found().level is Level.FINE
    assert "3.0 MiB" in found().detail
    Heartbeat.objects.filter(process=PULSE).update(seen_at=wall_clock() - timedelta(hours=27))
    assert found().level is Level.FAILED
