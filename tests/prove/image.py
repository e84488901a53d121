"""The image, without a container engine: the Dockerfile's own steps in a clean Debian, then every process of the
compose file as its user, all read-only, and the image's own health check on each: while it works, and when it hangs.

    ./dev prove image [--mirror URL] [--work FOLDER]

What differs from an engine: the base is made by debootstrap, not pulled as debian:13-slim (which is the same packages
without their documentation); the network is this machine's; no seccomp profile, no limit of memory.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import time
from pathlib import Path

from devtools import places
from tests.prove import image_build, image_run, rooms
from tests.prove.image_build import Built
from tests.prove.rooms import Unprovable

PROGRAMS = ("debootstrap", "unshare", "nsenter", "mount", "tini")


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove image")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian", help="of Debian")
    parser.add_argument(
        "--work", type=Path, default=Path("/var/tmp/provodnik-prove-image"), help="a folder for it"
    )
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        rooms.needed(*PROGRAMS)
        options.work.mkdir(parents=True, exist_ok=True)
        base = image_build.debian(options.work, options.mirror)
    except Unprovable as lacking:
        print(f"cannot be proven here: {lacking}")
        return False
    work = options.work / "run"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    print(__doc__)
    read_compose(work, base)
    with image_build.built(work, base) as built:
        weigh(built)
        inspect(built)
        passed = image_run.live(built, work)
    print(f"{'proven' if passed else 'NOT proven'} in {time.monotonic() - started:.0f} s")
    return passed


def read_compose(work: Path, base: Path) -> None:
    """By Debian's own docker-compose, which needs no engine for it."""
    with rooms.room(work / "compose", base) as room:
        one = Built(room, dict(image_build.START))
        image_build.run(
            one, "apt-get update && apt-get install -y --no-install-recommends docker-compose"
        )
        folder = room.root / "srv" / "deploy"
        shutil.copytree(
            places.ROOT / "deploy", folder, ignore=shutil.ignore_patterns("secrets", ".env")
        )
        subprocess.run([folder / "secrets.sh", "shop.example.com"], check=True, capture_output=True)
        command = ["docker-compose", "-f", "/srv/deploy/compose.yaml", "config", "--quiet"]
        done = subprocess.run(
            rooms.inside(room.root, command),
            env=one.variables,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or done.stderr:
        raise AssertionError(f"docker-compose does not like the file: {done.stdout}{done.stderr}")
    print("docker-compose reads deploy/compose.yaml and has nothing to say")


def weigh(built: Built) -> None:
    ours, below, base = map(rooms.size, built.room.layers)
    print(
        f"on the disk: Debian {base:.0f} MB, what its packages add {below:.0f} MB, ours {ours:.0f} MB"
    )


def inspect(built: Built) -> None:
    """What is in the image, and what it says of itself."""
    script = """
python3 --version && pg_dump --version && pg_restore --version && psql --version || exit 1
echo "$(find /app /venv -name '*.pyc' | wc -l) compiled files"
if command -v pip; then echo 'an installer is left in it'; exit 1; fi
if find /app /venv -user 10001 | grep .; then echo 'it may write to its own code'; exit 1; fi
if find /app /venv ! -perm -o=r ! -type l | grep .; then echo 'it may not read its own code'; exit 1; fi
if find /app -path '*sandbox*' | grep .; then echo 'the sandbox is in it'; exit 1; fi
"""
    command = rooms.inside(built.room.root, ["/bin/sh", "-c", script], folder=built.folder)
    done = subprocess.run(command, env=built.variables, capture_output=True, text=True, check=False)
    print(done.stdout.strip())
    if done.returncode:
        raise AssertionError(f"the image is not as it should be: {done.stdout}{done.stderr}")
