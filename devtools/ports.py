"""Ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST, HIGHEST = 15_000, 32_768
# Where the kernel finds ports for outgoing connections: one of those may be gone before a server listens on it.
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given: set[int] = set()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers bind: a port that is only waiting out its last connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port for a server that will listen soon; the same process is given none twice.

    Raises RuntimeError where a thousand guesses found none.
    """
    numbers = _for_servers()
    for port in random.sample(numbers, min(1000, len(numbers))):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise RuntimeError(f"no port of {numbers.start}–{numbers.stop} is free")


def choose(preferred: int) -> int:
    """The preferred port, else the next of the twenty after it that is free, else any."""
    near = range(preferred, preferred + 20)
    return next(filter(is_free, near), None) or any_free()


def _for_servers() -> range:
    """Below the kernel's own ports, unless those begin so low that little is left."""
    lowest_outgoing = int(OUTGOING.read_text().split()[0]) if OUTGOING.exists() else HIGHEST
    return range(LOWEST, lowest_outgoing if lowest_outgoing > LOWEST + 1000 else HIGHEST)
