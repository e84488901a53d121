"""What the units' sandbox is worth where a real systemd makes it, and what the journal tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.prove.hands import expect
from tests.prove.units import SERVICES, Units

MOST_EXPOSED = 3.0  # of 10, as `systemd-analyze security` counts
WATCHES = "provodnik-web-watch@8000.service"
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
# As the kernel sees them, whoever asks: root of the machine, in the process's own view of the disk.
READ_ONLY = ("/etc", "/opt/provodnik", "/usr", "/root", "/boot", "/var/log", "/var/lib/postgresql")
LOOK = f"""
set -u
for folder in {" ".join(READ_ONLY)}; do
    if touch $folder/touched 2>/dev/null; then echo "writes in $folder"; rm $folder/touched; fi
done
[ -z "$(ls -A /home /root 2>/dev/null | grep -v :)" ] || echo "sees homes"
[ ! -e /tmp/of-the-machine ] || echo "sees the machine's /tmp"
as="setpriv --reuid=provodnik --regid=provodnik --clear-groups"
[ -z "$($as ls -d /proc/1 2>/dev/null)" ] || echo "sees the first process"
$as cat /proc/meminfo >/dev/null 2>&1 && echo "sees the machine's figures"
$as touch /var/lib/provodnik/media/touched && rm /var/lib/provodnik/media/touched || echo "cannot write its files"
"""
# Django's findings about the settings where the bot starts, and Celery's last words.
IN_WORDS = re.compile(
    r"$|System check identified |WARNINGS:$|\?: \(\w+\.W\d+\) |\tHINT: |worker: Warm shutdown "
)
LOGS = "find /var/log -type f -not -path '/var/log/journal/*'"


class Confined(Units):
    def is_shut_in(self) -> None:
        """By systemd's own count, and by trying."""
        for unit in (*SERVICES, WATCHES):
            said = self.said("systemd-analyze", "security", "--no-pager", unit)
            found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
            expect(found is not None and float(found[1]) <= MOST_EXPOSED, f"{unit}: {said[-300:]}")
        self.shell("mkdir -p /home/keeper && touch ~/notes /tmp/of-the-machine")
        outside = self.shell(LOOK).splitlines()
        expect(len(outside) == len(READ_ONLY) + 4, f"whoever is not shut in: {outside}")
        for unit in SERVICES:
            number = self.main(unit)
            status = self.shell(f"cat /proc/{number}/status")
            found_here = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            for name in CAPABILITIES:
                expect(int(found_here[name], 16) == 0, f"{unit} has {name} {found_here[name]}")
            shut = (
                found_here["NoNewPrivs"],
                found_here["Seccomp"],
                found_here["Uid"].split()[0] != "0",
            )
            expect(shut == ("1", "2", True), f"{unit}: {status}")
            seen = self.said("nsenter", "--target", str(number), "--mount", "bash", "-c", LOOK)
            expect(not seen, f"{unit}: {seen}")

    def tells_in_lines(self) -> None:
        """Every unit speaks, and each line of the processes is one JSON object, but those few."""
        for unit in SERVICES:
            said = self.said("journalctl", "--no-pager", "-o", "cat", f"_SYSTEMD_UNIT={unit}")
            expect(bool(said.strip()), f"{unit} has said nothing")
            broken = [
                line for line in said.splitlines() if not (is_object(line) or IN_WORDS.match(line))
            ]
            expect(not broken, f"{unit}: {len(broken)} lines are none: {broken[:10]}")

    def keeps_secrets(self) -> None:
        """Neither the whole journal, with command lines and all, nor any log names a secret."""
        self.shell(f"journalctl --all -o export > ~/journal && {LOGS} -exec cat {{}} + > ~/logs")
        for name, word in (("journal", b"provodnik"), ("logs", b"/health/live HTTP/")):
            told = (self.inside.root / "root" / name).read_bytes()
            expect(word in told, f"{name} has no word of ours")
            found = sorted(
                where
                for where, secret in secrets(self.inside.root)
                if any(one in told for one in written(secret))
            )
            expect(not found, f"{name} tells {found}")


def is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def secrets(root: Path) -> Iterator[tuple[str, str]]:
    """By the file or the name it stands under."""
    folder = root / "etc/provodnik"
    for file in (folder / "secrets").iterdir():
        text = file.read_text().strip()
        password = re.fullmatch(r"postgres://[^:]+:([^@]+)@\S+", text)
        if text:
            yield file.name, password[1] if password else text
    for line in (folder / "environment").read_text().splitlines():
        name, is_setting, value = line.partition("=")
        is_secret = re.fullmatch(r"[A-Z0-9_]*(TOKEN|SECRET|PASSWORD|KEY)", name)
        if is_setting and value and is_secret:
            yield name, value.strip("'")


def written(secret: str) -> set[bytes]:
    """As it stands, and within JSON."""
    return {secret.encode(), json.dumps(secret)[1:-1].encode()}
