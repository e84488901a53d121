"""Telling systemd that this process works: sd_notify(3), one datagram. Without NOTIFY_SOCKET nobody is listening."""

from __future__ import annotations

import socket

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

# Ready from the first time on; whoever stays silent for WatchdogSec= is restarted.
ALIVE = b"READY=1\nWATCHDOG=1"


def alive() -> None:
    """Called from a loop that turns. Never waits, and never stops the loop."""
    place = settings.NOTIFY_SOCKET
    if not place:
        return
    address = f"\0{place[1:]}" if place.startswith("@") else place
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as link:
            link.sendto(ALIVE, address)
    except OSError as error:
        log.warning("watchdog.not_told", error=type(error).__name__)
