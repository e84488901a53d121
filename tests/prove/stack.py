"""The installation of docs/containers.md in an engine: laid down, filled in, started, asked."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any

import yaml

from devtools import console, places
from project.backup.sealing import new_identity
from tests.prove.engine import CERTIFICATE, DOMAIN, Engine
from tests.prove.hands import expect
from tests.prove.install import lay_the_tree

SOURCE = "/srv/provodnik"
GUIDE = places.ROOT / "docs" / "containers.md"
PREPARE = f"deploy/secrets.sh {DOMAIN}"
START = "docker compose -f deploy/compose.yaml up -d"
# Nothing outside is called: nobody listens there.
SETTINGS = """
TELEGRAM_API_URL=http://127.0.0.1:9
ONEPLAT_BASE_URL=http://127.0.0.1:9
BACKUP_TO=/var/backups/provodnik
"""
SECRETS = {
    "bot_token": "123456789:ProofOfTheImageProofOfTheImageProof",
    "remnawave_api_token": "proofOfTheImageTokenOfThePanel",
    "oneplat_shop_secret": "proofOfTheImageSecretOfTheShop",
}
HEALTHY = 180.0  # seconds that all of them may take
Seen = dict[str, Any]  # what `docker inspect` says of one


@dataclass
class Stack:
    inside: Engine

    def __post_init__(self) -> None:
        file = places.ROOT / "deploy" / "compose.yaml"
        self.services: dict[str, Seen] = yaml.safe_load(file.read_text())["services"]
        self.running = [name for name in self.services if name != "migrate"]
        self.ours = [name for name in self.running if self.services[name]["image"] == "provodnik"]

    def typed(self, line: str, *, stdin: str = "", code: int = 0) -> str:
        """In the installation's folder, `compose` being short for what the guide says."""
        short = 'compose() { docker compose -f deploy/compose.yaml "$@"; }; '
        script = f"set -o pipefail; cd {SOURCE}; {short}{line}"
        return self.inside.said("bash", "-c", script, stdin=stdin, code=code)

    def python(self, lines: str) -> str:
        """What a few lines print within the installed release."""
        words = 'compose exec -T web1 python manage.py shell --no-imports --command "$(cat)"'
        return self.typed(words, stdin=lines)

    def visit(self, path: str, *options: str) -> str:
        """By somebody in the world; the answer, and the code after it."""
        ask = ("curl", "--silent", "--show-error", "--max-time", "15", "--cacert", CERTIFICATE)
        show = ("--write-out", " %{http_code}", *options, f"https://{DOMAIN}{path}")
        return self.inside.run(*self.inside.neighbour(*ask, *show)).stdout

    def inspect(self) -> dict[str, Seen]:
        """Every container by its service, those included that have ended."""
        names = [f"provodnik-{name}-1" for name in self.services]
        found = json.loads(self.inside.docker("inspect", *names))
        return dict(zip(self.services, found, strict=True))

    # --- Steps ---

    def prepare(self) -> None:
        guide = GUIDE.read_text(encoding="utf-8")
        for command in (PREPARE, START):
            expect(f"\n{command}\n" in guide, f"docs/containers.md does not say: {command}")
        deploy = self.inside.root / SOURCE.lstrip("/") / "deploy"
        lay_the_tree(deploy.parent)
        self.typed(PREPARE)
        for name, value in SECRETS.items():
            (deploy / "secrets" / name).write_text(f"{value}\n")
        text = (deploy / ".env").read_text()
        text = re.sub("(?m)^REMNAWAVE_BASE_URL=$", "REMNAWAVE_BASE_URL=http://127.0.0.1:9", text)
        text = re.sub("(?m)^ONEPLAT_SHOP_ID=$", "ONEPLAT_SHOP_ID=12", text)
        recipient = new_identity(deploy.parent / "identity.txt")
        (deploy / ".env").write_text(f"{text}{SETTINGS}BACKUP_RECIPIENT={recipient}\n")
        said = self.typed("compose config --quiet")
        expect(not said, f"Compose about the file: {said}")

    def starts(self) -> None:
        self.typed(START)
        seen = self.inspect()
        migrate = seen["migrate"]["State"]
        expect(migrate["ExitCode"] == 0 and migrate["Status"] == "exited", f"migrate: {migrate}")
        images = {seen[name]["Image"] for name in (*self.ours, "migrate")}
        left = self.inside.docker("images", "--quiet", "--filter", "dangling=true")
        expect(len(images) == 1 and not left, f"more than one was built: {images} {left}")

    def becomes_healthy(self) -> None:
        until = time.monotonic() + HEALTHY
        while waiting := [
            name for name, one in self.inspect().items() if name in self.running and health(one) != "healthy"
        ]:  # fmt: skip
            if time.monotonic() > until:
                logs = self.typed(f"compose logs --tail 20 {' '.join(waiting)}")
                expect(not waiting, f"not healthy: {waiting}\n{logs}")
            time.sleep(1)
        stats = self.inside.docker("stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}")
        for line in sorted(stats.splitlines()):
            name, used = line.split("\t")
            console.say(f"   {name.removeprefix('provodnik-'):<20} {used}")


def health(one: Seen) -> str:
    return str(one["State"].get("Health", {}).get("Status", one["State"]["Status"]))
