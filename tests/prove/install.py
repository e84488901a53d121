"""`./dev prove install`: deploy/install.sh on a clean server, then a call, a backup, an upgrade, the way back, and
what the machine goes through afterwards (tests/prove/survives.py).

Everything is real, systemd too. Needs root, debootstrap, systemd-nspawn (Debian's systemd-container), a way to Debian's
and Python's packages, and the ports 80, 443, 5432, 6379, 8000 and 8001.
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import time
from pathlib import Path

from devtools import console, places
from tests.bench import orders
from tests.prove.bare import RELEASES
from tests.prove.hands import Hands, Step, expect, report, walk
from tests.prove.machine import Machine, lacking, machine
from tests.prove.survives import Survival

DOMAIN = "витрина.example.com"
ASCII = DOMAIN.encode("idna").decode()
PORTS = (80, 443, 5432, 6379, 8000, 8001)
SOURCE = "/opt/provodnik/source"
INSTALL = f"{SOURCE}/deploy/install.sh"
CURRENT = "/opt/provodnik/current"
# What an owner fills in. Nothing outside is called: nobody listens there.
FILLED_IN = f"""
BOT_TOKEN=123456789:proof-of-the-installer-only
TELEGRAM_API_URL=http://127.0.0.1:9
REMNAWAVE_BASE_URL=http://127.0.0.1:9
REMNAWAVE_API_TOKEN='of$HOME"and"quotes'
ONEPLAT_SHOP_ID={orders.SHOP_ID}
ONEPLAT_SHOP_SECRET={orders.SECRET}
ONEPLAT_BASE_URL=http://127.0.0.1:9
REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
"""
# All that an installation is made of, without what changes by itself: logs, the lock, databases.
WHERE = "/etc /opt/provodnik /var/lib/provodnik /usr/local /var/backups/provodnik"
PRINT_OF = (
    f"find {WHERE} -xdev -not -name .lock -printf '%p %y %m %u %g %s %l\\n' &&"
    f" find {WHERE} -xdev -type f -not -name .lock -print0 | xargs -0 sha256sum"
)
OPEN_A_PAYMENT = """
from datetime import timedelta
from integrations.clock import now
from payments.models import Customer, Payment, Plan
plan = Plan.objects.order_by("position").first()
Payment.objects.create(customer=Customer.objects.create(telegram_id=1), plan=plan, length=plan.length, unit=plan.unit,
    provider="oneplat", method="card", amount=plan.amount, currency=plan.currency, status="pending", external_id="77",
    opened_at=now(), invoice_expires_at=now() + timedelta(minutes=30))
