"""`./dev prove image`: the Dockerfile and deploy/compose.yaml in Docker, by the commands of docs/containers.md.

Real are the engine with Compose and Buildx (Debian 13's), the build, every container, volume and network, the health
checks and what Docker makes of them. The files are used as they stand. Stand-ins: the images of a registry, which may
be out of reach (tests/prove/hub.py: debian:13-slim, PostgreSQL, Valkey and Caddy, all of Debian's packages; this
machine's certificate authorities are in them, and so in the image built here); Let's Encrypt, whose place Caddy's own
ACME server takes; DNS. Nobody answers for Telegram, the panel and 1Plat.
Needs root, debootstrap and a way to Debian's and Python's packages; takes ten minutes and 3 GB.
"""

from __future__ import annotations

import argparse
import os
import time

from devtools import console, places
from tests.prove import engine, hub
from tests.prove.hands import Step, report, walk
from tests.prove.image_life import Life
from tests.prove.image_shut import Shut
from tests.prove.stack import Stack


def steps(inside: engine.Engine) -> list[Step]:
    stack = Stack(inside)
    shut, life = Shut(stack), Life(stack)
    return [
        ("the images a registry would give", lambda: hub.fill(inside)),
        ("secrets.sh; Compose reads the file and has nothing to say", stack.prepare),
        ("docker compose up -d builds the image, and everything starts", stack.starts),
        ("every container is healthy", stack.becomes_healthy),
        ("what is in the image, and its weight", shut.weighs),
        ("no root, no rights, nothing to write to, limits, no ports", shut.is_shut_in),
        ("no secret in the image, in docker inspect or in an environment", shut.hides_secrets),
        ("who reaches whom", shut.is_apart),
        ("asked from outside, with a certificate signed by ACME", life.answers),
        ("a test callback is stored", life.takes_a_call),
        ("a second docker compose up changes nothing", life.stays),
        ("a backup, read again", life.backs_up),
        ("docker compose stop: each ends by itself", life.stops),
        ("brought back from the backup; the call is there", life.comes_back),
        ("no log tells of trouble", life.is_calm),
        ("who is killed is started anew, and the shop answers", life.rises),
        ("renew.sh with migrations that fail replaces nothing", life.refuses),
        ("renew.sh with another release, while calls keep coming", life.renews),
        ("who hangs is called unhealthy, ended and started anew", life.wakes),
    ]


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove image", description=__doc__)
    parser.add_argument(
        "--shell-on-failure", action="store_true", help="look around where it failed"
    )
    options = parser.parse_args(arguments)
    if why := "only root can start an engine" if os.geteuid() else engine.lacking():
        console.complain(f"cannot be proven here: {why}")
        return False
    began = started = time.monotonic()
    with engine.engine(places.STATE / "machines" / "image") as inside:
        report("a machine with an engine", started)
        if not walk(
            steps(inside), shell=inside.command("bash") if options.shell_on_failure else ()
        ):
            return False
    console.say(f"proven in {time.monotonic() - began:.0f} s")
    return True
