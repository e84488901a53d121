"""A server of ours in a clean Debian, as its keeper and its visitors see it."""

from __future__ import annotations

from pathlib import Path

from tests.prove import guide
from tests.prove.hands import Hands, expect
from tests.prove.machine import Machine
from tests.prove.snapshot import Snapshot, snapshot, value

HTTPS = f"https://{guide.DOMAIN}"
FORM = {
    "company": "ООО «Ромашка»",
    "inn": "9901000010",
    "phone": "8 900 000-00-01",
    "category": "contractor",
    "specialisations": "roofing",
    "regions": "77",
    "about": "Кроем.",
    "consent": "on",
}


class Server(Hands):
    def __init__(self, inside: Machine, typed: list[guide.Block]) -> None:
        super().__init__(inside)
        self.typed = typed  # on this machine and on those before

    def does(self, *where: str, holding: str = "") -> list[str]:
        """Types the blocks that the guide has for this machine and that hold these words; what each printed."""
        wanted = [
            block
            for _place, block in guide.blocks(*where)
            if any(holding in command for command, _seen in block)
        ]
        expect(bool(wanted), f"the guide has nothing like {holding!r} {where}")
        self.typed += wanted
        return [guide.typed(self.inside, block) for block in wanted]

    def ask(self, path: str, *options: str) -> str:
        words = ("curl", "--silent", "--show-error", "--max-time", "10", *options, HTTPS + path)
        return self.said(*words)

    def snapshot(self) -> Snapshot:
        return snapshot(self.inside.root)

    def value(self, statement: str) -> str:
        return value(self.inside.root, statement)

    def apply_as_partners(self, count: int) -> None:
        """By the site's form, with a file each."""
        jar = (
            "--cookie",
            "/tmp/jar",
            "--cookie-jar",
            "/tmp/jar",
            "--referer",
            f"{HTTPS}/partners/join/",
        )
        for number in range(count):
            paper = self.inside.root / f"srv/{number}.pdf"
            paper.write_bytes(b"%PDF-1.7\n" + b"%d" % number * 200_000 + b"\n%%EOF\n")
            page = self.ask("/partners/join/", *jar)
            token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
            fields = {
                **FORM,
                "csrfmiddlewaretoken": token,
                "number": f"{number}" * 24,
                "email": f"ivan{number}@example.test",
                "papers": f"@/srv/{number}.pdf",
            }
            form = [word for one in fields.items() for word in ("--form", "=".join(one))]
            seen = self.ask("/partners/join/", *jar, *form, "--write-out", " %{http_code}")
            expect(seen.endswith(" 302"), f"an application: {seen[-2000:]}")

    def believes(self, authority: Path) -> None:
        """Our programs believe whom certifi names."""
        for bundle in (self.inside.root / "opt/provodnik/venvs").rglob("certifi/cacert.pem"):
            with bundle.open("ab") as file:
                file.write(authority.read_bytes())

    def is_quiet(self) -> None:
        """Nothing of ours runs, and nothing would after a restart of the machine."""
        listing = ("systemctl", "list-units", "--plain", "--no-legend", "provodnik*")
        running = self.said(*listing)
        expect(not running, f"runs: {running}")
        self.said("systemctl", "is-enabled", "provodnik.target", code=1)
