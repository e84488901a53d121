"""`./dev prove guide`: docs/deploy.md typed as it stands, by hand and not by the script, in a clean Debian.

Every console block is typed in its order, but those marked as needing a real server or as belonging to another machine
(tests/prove/move.py types these), and what the page shows below a command has to come out. Real are packages, users,
systemd, PostgreSQL, Redis, nginx, certbot and our processes; stand-ins are the repository's address (this tree) and
Let's Encrypt (tests/prove/authority.py). At the end the certificate is renewed, and nginx must show the new one.
Needs what the installer's proof needs, its ports, and caddy.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from devtools import console, places
from tests.prove.authority import Authority, authority
from tests.prove.bare import RELEASES
from tests.prove.hands import Failed, Hands, expect, report
from tests.prove.install import FILLED_IN, lay_the_tree, taken
from tests.prove.machine import Machine, lacking, machine, network

GUIDE = places.ROOT / "docs" / "deploy.md"
BLOCK = re.compile(
    r"^(?: *<!-- (?P<where>[^>\n]+) -->\n)?^(?P<indent> *)```console\n(?P<text>.*?)^ *```$",
    re.M | re.S,
)
Block = list[tuple[str, str]]  # commands, each with what should come out of it
REPOSITORY = "https://git.example.com/provodnik.git"
# Before this one the page sends its reader away to fill in the settings.
STARTS = "systemctl enable --now provodnik.target"
DOMAIN = "shop.example.com"
UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"}
# By itself it waits for some minutes first, so that not all of the world comes at once.
AT_ONCE = "--force-renewal --no-random-sleep-on-renew"
RENEW = f"systemctl is-enabled --quiet certbot.timer && certbot renew --quiet {AT_ONCE}"
SERIAL = (
    f"openssl s_client -connect {DOMAIN}:443 </dev/null 2>/dev/null | openssl x509 -noout -serial"
)


def blocks(*places: str) -> Iterator[tuple[str, Block]]:
    """Where each block is to be typed, and its commands; those without a place, if none is named."""
    for found in BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        if (found["where"] or "") in (places or ("",)):
            text = re.sub(f"^{found['indent']}", "", found["text"], flags=re.M)
            yield found["where"] or "", list(commands(text))


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


def script(block: Block) -> str:
    """One block in the reader's one shell: where he stands, what he named and his umask outlive it."""
    state = "/run/shell"
    before = f"set -e; [ ! -e {state} ] || . {state}"
    after = f"{{ umask -p; echo cd $PWD; echo release=$release; }} > {state}"
    return "\n".join([before, *(command for command, _seen in block), after])


def prepare(inside: Machine, whom_to_ask: Authority) -> None:
    source = inside.root / "srv/provodnik"
    lay_the_tree(source)
    offer(source, inside.root / "root/.gitconfig")
    whom_to_ask.known_to(inside)
    with (inside.root / "etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 {DOMAIN}\n")
    # As a server comes; the bare archive has none.
    had = "apt-get -qq update && apt-get -qq install --yes python3 >/dev/null"
    inside.run("bash", "-c", had, env={**network(), **UNATTENDED})


def offer(tree: Path, settings: Path) -> None:
    """The repository that the guide clones is this tree."""
    who = ("-c", "user.name=reader", "-c", "user.email=reader@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "tree")):
        subprocess.run(["git", *words], cwd=tree, check=True)
    place = "/srv/provodnik"
    settings.write_text(f'[url "{place}"]\n\tinsteadOf = {REPOSITORY}\n[safe]\n\tdirectory = *\n')


def typed(inside: Machine, block: Block) -> str:
    """What a block printed. Raises Failed where it did not do what the page says."""
    title, started = block[0][0].splitlines()[0][:70], time.monotonic()
    done = inside.run("bash", "-c", script(block), env={**network(), **UNATTENDED})
    seen = "\n".join(expected for _command, expected in block if expected)
    missing = [line for line in seen.splitlines() if line not in done.stdout]
    failed = done.returncode != 0 or bool(missing)
    report(title, started, failed=failed)
    if failed:
        said = f"{done.stdout[-6000:]}\nexit {done.returncode}, not seen: {missing}\n"
        raise Failed(said)
    return done.stdout


def follow(inside: Machine) -> None:
    for _anywhere, block in blocks():
        if any(STARTS in command for command, _seen in block):
            fill_in = "cat >> /etc/provodnik/environment"
            inside.run("bash", "-c", fill_in, stdin=FILLED_IN)
        typed(inside, block)


def renew(inside: Machine) -> None:
    """As certbot's timer does when the time has come."""
    hands, started = Hands(inside), time.monotonic()
    before = hands.shell(SERIAL)
    hands.shell(RENEW)
    after = hands.shell(SERIAL)
    expect(before.startswith("serial=") and after != before, f"{before} is still shown: {after}")
    report("the certificate is renewed, and nginx shows it", started)


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove guide", description=__doc__)
    parser.add_argument(
        "--release", choices=RELEASES, default=RELEASES[0], help="of Debian or Ubuntu"
    )
    options = parser.parse_args(arguments)
    if why := lacking("caddy") or taken():
        console.complain(why)
        return False
    try:
        with (
            tempfile.TemporaryDirectory(prefix="prove-guide-") as folder,
            authority(Path(folder), domain=DOMAIN) as whom_to_ask,
            machine(places.STATE / "machines" / "guide", options.release) as inside,
        ):
            prepare(inside, whom_to_ask)
            follow(inside)
            renew(inside)
    except Failed as seen:
        console.write(str(seen))
        return False
    except subprocess.TimeoutExpired as late:
        console.complain(f"a block did not end within {late.timeout:.0f} s")
        return False
    return True
