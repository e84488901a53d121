"""The Dockerfile and what gets into the image. The image itself is built by `./dev prove image`."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings

from devtools import checks, places
from tests.support import dockerfile

ROOT = places.ROOT
STAGES = dockerfile.stages((ROOT / "Dockerfile").read_text())
IMAGE = STAGES[-1]
CONTEXT = dockerfile.context(ROOT)
HEALTHY = ROOT / "deploy" / "healthy"
SANDBOX = {
    "integrations/sandbox",
    "integrations/management/commands/sandbox.py",
    "static/sandbox",
    "templates/sandbox",
}


def test_it_stands_on_a_named_release_of_debian_and_on_nothing_else() -> None:
    names = {stage.name for stage in STAGES}
    outside = {stage.base for stage in STAGES} - names
    assert outside == {"debian:13-slim"}


def test_it_runs_as_nobody_in_particular() -> None:
    user = IMAGE.last("USER").rest
    made = next(step.rest for step in IMAGE.all_of("RUN") if "useradd" in step.rest)
    assert f"--uid 10001 --gid {user} --no-create-home --home-dir /nonexistent {user} " in made
    # compose.yaml names both numbers; Celery takes a group without a name for root's.
    assert f"groupadd --system --gid 10001 {user} " in made


def test_every_package_comes_by_its_hash() -> None:
    said = "\n".join(step.rest for stage in STAGES for step in stage.all_of("RUN"))
    assert said.count("/pip install") == 1
    assert "--require-hashes" in said
    assert "--only-binary :all: -r wheels.txt" in said
    assert "curl" not in said
    assert "wget" not in said


def test_nothing_is_fetched_or_unpacked_by_add() -> None:
    assert [step for stage in STAGES for step in stage.all_of("ADD")] == []


def test_no_secret_stands_in_it() -> None:
    named = {name for stage in STAGES for name in stage.variables}
    assert [name for name in named if re.search(r"SECRET|TOKEN|PASSWORD|KEY|_URL", name)] == []
    assert "ENV SECRET_KEY" not in (ROOT / "Dockerfile").read_text()


def test_its_command_is_that_of_the_web_unit() -> None:
    unit = (ROOT / "deploy" / "systemd" / "provodnik-web@.service").read_text()
    started = re.search(r"^ExecStart=.*/bin/(.+)$", unit, re.MULTILINE)
    assert started
    # A unit listens where its settings say; a container everywhere.
    there = started[1].replace("--port %i", "--host 0.0.0.0 --port 8000")
    assert IMAGE.last("CMD").words == there.split()


def test_the_backup_programs_are_of_the_servers_version() -> None:
    (from_build,) = [step.rest for step in IMAGE.all_of("COPY") if "pg_dump" in step.rest]
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    client = re.findall(r"postgresql/(\d+)/bin/(\w+)", from_build)
    server = re.search(r"image: postgres:(\d+)", compose)
    assert server
    assert {program for _, program in client} == {"pg_dump", "pg_restore", "psql"}
    assert {version for version, _ in client} == {server[1]}


def test_everything_of_the_product_gets_in_and_the_sandbox_does_not() -> None:
    wanted = set()
    for folder in (*checks.APPS, "templates", "static", "locale"):
        for file in (ROOT / folder).rglob("*"):
            name = file.relative_to(ROOT)
            is_sandbox = any(name.is_relative_to(one) for one in SANDBOX)
            if file.is_file() and "__pycache__" not in name.parts and not is_sandbox:
                wanted.add(name)
    assert wanted <= set(CONTEXT)
    only_to_build = {"dev", "devtools", "requirements", "vendor"}
    beside = {file.parts[0] for file in set(CONTEXT) - wanted}
    assert beside == {"deploy", "manage.py", *only_to_build}
    removed = next(
        step.rest for step in STAGES[1].all_of("RUN") if step.rest.startswith("rm -r ")
    ).split(" && ", 1)[0]
    assert set(removed.split()[2:]) == only_to_build


def test_what_settings_name_is_there() -> None:
    tops = {file.parts[0] for file in CONTEXT}
    folders = [*settings.LOCALE_PATHS, *settings.STATICFILES_DIRS, settings.BASE_DIR / "templates"]
    assert {Path(folder).relative_to(ROOT).parts[0] for folder in folders} <= tops


def test_the_product_starts_from_these_files_alone(tmp_path: Path) -> None:
    """Every module that its processes load: settings, addresses, tasks, the bot, and each command."""
    for file in CONTEXT:
        if file.parts[0] not in ("dev", "devtools", "requirements", "vendor"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, tmp_path / file)
    script = """
