"""`./dev prove move`: the restore drill and the move to another server, typed as docs/deploy.md has them.

A shop is installed on a first clean Debian and filled: sales of the past, applications with files, a customer who has
bought and one who is about to. By the guide's own commands its backup is brought back on a second machine, for a drill,
and the shop moves to a third, of another release of Debian. Each machine is gone before the next is made: nothing but
the files that the guide tells to bring goes along. The waiting customer pays while no shop is there.

The world outside is the sandbox; Let's Encrypt and the repository are stand-ins as for `./dev prove guide`, and the new
server gets no certificate, as from Let's Encrypt. Needs what the guide's proof needs, and its ports.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devtools import console, places
from tests.bench import orders
from tests.prove import guide
from tests.prove.authority import authority
from tests.prove.bare import RELEASES
from tests.prove.hands import Failed, expect, report
from tests.prove.install import FILLED_IN, INSTALL, taken
from tests.prove.machine import Machine, lacking, machine
from tests.prove.outside import Buyer, Outside, outside, until
from tests.prove.server import HTTPS, Server
from tests.prove.snapshot import database
from tests.support import filled

ANYWHERE, REAL = "", "needs a real server"
PLACES = SHOP, DRILL, OLD, NEW = (
    "on the shop's server",
    "on the machine of the drill",
    "on the old server",
    "on the new server",
)
KEYS = {
    "BOT_TOKEN": "123456789:proof-of-the-installer-only",
    "REMNAWAVE_API_TOKEN": 'of$HOME"and"quotes',
    "ONEPLAT_SHOP_ID": orders.SHOP_ID,
    "ONEPLAT_SHOP_SECRET": orders.SECRET,
}
IDENTITY, SETTINGS, BACKUPS = "identity.txt", "settings.tar.gz", "backups.tar"
NUMBER = "0123456789abcdef" * 2
CALLS = "SELECT count(*) FROM integrations_inboundcallback WHERE verdict = 'accepted'"
REFERENCE = "SELECT reference FROM payments_payment ORDER BY id DESC LIMIT 1"
FOUND = "деньги у платёжной системы"  # the bot's words for money without a call
# Letters to applicants, once they have been tried for long enough: there is no mail server.
NO_MAIL = "⚠️ Failing again and again"


class Move:
    def __init__(self, folder: Path, *, rows: int) -> None:
        self.folder, self.rows = folder, rows
        self.typed: list[guide.Block] = []
        self.away = 0.0  # seconds that the shop was, by the guide's own commands

    def goes(self, old: str, new: str) -> None:
        roots = places.STATE / "machines"
        with ExitStack() as held:
            with (
                authority(self.folder, domain=guide.DOMAIN) as self.whom_to_ask,
                machine(roots / "old", old) as inside,
            ):
                server = self.first(inside, old, held)
                self.leaves(server)
            with machine(roots / "drill", old) as inside:
                self.drills(self.prepared(inside, old))
            with machine(roots / "new", new) as inside:
                self.arrives(self.prepared(inside, new))
        left = [block for _place, block in guide.blocks(*PLACES) if block not in self.typed]
        expect(not left, f"nobody typed {left}")
        said = f"{self.before.rows:,} rows, {len(self.before.files)} files"
        console.say(
            f"{said}; away for {self.away:.0f} s between the old server's last word and the new one's first"
        )

    def prepared(self, inside: Machine, release: str) -> Server:
        with step(f"a clean {release}"):
            guide.prepare(inside, self.whom_to_ask)
        return Server(inside, self.typed)

    def first(self, inside: Machine, release: str, held: ExitStack) -> Server:
        """A shop that sells."""
        server = self.prepared(inside, release)
        server.does(REAL, holding="install.sh --domain")
        server.believes(self.whom_to_ask.certificate)
        self.world: Outside = held.enter_context(
            outside(
                self.folder,
                domain=guide.DOMAIN,
                authority=self.whom_to_ask.certificate,
                keys=KEYS,
            )
        )
        server.add_settings(FILLED_IN + self.world.settings)
        with step("settings filled in, started"):
            server.said(INSTALL)
            until(server.is_ready, what="/health/ready")
        with step(f"{self.rows:,} sales of the past, applications, customers"):
            filled.fill(database(inside.root), self.rows)
            server.apply_as_partners(3)
            served, self.waiting = Buyer(self.world, 101), Buyer(self.world, 102)
            self.buys(server, served)
            self.waiting.orders()
            self.ordered = server.value(REFERENCE)
        return server

    def buys(self, server: Server, buyer: Buyer) -> None:
        buyer.orders()
        buyer.pays(server.value(REFERENCE))
        until(buyer.has_link, what=f"the link; {buyer.messages()}")

    def leaves(self, server: Server) -> None:
        server.does(ANYWHERE, holding="--new-key")
        server.does(SHOP)
        until(server.is_ready, what="/health/ready")
        self.proof, self.complaints = self.asked_for_proof(server), server.complaints()
        for printed in server.does(OLD, holding="settings.tar.gz"):
            expect(not printed, printed)
        began = time.monotonic()
        server.does(OLD, holding="disable --now")
        server.does(OLD, holding=BACKUPS)
        self.away += time.monotonic() - began
        server.is_quiet()
        self.waiting.pays(self.ordered)
        self.before = server.snapshot()
        for name in (IDENTITY, SETTINGS, BACKUPS):
            shutil.move(server.inside.root / "root" / name, self.folder / name)

    def bring(self, server: Server, *names: str) -> None:
        for name in names:
            shutil.copy(self.folder / name, server.inside.root / "root" / name)

    def drills(self, server: Server) -> None:
        self.bring(server, IDENTITY, BACKUPS)
        said = server.does(DRILL)
        expect("NOT STARTED YET" in said[0], said[0])
        self.is_as_it_was(server, said[2])

    def is_as_it_was(self, server: Server, said: str) -> None:
        with step("nothing runs; every row, number and file is as it was"):
            expect(" is back." in said and "rules hold for all rows" in said, said)
            server.is_quiet()
            differs = self.before.differs(server.snapshot())
            expect(not differs, "\n".join(differs))

    def arrives(self, server: Server) -> None:
        self.bring(server, SETTINGS, IDENTITY, BACKUPS)
        (said,) = server.does(NEW, holding="install.sh")
        expect("and nothing was started" in said, said)
        server.is_quiet()
        server.believes(self.whom_to_ask.certificate)
        began = time.monotonic()
        server.does(NEW, holding=BACKUPS)
        (said,) = server.does(NEW, holding="provodnik restore")
        self.away += time.monotonic() - began
        self.is_as_it_was(server, said)
        began = time.monotonic()
        server.does(NEW, holding="enable --now")
        until(server.is_ready, what="/health/ready")
        self.away += time.monotonic() - began
        with step("who paid while no shop was there is found, and has his link"):
            until(lambda: self.waiting.reads(FOUND), what=f"{FOUND!r}; {self.waiting.messages()}")
            self.waiting.presses("Проверить оплату")
            until(self.waiting.has_link, what=f"the link; {self.waiting.messages()}")
        server.does(NEW, holding="provodnik doctor")
        self.sells(server)

    def sells(self, server: Server) -> None:
        with step("the same SECRET_KEY; the doctor complains of nothing new"):
            expect(self.asked_for_proof(server) == self.proof, "another proof of /health/live")
            news = server.complaints() - self.complaints - {NO_MAIL}
            expect(not news, f"{news}")
        with step("a test call is stored, a customer buys, the ledgers agree"):
            buyer, before = Buyer(self.world, 103), int(server.value(CALLS))
            buyer.orders()
            address = f"{HTTPS}/payments/callbacks/oneplat"
            server.manage("send_test_callback", "oneplat", "--status", "0", "--url", address)
            expect(int(server.value(CALLS)) == before + 1, "the test call was not stored")
            buyer.pays(server.value(REFERENCE))
            until(buyer.has_link, what=f"the link; {buyer.messages()}")
            expect("rules hold for all rows" in server.manage("audit_ledgers"), "the ledgers")

    def asked_for_proof(self, server: Server) -> str:
        return server.ask(f"/health/live?proof={NUMBER}")


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    except Failed:
        report(title, started, failed=True)
        raise
    report(title, started)


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove move", description=__doc__)
    parser.add_argument("--release", choices=RELEASES, default=RELEASES[0], help="the old server's")
    parser.add_argument("--to", choices=RELEASES, default=RELEASES[1], help="the new server's")
    parser.add_argument("--rows", type=int, default=20_000, help="sales of the past")
    options = parser.parse_args(arguments)
    if why := lacking("caddy") or taken():
        console.complain(why)
        return False
    with tempfile.TemporaryDirectory(prefix="prove-move-") as folder:
        try:
            Move(Path(folder), rows=options.rows).goes(options.release, options.to)
        except Failed as seen:
            console.write(str(seen))
            return False
        except subprocess.TimeoutExpired as late:
            console.complain(f"a command did not end within {late.timeout:.0f} s")
            return False
    return True
