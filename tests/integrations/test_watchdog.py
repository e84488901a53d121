from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from integrations import watchdog
from integrations.pulse import Pulse
from project.celery import app
from project.scheduler import Scheduler


@pytest.fixture
def systemd(settings, tmp_path: Path):
    """What systemd would hear."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(5)
        settings.NOTIFY_SOCKET = str(tmp_path / "notify")
        yield ear


def test_a_process_says_that_it_is_ready_and_alive(systemd) -> None:
    watchdog.alive()
    assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"


def test_a_worker_whose_loop_turns_says_so(systemd, transactional_db) -> None:
    Pulse("worker", interval=60).turn()
    assert b"WATCHDOG=1" in systemd.recv(100)


def test_the_clock_says_so_once_a_second(systemd, tmp_path: Path, monkeypatch) -> None:
    scheduler = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    said = []
    for moment in (100.0, 100.5, 100.9, 101.1):
        monkeypatch.setattr("project.scheduler.monotonic", lambda moment=moment: moment)
        scheduler.tick()
        systemd.setblocking(False)
        with suppress(BlockingIOError):
            said.append((moment, systemd.recv(100)))
    assert said == [(100.0, watchdog.ALIVE), (101.1, watchdog.ALIVE)]


def test_a_container_sees_when_the_loop_last_turned(settings, tmp_path: Path) -> None:
    pulse = tmp_path / "pulse"
    settings.PULSE_PATH = str(pulse)
    watchdog.alive()
    os.utime(pulse, (1, 1))
    Scheduler(app=app, schedule_filename=str(tmp_path / "schedule")).tick()
    assert pulse.stat().st_mtime > 1


def test_a_place_that_cannot_be_written_stops_nobody(settings, tmp_path: Path, caplog) -> None:
    settings.PULSE_PATH = str(tmp_path / "nowhere" / "pulse")
    watchdog.alive()
    assert "watchdog.not_touched" in caplog.text


def test_nobody_listening_stops_nobody(settings, tmp_path: Path, caplog) -> None:
    settings.NOTIFY_SOCKET = ""
    watchdog.alive()
    settings.NOTIFY_SOCKET = str(tmp_path / "gone")
    watchdog.alive()
    assert "watchdog.not_told" in caplog.text
