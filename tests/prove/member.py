"""One of several machines: booted in a place of its own on the private network, typed at, cut from its power."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devtools import places
from tests.prove import guide, network
from tests.prove.hands import Hands
from tests.prove.install import lay_the_tree
from tests.prove.machine import Machine, booted, lay

GUIDE = places.ROOT / "docs" / "scaling.md"
REPOSITORY = "srv/provodnik"
AUTHOR = ("-c", "user.name=reader", "-c", "user.email=reader@example.com")
# As a server comes; the bare archive has none.
COMES_WITH = "apt-get -qq update && apt-get -qq install --yes python3 >/dev/null"


def blocks(where: str) -> list[guide.Block]:
    """What docs/scaling.md has for that machine, in its order."""
    return [
        list(guide.commands(re.sub(f"^{found['indent']}", "", found["text"], flags=re.M)))
        for found in guide.BLOCK.finditer(GUIDE.read_text(encoding="utf-8"))
        if found["where"] == where
    ]


class Member(Hands):
    """`inside` is the machine as it runs now: another one after each boot."""

    def __init__(self, name: str, address: str, release: str) -> None:
        self.name, self.address = name, address
        self.root = places.STATE / "machines" / name
        lay(self.root, release)
        lay_the_tree(self.root / REPOSITORY)
        guide.offer(self.root / REPOSITORY, self.root / "root/.gitconfig")
        with (self.root / "etc/hosts").open("a") as hosts:
            hosts.write(f"127.0.0.1 {name}\n")
        self.boot()

    def boot(self) -> None:
        space = network.plug(self.name, self.address)
        self._held = ExitStack()
        self._held.callback(network.clear, self.name)
        inside: Machine = self._held.enter_context(booted(self.root, space))
        super().__init__(inside)

    def loses_power(self) -> None:
        """Nobody on the network hears of it."""
        network.pull(self.name)
        self.turns_off()

    def turns_off(self) -> None:
        """Where it is off already, nothing."""
        self._held.close()

    def prepare(self) -> None:
        self.said("bash", "-c", f"export DEBIAN_FRONTEND=noninteractive; {COMES_WITH}")

    def types(self, block: guide.Block) -> str:
        return guide.typed(self.inside, block)

    def file(self, path: str) -> Path:
        return self.root / path

    def kills(self, unit: str) -> None:
        """All its processes, with -9."""
        self.said("systemctl", "kill", "--signal=KILL", "--kill-whom=all", unit)

    def runs(self, *units: str) -> bool:
        return self.inside.run("systemctl", "is-active", "--quiet", *units).returncode == 0

    def process(self, unit: str) -> int:
        """The number of its main process, inside; 0: it does not run."""
        said = self.said("systemctl", "show", "--property=MainPID", "--value", unit)
        return int(said)

    def answers(self, url: str) -> bool:
        ask = ("curl", "--silent", "--fail", "--max-time", "3", "--output", "/dev/null", url)
        return self.inside.run(*ask).returncode == 0

    def offers_another_release(self) -> None:
        """In the repository that it has cloned."""
        tree = self.root / REPOSITORY
        with (tree / "docs/scaling.md").open("a") as page:
            page.write("\n")
        subprocess.run(["git", *AUTHOR, "commit", "-qam", "next"], cwd=tree, check=True)

    def __repr__(self) -> str:
        return self.name


@contextmanager
def members(release: str, **addresses: str) -> Iterator[list[Member]]:
    """Machines by their names, all on; whatever happens, none is left, nor its disk."""
    made: list[Member] = []
    with ExitStack() as stack:
        stack.enter_context(network.private())
        for name, address in addresses.items():
            stack.callback(shutil.rmtree, places.STATE / "machines" / name, ignore_errors=True)
            one = Member(name, address, release)
            stack.callback(one.turns_off)
            made.append(one)
        yield made
