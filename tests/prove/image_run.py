"""Every process of deploy/compose.yaml in the built image: started, asked for its health, frozen, asked again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests
import yaml

from devtools import places, ports
from tests.prove import rooms
from tests.prove.image_build import Built

USER = 10001
SILENT = 65  # seconds after which a frozen loop shows
DEADLY = 60  # seconds more after which it is ended
TROUBLE = re.compile(r"Read-only file system|Permission denied|Traceback", re.IGNORECASE)


@dataclass
class Container:
    name: str
    root: Path
    command: list[str]
    variables: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def inside(self, command: list[str], *, init: str = "") -> list[str]:
        own = {"/tmp": "size=64m,mode=1777"}
        user = f"{USER}:{USER}"
        return rooms.inside(self.root, command, user=user, folder="/app", init=init, tmpfs=own)

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.inside(self.command, init="/usr/sbin/docker-init"),
                env=dict(self.variables),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def health(self, check: list[str]) -> int:
        command = rooms.beside(self.running, self.root, check)
        done = subprocess.run(command, env=dict(self.variables), capture_output=True, check=False)
        return done.returncode

    def tell(self, number: signal.Signals) -> None:
        """All but its init, which is the engine's."""
        for one in rooms.descendants(rooms.first_inside(self.running)):
            os.kill(one, number)

    def megabytes(self) -> float:
        """What its processes hold, shared pages by their share."""
        kilobytes = 0
        for one in rooms.descendants(rooms.first_inside(self.running)):
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8")
            kilobytes += int(re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)[0])
        return kilobytes / 1024


def live(built: Built, work: Path) -> bool:
    compose = yaml.safe_load((places.ROOT / "deploy" / "compose.yaml").read_text())
    with ExitStack() as opened:
        root = opened.enter_context(read_only(built, work))
        containers = {
            name: container(built, root, name, one, work)
            for name, one in compose["services"].items()
            if one["image"] == "provodnik"
        }
        migrate(containers.pop("migrate"))
        opened.callback(end, containers)
        for one in containers.values():
            one.start()
        become_healthy(containers, built.health)
        ask_web(containers["web1"])
        back_up(containers["web1"])
        freeze(containers, built.health)
        said = troubles(containers)
    for line in said:
        print(f"  in a log: {line}")
    return not said


@contextmanager
def read_only(built: Built, work: Path) -> Iterator[Path]:
    """The image's root as an engine gives it with read_only: true, its volumes and its secrets."""
    room, root = built.room, work / "read-only"
    root.mkdir()
    secrets(work)
    for place in (Path("run/secrets"), *(Path(one.lstrip("/")) for one in built.volumes)):
        (room.root / place).mkdir(parents=True, exist_ok=True)
    init = room.root / "usr" / "sbin" / "docker-init"
    init.touch()
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{name}", room.root / "etc" / name)
    room.mount("--bind", str(room.root), place=root)
    subprocess.run(["mount", "-o", "remount,ro,bind", root], check=True)
    room.furnish(root)
    room.mount("--bind", str(shutil.which("tini")), place=root / init.relative_to(room.root))
    # An engine mounts each file by itself, with its own rights and not those of its folder.
    room.mount("-t", "tmpfs", "-o", "mode=755", "secrets", place=root / "run" / "secrets")
    for file in (work / "deploy" / "secrets").iterdir():
        shutil.copy2(file, root / "run" / "secrets")
    for volume in (*built.volumes, "/var/backups/provodnik"):
        kept = work / "volumes" / volume.strip("/").replace("/", "-")
        # A new volume begins as what the image has there, owners included.
        shutil.copytree(room.root / volume.lstrip("/"), kept)
        for folder in (kept, *(one for one in kept.rglob("*") if one.is_dir())):
            os.chown(folder, USER, USER)
        room.mount("--bind", str(kept), place=root / volume.lstrip("/"))
    yield root


def secrets(work: Path) -> None:
    """As the script makes them, with the servers of this proof instead of the compose file's."""
    folder = work / "deploy"
    folder.mkdir()
    for name in ("secrets.sh", "compose.yaml"):
        shutil.copy(places.ROOT / "deploy" / name, folder / name)
    subprocess.run([folder / "secrets.sh", "shop.example.com"], check=True, capture_output=True)
    (folder / "secrets" / "database_url").write_text(os.environ["DATABASE_URL"])
    (folder / "secrets" / "redis_url").write_text(os.environ["REDIS_URL"])
    (folder / "secrets" / "bot_token").write_text(f"123456789:{'A' * 35}")
    for name in ("remnawave_api_token", "oneplat_shop_secret"):
        (folder / "secrets" / name).write_text("made-up")