"""
COUNT_CALLS = """
from integrations.models import InboundCallback
print("calls", InboundCallback.objects.filter(source="oneplat").count())
"""


# Of docs/deploy.md, what can be asked here; 7 is its example of a call.
ASKED = (
    "provodnik check --deploy",
    "provodnik show_call 7",
    "provodnik replay_callback 7",
    "provodnik audit_ledgers",
    "install -m 0640 -o root -g provodnik /dev/null /etc/provodnik/secrets/oneplat",
)


class Proof(Hands):
    def __init__(self, inside: Machine) -> None:
        super().__init__(inside)
        self.printed = ""  # what the installer has said so far

    def install(self) -> str:
        said = self.said(INSTALL, "--domain", DOMAIN, "--no-certificate")
        self.printed += said
        return said

    def ask(self, path: str, *options: str) -> str:
        """Through nginx and TLS, believing the certificate it made."""
        trust = "--cacert /etc/provodnik/certificate/fullchain.pem"
        where = f"--resolve {ASCII}:443:127.0.0.1 https://{ASCII}{path}"
        return self.shell(
            f"curl --silent --max-time 10 --write-out ' %{{http_code}}' {' '.join(options)} {trust} {where}"
        )

    def fingerprint(self) -> list[str]:
        return sorted(self.shell(PRINT_OF).splitlines())

    # --- The steps, in their order ---

    def installs(self) -> None:
        said = self.install()
        expect("NOT STARTED YET" in said, said)
        for needed in ("BOT_TOKEN is not set", "ONEPLAT_SHOP_ID is not set", "/callbacks/oneplat"):
            expect(needed in said, f"{needed} is not said:\n{said}")

    def changes_nothing(self) -> None:
        before = self.fingerprint()
        self.install()
        changed = sorted(set(before) ^ set(self.fingerprint()))
        expect(not changed, "changed:\n" + "\n".join(changed[:40]))

    def hides_secrets(self) -> None:
        files = self.shell("ls /etc/provodnik/secrets").split()
        expect(len(files) >= 8, f"secrets: {files}")
        for file in files:
            secret = self.shell(f"cat /etc/provodnik/secrets/{file}").strip()
            expect(len(secret) >= 20 and secret not in self.printed, f"{file} was printed")
        for path in ("environment", "secrets/database_url"):
            seen = self.shell(f"stat -c '%a %U %G' /etc/provodnik/{path}").strip()
            expect(seen == "640 root provodnik", f"{path}: {seen}")
        refused = "runuser -u www-data -- cat /etc/provodnik/environment /var/lib/provodnik/media"
        self.shell(refused, code=1)

    def starts(self) -> None:
        self.add_settings(FILLED_IN)
        said = self.install()
        expect(f"Running at https://{ASCII}" in said, said)

    def answers(self) -> None:
        for path, code in (("/health/live", 200), ("/admin/login/", 200), ("/health/ready", 200)):
            seen = self.ask(path)
            expect(seen.endswith(f" {code}"), f"{path}: {seen[-300:]}")
        page = self.ask("/admin/login/")
        found = re.search(r'href="(/static/[^"]+\.css)"', page)
        expect(found is not None, page)
        seen = self.ask(str(found and found[1]), "--output /dev/null")
        expect(seen.strip() == "200", f"a style sheet by nginx: {seen}")
        seen = self.shell(
            f"curl -s -o /dev/null -w '%{{http_code}}' -H 'Host: {ASCII}' http://127.0.0.1/"
        )
        expect(seen == "308", f"http: {seen}")

    def takes_a_call(self) -> None:
        self.python(OPEN_A_PAYMENT)
        url = f"https://{ASCII}/payments/callbacks/oneplat"
        self.shell(f"grep -q {ASCII} /etc/hosts || echo 127.0.0.1 {ASCII} >> /etc/hosts")
        self.shell(
            "install -m 644 /etc/provodnik/certificate/fullchain.pem"
            " /usr/local/share/ca-certificates/own.crt && update-ca-certificates 2>&1"
        )
        said = self.manage("send_test_callback", "oneplat", "--url", url)
        expect("200 in " in said, said)
        expect("calls 1" in self.python(COUNT_CALLS), "none")

    def answers_as_the_guide_says(self) -> None:
        guide = (places.ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
        for command in ASKED:
            expect(f"# {command}\n" in guide, f"docs/deploy.md does not say: {command}")
            self.shell(command.replace(" 7", " 1"))

    def backs_up(self) -> None:
        key = "/var/lib/provodnik/identity.txt"
        made = self.manage("backup", "--new-key", key)
        recipient = re.search(r"BACKUP_RECIPIENT=\S+", made)
        expect(recipient is not None, made)
        lines = f"BACKUP_TO=/var/backups/provodnik\n{recipient and recipient[0]}\n"
        self.add_settings(lines)
        self.manage("backup")
        said = self.manage("backup", "--check", "latest", "--identity", key)
        expect("whole" in said, said)

    def restarts(self) -> None:
        said = self.said(f"{CURRENT}/deploy/restart.sh")
        order = re.findall(r"restarting provodnik-(\S+)\.service", said)
        expect(order[-2:] == ["web@8000", "web@8001"] and len(order) == 9, f"{order}")

    def upgrades(self) -> None:
        self.shell(f"cp -a {SOURCE} /srv/next && echo >> /srv/next/docs/deploy.md")
        before = self.shell(f"readlink {CURRENT}")
        self.said("/srv/next/deploy/upgrade.sh", "--from", "/srv/next")
        expect(self.shell(f"readlink {CURRENT}") != before, "current did not move")
        expect(self.shell("readlink /opt/provodnik/previous") == before, "previous did not move")
        expect(self.ask("/health/live").endswith(" 200"), "web does not answer")
        self.fallen_back_to = before

    def goes_back(self) -> None:
        self.said(f"{CURRENT}/deploy/rollback.sh")
        expect(self.shell(f"readlink {CURRENT}") == self.fallen_back_to, "another release runs")
        expect(self.ask("/health/live").endswith(" 200"), "web does not answer")
        expect("calls 1" in self.python(COUNT_CALLS), "lost")

    def steps(self) -> list[Step]:
        return [
            ("install.sh without settings: all but the start", self.installs),
            ("a second run changes nothing", self.changes_nothing),
            ("no secret printed, none readable by others", self.hides_secrets),
            ("with the settings filled in it starts", self.starts),
            ("a run while it runs changes nothing", self.changes_nothing),
            ("asked through nginx with TLS", self.answers),
            ("a test callback is stored", self.takes_a_call),
            ("what the guide asks", self.answers_as_the_guide_says),
            ("a backup, read again", self.backs_up),
            ("restart.sh, one after another", self.restarts),
            ("upgrade.sh --from a second copy", self.upgrades),
            ("rollback.sh", self.goes_back),
            *Survival(self.inside, ASCII).steps(),
        ]


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove install", description=__doc__)
    parser.add_argument(
        "--release", choices=RELEASES, default=RELEASES[0], help="of Debian or Ubuntu"
    )
    parser.add_argument(
        "--shell-on-failure", action="store_true", help="look around where it failed"
    )
    options = parser.parse_args(arguments)
    if why := lacking() or taken():
        console.complain(why)
        return False
    started = time.monotonic()
    with machine(places.STATE / "machines" / "install", options.release) as inside:
        lay_the_tree(inside.root / SOURCE.lstrip("/"))
        report(f"a clean {options.release}", started)
        shell = inside.command("bash") if options.shell_on_failure else ()
        return walk(Proof(inside).steps(), shell=shell)


def taken() -> str:
    """Ports that somebody holds: the machine shares this one's network."""
    busy = []
    for port in PORTS:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                busy.append(str(port))
    return f"somebody listens already at {', '.join(busy)}" if busy else ""


def lay_the_tree(folder: Path) -> None:
    """What git knows of this folder, with what is changed but not committed."""
    folder.mkdir(parents=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=places.ROOT, check=True, capture_output=True).stdout
    pack = ["tar", "--null", "--files-from=-", "--ignore-failed-read", "-cf", "-"]
    packed = subprocess.run(pack, cwd=places.ROOT, input=names, check=True, capture_output=True)
    subprocess.run(["tar", "-xf", "-", "-C", str(folder)], input=packed.stdout, check=True)