import django; django.setup()
from importlib import import_module
from django.core.management import call_command, get_commands, load_command_class
import project.wsgi, project.celery, bot.runner
project.celery.app.loader.import_default_modules()
call_command("check")
ours = [one for one in get_commands().items() if one[1] in "project bot partners payments integrations".split()]
for name, app in ours:
    load_command_class(app, name)
print(len(ours), "commands")
"""
    made_up = checks.invented((ROOT / ".env.example").read_text())
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=tmp_path,
        env={
            **made_up,
            "PATH": os.environ["PATH"],
            "DATABASE_URL": os.environ["DATABASE_URL"],
            "REDIS_URL": os.environ["REDIS_URL"],
            "DJANGO_SETTINGS_MODULE": "project.settings.production",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ commands$", done.stdout, re.MULTILINE)


def healthy(
    folder: Path, *, init: str = "systemd", **variables: str
) -> subprocess.CompletedProcess[str]:
    """The script with its note of silence in a folder of ours, under an init of that name, and ending nobody."""
    text = HEALTHY.read_text()
    (folder / "comm").write_text(f"{init}\n")
    for old, new in (
        ("/tmp/silent", folder / "silent"),
        ("/tmp/worked", folder / "worked"),
        ("/proc/1/comm", folder / "comm"),
        ("kill -KILL -1", "echo all of them ended"),
    ):
        assert old in text
        text = text.replace(old, str(new))
    (folder / "healthy").write_text(text)
    return subprocess.run(
        ["bash", str(folder / "healthy")],
        env={"PATH": os.environ["PATH"], "PULSE_PATH": str(folder / "pulse"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def aged(file: Path, seconds: int) -> None:
    file.touch()
    moment = file.stat().st_mtime - seconds
    os.utime(file, (moment, moment))


def test_a_loop_that_turned_lately_is_healthy_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    aged(tmp_path / "pulse", 30)
    assert healthy(tmp_path).returncode == 0
    aged(tmp_path / "pulse", 90)
    assert healthy(tmp_path).returncode == 1
    assert (tmp_path / "silent").exists()
    aged(tmp_path / "pulse", 0)
    assert healthy(tmp_path).returncode == 0
    assert not (tmp_path / "silent").exists()


@pytest.mark.parametrize(
    ("init", "silence", "has_worked", "is_ended"),
    [
        ("docker-init", 100, True, True),
        ("docker-init", 30, True, False),
        ("docker-init", 200, False, False),  # still starting, on a slow machine
        ("docker-init", 310, False, True),
        ("systemd", 400, True, False),
    ],
)
def test_whoever_stays_silent_is_ended_under_an_init_of_its_own(
    tmp_path: Path, init: str, silence: int, *, has_worked: bool, is_ended: bool
) -> None:
    if has_worked:
        aged(tmp_path / "pulse", 0)
        assert healthy(tmp_path).returncode == 0
    aged(tmp_path / "pulse", 200)
    aged(tmp_path / "silent", silence)
    said = healthy(tmp_path, init=init)
    assert said.returncode == 1
    assert ("all of them ended" in said.stdout) is is_ended


@pytest.mark.parametrize(("status", "code"), [("200 OK", 0), ("503 Service Unavailable", 1)])
def test_web_is_asked(tmp_path: Path, status: str, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        heard: list[str] = []

        def answer() -> None:
            link, _ = door.accept()
            with link:
                while not "".join(heard).endswith("\r\n\r\n"):  # bash sends line by line
                    heard.append(link.recv(1000).decode())
                link.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

        answering = threading.Thread(target=answer)
        answering.start()
        said = healthy(tmp_path, PORT=str(door.getsockname()[1]))
        answering.join(10)
    assert said.returncode == code
    assert heard[0].startswith("GET /health/live HTTP/1.1\r\n")


def test_web_that_is_not_there_is_not_healthy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = str(door.getsockname()[1])
    assert healthy(tmp_path, PORT=port).returncode == 1
