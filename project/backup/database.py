"""The database by PostgreSQL's own programs, in its custom format."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO

from django.conf import settings
from django.db import connection

from integrations import sessions
from project.backup.errors import BackupRefused
from project.backup.sealing import Readable

BLOCK = 1024 * 1024
BEGIN = b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
COMMIT = b"\nCOMMIT;\n"
AS_IT_IS = ("--no-owner", "--no-privileges")


class Program:
    """One of PostgreSQL's programs, running. What it complains of is kept in a file, for the end."""

    def __init__(self, name: str, *arguments: str) -> None:
        self._name = name
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        self._process = subprocess.Popen(
            [_found(name), *arguments],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )

    @property
    def stdin(self) -> IO[bytes]:
        return _pipe(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        return _pipe(self._process.stdout)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Wait for it. Raises BackupRefused, in the program's own words, where it failed."""
        with self._said:
            with suppress(BrokenPipeError):
                self.stdin.close()
            while self.stdout.read(BLOCK):
                pass
            self.stdout.close()
            if self._process.wait() != 0:
                self._said.seek(0)
                words = self._said.read().decode("utf-8", "replace").strip()
                raise BackupRefused(f"{self._name} failed: {words[-500:]}")


@contextmanager
def dumped() -> Iterator[IO[bytes]]:
    """`pg_dump` of the whole database, as a stream. Raises BackupRefused where the program failed."""
    with _running("pg_dump", "--format=custom", *AS_IT_IS) as program:
        yield program.stdout


def restore(source: Readable) -> None:
    """Replace everything in the database by the dump: all of it or nothing.

    Raises BackupRefused; the tables are as they were then. Whoever else uses the database waits, or is waited for.
    """
    quiet = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with _running("psql", *quiet) as psql, suppress(BrokenPipeError):
        # A broken pipe: psql has stopped at an error, which is told when it ends.
        psql.stdin.write(BEGIN)
        with _running("pg_restore", *AS_IT_IS, "--file=-") as program:
            _through(source, program, psql.stdin)
        # Only now is it known that the dump was whole: without this line nothing has happened.
        psql.stdin.write(COMMIT)


def _through(source: Readable, program: Program, out: IO[bytes]) -> None:
    """Feed a program and pass on what it says. Raises what reading the source raised."""

    def feed() -> None:
        # A broken pipe: the program has ended, and says why itself.
        try:
            with suppress(BrokenPipeError), program.stdin as stdin:
                shutil.copyfileobj(source, stdin, BLOCK)
        except BaseException:
            program.kill()
            raise

    with ThreadPoolExecutor(1, thread_name_prefix="pg_restore") as pool:
        fed = pool.submit(feed)
        shutil.copyfileobj(program.stdout, out, BLOCK)
        fed.result()


def is_empty() -> bool:
    """Whether the database has no table of ours yet."""
    return not connection.introspection.table_names()


@contextmanager
def _running(name: str, *arguments: str) -> Iterator[Program]:
    program = Program(name, *arguments)
    try:
        yield program
    except BaseException:
        program.kill()
        with suppress(BackupRefused):  # it was killed for another reason, which is told
            program.end()
        raise
    program.end()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise LookupError("the program was started without this pipe")
    return pipe


def _found(name: str) -> str:
    """PostgreSQL's client programs: of PG_BIN, or found on the PATH."""
    found = shutil.which(name, path=settings.PG_BIN or None)
    if found is None:
        raise BackupRefused(
            f"{name} is not installed: take the client programs of your server's version"
            " (Debian: postgresql-client), or say in PG_BIN where they are."
        )
    return found


def _environment() -> dict[str, str]:
    """Where the database is, in the variables of libpq: a command line could be read by everybody.

    A dump and a restore are one long session each, which a pooler may not divide.
    """
    place = sessions.place()
    options = place.get("OPTIONS", {})
    named = {
        "PGHOST": place.get("HOST"),
        "PGPORT": place.get("PORT"),
        "PGUSER": place.get("USER"),
        "PGPASSWORD": place.get("PASSWORD"),
        "PGDATABASE": place["NAME"],
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
        "PGSSLCERT": options.get("sslcert"),
        "PGSSLKEY": options.get("sslkey"),
    }
    return {name: str(value) for name, value in named.items() if value}
