"""The PgBouncer of deploy/pgbouncer before the tests' PostgreSQL: its own file, with other names and ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings

from devtools.ports import any_free

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
NO_PGBOUNCER = "pgbouncer is not installed"
PASSWORD = "kept-between-the-tests"
NOBODY = "nobody"  # it refuses to run as root


def written(folder: Path, server_url: str, port: int, more: Mapping[str, str]) -> Path:
    """The file as somebody would change it for this server; `more` adds lines of the section [pgbouncer].

    Where a value is a file's text (PEM), the file is made.
    """
    server = urlsplit(server_url)
    text = (settings.BASE_DIR / "deploy" / "pgbouncer" / "pgbouncer.ini").read_text()
    users = folder / "userlist.txt"
    place = f"host={server.hostname} port={server.port or 5432}"
    if server.password:
        place += f" password={unquote(server.password)}"
    for old, new in (
        ("provodnik = host=127.0.0.1 port=5432 dbname=provodnik", f"* = {place}"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer/userlist.txt", str(users)),
        ("/var/log/postgresql", str(folder)),
        ("/var/run/postgresql", str(folder)),
    ):
        assert old in text, old
        text = text.replace(old, new)
    users.write_text(f'"{server.username}" "{PASSWORD}"\n')
    main = folder / "pgbouncer.ini"
    for name, value in more.items():
        if "\n" in value:
            (folder / name).write_text(value)
            value = str(folder / name)
        text += f"{name} = {value}\n"
    main.write_text(text)
    return main


@contextmanager
def pooler(server_url: str, **more: str) -> Iterator[str]:
    """Runs for the block; gives the server's address as it is behind the pooler."""
    port = any_free()
    server = urlsplit(server_url)
    door = server._replace(netloc=f"{server.username}:{PASSWORD}@127.0.0.1:{port}").geturl()
    with tempfile.TemporaryDirectory(prefix="pgbouncer") as made:
        folder = Path(made)
        main = written(folder, server_url, port, more)
        is_root = os.geteuid() == 0
        if is_root:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, NOBODY)
        process = subprocess.Popen(
            [str(PGBOUNCER), "--quiet", *(("-u", NOBODY) if is_root else ()), str(main)]
        )
        try:
            _wait(door, process, folder)
            yield door
        finally:
            process.terminate()
            process.wait(10)


def _wait(door: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(door, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                log = folder / "pgbouncer.log"
                said = log.read_text() if log.exists() else "no log"
                raise AssertionError(f"{error}\n{said}") from None
            time.sleep(0.05)
        else:
            return