def container(
    built: Built, root: Path, name: str, service: dict[str, Any], work: Path
) -> Container:
    """With ports of this machine, which is everybody's, and no way to Telegram."""
    port = str(ports.any_free())
    given = {key: plain(value) for key, value in service["environment"].items()}
    ours = {
        "PORT": port,
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "REMNAWAVE_BASE_URL": "https://panel.example.com",
        "ONEPLAT_SHOP_ID": "1",
    }
    command = [port if word == "8000" else word for word in service.get("command", built.command)]
    return Container(
        name, root, command, {**built.variables, **given, **ours}, work / f"{name}.log"
    )


def plain(value: str) -> str:
    """With the names of compose's own .env filled in."""
    value = re.sub(r"\$\{DOMAIN[^}]*\}", "shop.example.com", value)
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def migrate(one: Container) -> None:
    started = time.monotonic()
    done = subprocess.run(
        one.inside(one.command),
        env=dict(one.variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"migrate: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    print(f"migrate ended well after {time.monotonic() - started:.0f} s")


def become_healthy(containers: Mapping[str, Container], check: list[str]) -> None:
    started = time.monotonic()
    waiting = dict(containers)
    while waiting:
        for name, one in list(waiting.items()):
            if one.running.poll() is not None or time.monotonic() - started > 180:
                raise AssertionError(f"{name} did not start:\n{one.log.read_text()[-3000:]}")
            if one.health(check) == 0:
                del waiting[name]
                held = one.megabytes()
                print(
                    f"  {name:<16} healthy after {time.monotonic() - started:4.0f} s, {held:.0f} MB"
                )
        time.sleep(0.5)


def ask_web(web: Container) -> None:
    """A page, a file that it names, and what the processes say of themselves."""
    address = f"http://127.0.0.1:{web.variables['PORT']}"
    headers = {"Host": "shop.example.com", "X-Forwarded-Proto": "https"}
    page = requests.get(f"{address}/admin/login/", headers=headers, timeout=20)
    assert page.status_code == 200, page.status_code
    found = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert found, "a page without style"
    style = requests.get(f"{address}{found[1]}", headers=headers, timeout=20)
    assert style.status_code == 200
    assert "immutable" in style.headers["Cache-Control"]
    parts = requests.get(f"{address}/health/ready", timeout=20).json()["parts"]
    print(
        "  ready:",
        ", ".join(f"{name} {'ok' if part['ok'] else 'no'}" for name, part in parts.items()),
    )


def back_up(web: Container) -> None:
    """By the image's own pg_dump, where the server is not newer than it."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        version = connection.info.server_version // 10000
    if version > 17:
        print(
            f"  no backup tried: this PostgreSQL is {version}, the image's pg_dump 17 (as in compose.yaml)"
        )
        return
    script = (
        "python manage.py backup --new-key /tmp/key | sed 's/^BACKUP_RECIPIENT=//' > /tmp/recipient"
        " && BACKUP_RECIPIENT=$(grep -o 'age1[a-z0-9]*' /tmp/recipient) BACKUP_TO=/var/backups/provodnik"
        " && export BACKUP_RECIPIENT BACKUP_TO && python manage.py backup"
        " && python manage.py backup --check latest --identity /tmp/key"
    )
    done = subprocess.run(
        web.inside(["sh", "-c", script]),
        env=dict(web.variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(f"  backup of PostgreSQL {version}: {done.stdout.strip().splitlines()[-1]}")


def freeze(containers: Mapping[str, Container], check: list[str]) -> None:
    """All of them; half are let go on and stopped properly, half stay frozen until the check ends them."""
    for one in containers.values():
        one.tell(signal.SIGSTOP)
    time.sleep(SILENT)
    for name, one in containers.items():
        assert one.health(check) == 1, f"{name} is frozen and called healthy"
    print(f"  frozen: every one of {len(containers)} unhealthy after {SILENT} s")
    names = list(containers)
    goes_on, stays = names[::2], names[1::2]
    for name in goes_on:
        containers[name].tell(signal.SIGCONT)
    time.sleep(20)
    for name in goes_on:
        one = containers[name]
        assert one.health(check) == 0, f"{name} goes on and is called unhealthy"
        started = time.monotonic()
        os.kill(rooms.first_inside(one.running), signal.SIGTERM)
        one.running.wait(40)
        print(f"  {name:<16} goes on: healthy; told to stop: {time.monotonic() - started:.1f} s")
    time.sleep(DEADLY - 20)
    for name in stays:
        one = containers[name]
        one.health(check)
        one.running.wait(20)
        print(f"  {name:<16} stayed frozen: ended by its own health check")


def end(containers: Mapping[str, Container]) -> None:
    for one in containers.values():
        if one.process is not None and one.process.poll() is None:
            one.process.kill()  # and with it all that is inside
            one.process.wait()


def troubles(containers: Mapping[str, Container]) -> list[str]:
    return [
        f"{name}: {line[:300]}"
        for name, one in containers.items()
        for line in one.log.read_text(encoding="utf-8", errors="replace").splitlines()
        if TROUBLE.search(line)
    ]
