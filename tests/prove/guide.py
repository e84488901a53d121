"""`./dev prove guide`: docs/deploy.md typed as it stands, by hand and not by the script, in a clean Debian.

Every console block that is not marked as needing a real server is typed in its order, and what the page shows below a
command has to come out. Real are packages, users, PostgreSQL, Redis, nginx and our processes; stand-ins are systemctl
(tests/prove/systemctl.py), the repository's address (this tree) and certbot (a certificate signed by the machine).
Needs what the installer's proof needs, and its ports.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from devtools import console, places
from tests.prove.install import FILLED_IN, lay_the_tree, taken
from tests.prove.machine import RELEASES, Machine, lacking, machine, network

GUIDE = places.ROOT / "docs" / "deploy.md"
BLOCK = re.compile(
    r"^(?P<marked> *<!-- needs a real server -->\n)?^ *```console\n(?P<text>.*?)^ *```$",
    re.M | re.S,
)
REPOSITORY = "https://git.example.com/provodnik.git"
# Before this one the page sends its reader away to fill in the settings.
STARTS = "systemctl enable --now provodnik.target"
DOMAIN = "shop.example.com"
UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"}
CERTBOT = f"""#!/bin/sh
set -e
folder=/etc/letsencrypt/live/{DOMAIN}
mkdir -p $folder
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={DOMAIN} -addext subjectAltName=DNS:{DOMAIN} \\
    -keyout $folder/privkey.pem -out $folder/fullchain.pem 2>/dev/null
cp $folder/fullchain.pem /usr/local/share/ca-certificates/own.crt
update-ca-certificates >/dev/null 2>&1
"""


def blocks() -> Iterator[list[tuple[str, str]]]:
    """The blocks to type: commands, each with what should come out of it."""
    for found in BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        if not found["marked"]:
            yield list(commands(found["text"]))


def commands(text: str) -> Iterator[tuple[str, str]]:
    """A line that begins with # is typed, with the lines of its here-document; the others are what is seen."""
    lines = text.splitlines()
    while lines:
        typed, seen = [lines.pop(0).removeprefix("# ")], []
        end = re.search(r"<<(\w+)", typed[0])
        while end and typed[-1] != end[1]:
            typed.append(lines.pop(0))
        while lines and not lines[0].startswith("# "):
            seen.append(lines.pop(0))
        yield "\n".join(typed), "\n".join(seen)


def script(block: list[tuple[str, str]]) -> str:
    """One block in the reader's one shell: where he stands, what he named and his umask outlive it."""
    state = "/run/shell"
    before = f"set -e; [ ! -e {state} ] || . {state}"
    after = f"{{ umask -p; echo cd $PWD; echo release=$release; }} > {state}"
    return "\n".join([before, *(command for command, _seen in block), after])


def prepare(inside: Machine) -> None:
    source = inside.root / "srv/provodnik"
    lay_the_tree(source)
    local = inside.root / "usr/local/bin"
    shutil.copy(Path(__file__).with_name("systemctl.py"), local / "systemctl")
    (local / "certbot").write_text(CERTBOT)
    (local / "certbot").chmod(0o755)
    with (inside.root / "etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 {DOMAIN}\n")
    # As a server comes; the bare archive has none.
    had = "apt-get -qq update && apt-get -qq install --yes python3 >/dev/null"
    inside.run("bash", "-c", had, env={**network(), **UNATTENDED})


def follow(inside: Machine) -> bool:
    for block in blocks():
        started = time.monotonic()
        if any(STARTS in command for command, _seen in block):
            fill_in = "cat >> /etc/provodnik/environment"
            inside.run("bash", "-c", fill_in, stdin=FILLED_IN)
        done = inside.run("bash", "-c", script(block), env={**network(), **UNATTENDED})
        seen = "\n".join(expected for _command, expected in block if expected)
        missing = [line for line in seen.splitlines() if line not in done.stdout]
        failed = done.returncode != 0 or missing
        verdict = (
            console.paint("FAILED", console.RED) if failed else console.paint("ok", console.GREEN)
        )
        title = block[0][0].splitlines()[0][:70]
        console.say(f"{title:<70} {time.monotonic() - started:5.1f} s  {verdict}")
        if failed:
            console.write(f"{done.stdout[-6000:]}\nexit {done.returncode}, not seen: {missing}\n")
            return False
        after_packages(inside, block)
    return True


def after_packages(inside: Machine, block: list[tuple[str, str]]) -> None:
    """A package starts its service where systemd runs; and the clone comes from this tree."""
    if not block[0][0].startswith("apt-get"):
        return
    for service in ("postgresql", "redis-server", "nginx"):
        inside.run(f"/etc/init.d/{service}", "start")
    made = "cd /srv/provodnik && git init -q && git add -A && git commit -qm tree"
    named = (
        "git config --global user.name reader; git config --global user.email reader@example.com"
    )
    led = f"git config --global url./srv/provodnik.insteadOf {REPOSITORY}"
    inside.run("bash", "-ec", f"{named}; {led}; git config --global safe.directory '*'; {made}")


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove guide", description=__doc__)
    parser.add_argument("--release", choices=RELEASES, default=RELEASES[0], help="of Debian")
    options = parser.parse_args(arguments)
    if why := lacking() or taken():
        console.complain(why)
        return False
    try:
        with machine(places.STATE / "machines" / "guide", options.release) as inside:
            prepare(inside)
            return follow(inside)
    except subprocess.TimeoutExpired as late:
        console.complain(f"a block did not end within {late.timeout:.0f} s")
        return False
