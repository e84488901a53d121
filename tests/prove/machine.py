"""A clean Debian to install in: a folder made by debootstrap, booted with its own systemd by systemd-nspawn.

Whatever happens, its processes end and its mounts go when systemd-nspawn does. The network is this machine's: what
listens there must find its port free. How this machine reaches packages (mirror, proxies, authorities) is handed on as
files and variables of the run, so that no part of it stands in the repository. Where this machine still counts by the
first kind of control groups, limits of memory and of tasks are not enforced inside.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from devtools import places
from devtools.console import say
from devtools.process import tie_to_us
from tests.prove.bare import archive
from tests.prove.control_groups import groups

HANDED_ON = re.compile(
    r"(?i)(https?|all|no)_proxy|PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|CERT|DEFAULT_TIMEOUT)"
    r"|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
)
# As a server comes, and no more.
PACKAGES = ("ca-certificates", "dbus", "systemd", "systemd-sysv")
# systemd-nspawn ends with 133 where the machine wants to be started again.
KEEPER = (
    'for group in $GROUPS_OF_ITS_OWN; do echo $$ > "$group/cgroup.procs"; done;'
    ' while setpriv --pdeathsig TERM systemd-nspawn "$@"; [ $? = 133 ]; do :; done'
)
BOOT = (
    *("sh", "-c", KEEPER, "keeper", "--quiet", "--settings=no", "--register=no", "--keep-unit"),
    *("--boot", "--console=pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no"),
)
# Otherwise it hands on the first kind of control groups where the host still has it, and systemd 256 refuses that.
AS_OF_NOW = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
UP = 60.0  # seconds that a boot may take
DOWN = 120.0  # seconds that the way down may
TURN = Path(tempfile.gettempdir()) / "provodnik-machine.lock"
NEEDED = ("debootstrap", "systemd-nspawn", "setpriv", "nsenter", "chroot")


class Down(Exception):
    """No process runs inside."""


def lacking(*besides: str) -> str:
    """What this machine has not got, in words; empty where a clean Debian can be made."""
    if os.geteuid() != 0:
        return "only root can make a machine to install in"
    missing = [name for name in (*NEEDED, *besides) if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Machine:
    root: Path
    keeper: int  # its only child is systemd-nspawn, whose only child is the machine's first process

    @property
    def first(self) -> int:
        """The number, here, of the process that is 1 inside. Raises `Down` while there is none."""
        number = self.keeper
        for _generation in range(2):
            try:
                children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
            except FileNotFoundError:
                children = []
            if len(children) != 1:
                raise Down(f"the machine in {self.root} does not run")
            number = int(children[0])
        return number

    def cut(self) -> None:
        """As its power: the kernel ends all others inside, and systemd-nspawn takes its mounts away and ends too."""
        with suppress(Down):
            os.kill(self.first, SIGKILL)

    def command(self, *words: str, env: Mapping[str, str] | None = None) -> list[str]:
        inside = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        pairs = [f"{name}={value}" for name, value in {**inside, **(env or {})}.items()]
        spaces = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net")
        enter = ["nsenter", "--target", str(self.first), *spaces]
        return [*enter, "env", "-i", "HOME=/root", *pairs, *words]

    def run(
        self,
        *words: str,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float = 1200,
    ) -> subprocess.CompletedProcess[str]:
        """Both outputs together; any exit code."""
        return subprocess.run(
            self.command(*words, env=env),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def reboot(self) -> None:
        """As its keeper does it; back when all that starts with the machine has started."""
        before = self.first
        self.run("systemctl", "reboot")
        until = time.monotonic() + DOWN
        while True:
            with suppress(Down):
                if self.first != before:
                    break
            if time.monotonic() > until:
                raise Down(f"the machine in {self.root} does not go down")
            time.sleep(0.2)
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Until all that starts with the machine has started or failed to; raises `Down` if that takes too long."""
        until = time.monotonic() + UP
        while True:
            with suppress(Down):
                said = self.run("systemctl", "is-system-running", "--wait").stdout.strip()
                if said in ("running", "degraded"):
                    return
            if time.monotonic() > until:
                raise Down(f"the machine in {self.root} does not come up")
            time.sleep(0.2)


@contextmanager
def machine(root: Path, release: str) -> Iterator[Machine]:
    """A fresh one in `root`, which is removed at the end. One at a time, whoever asks: they share the ports."""
    with ExitStack() as stack:
        try:
            stack.enter_context(places.locked(TURN, wait=False))
        except places.Busy:
            say("another proof has a machine: waiting for it to end")
            stack.enter_context(places.locked(TURN, wait=True))
        stack.callback(shutil.rmtree, root)
        lay(root, release)
        yield stack.enter_context(booted(root))


def lay(root: Path, release: str) -> None:
    """A bare system on a disk of its own, as it were; nothing runs."""
    packed = archive(release, *PACKAGES)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    subprocess.run(["tar", "-xpf", str(packed), "-C", str(root)], check=True)
    _hand_on(root)


@contextmanager
def booted(root: Path, network: str = "") -> Iterator[Machine]:
    """What lies in `root`, running, until the block ends. In a network of its own where one is named (ip-netns(8))."""
    where = [f"--network-namespace-path=/run/netns/{network}"] if network else []
    with ExitStack() as stack:
        own = stack.enter_context(groups(f"provodnik-{root.name}-{os.getpid()}"))
        log = stack.enter_context((root.parent / f"{root.name}.log").open("ab"))
        process = subprocess.Popen(
            [*tie_to_us(SIGKILL), *BOOT, *where, f"--machine={root.name}", f"--directory={root}"],
            env={**os.environ, **AS_OF_NOW, "GROUPS_OF_ITS_OWN": " ".join(map(str, own))},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        inside = Machine(root, process.pid)
        try:
            inside.wait_until_up()
            yield inside
        finally:
            inside.cut()
            process.wait(30)


def network() -> dict[str, str]:
    """Variables by which this machine reaches packages."""
    return {name: value for name, value in os.environ.items() if HANDED_ON.fullmatch(name)}


def _hand_on(root: Path) -> None:
    """Names, authorities and apt's own settings for the network, as this machine has them."""
    for name in ("hosts", "resolv.conf"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    own = root / "usr/local/share/ca-certificates"
    for authority in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        shutil.copy(authority, own)
    subprocess.run(["chroot", str(root), "update-ca-certificates"], check=True, capture_output=True)
    settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    wanted = re.compile(r"Acquire::(https?|ftp|Check-|Retries)\S* \"[^\"]+\";")
    lines = [line for line in settings.stdout.splitlines() if wanted.fullmatch(line)]
    (root / "etc/apt/apt.conf.d/90network").write_text("\n".join([*lines, ""]))
