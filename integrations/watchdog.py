"""Telling whoever minds this process that its loop turns: systemd by sd_notify(3), one datagram to NOTIFY_SOCKET, and
a container's health check by the time of the file PULSE_PATH. Where neither is set nobody asks."""

from __future__ import annotations

import socket
from pathlib import Path

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

# Ready from the first time on; whoever stays silent for WatchdogSec= is restarted.
ALIVE = b"READY=1\nWATCHDOG=1"


def alive() -> None:
    """Called from a loop that turns. Never waits, and never stops the loop."""
    if settings.PULSE_PATH:
        _touch(Path(settings.PULSE_PATH))
    if settings.NOTIFY_SOCKET:
        _notify(settings.NOTIFY_SOCKET)


def _touch(file: Path) -> None:
    """The file's own time, by the system's clock: the one that the health check looks at."""
    try:
        file.touch()
    except OSError as error:
        log.warning("watchdog.not_touched", error=type(error).__name__)


def _notify(place: str) -> None:
    address = f"\0{place[1:]}" if place.startswith("@") else place
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as link:
            link.sendto(ALIVE, address)
    except OSError as error:
        log.warning("watchdog.not_told", error=type(error).__name__)
