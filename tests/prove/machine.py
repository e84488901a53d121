"""A clean Debian to install in: a folder made by debootstrap, entered by chroot, with processes and mounts of its own.

Whatever happens, its processes end and its mounts go when the one process that holds them does. The network is this
machine's: what listens there must find its port free. How this machine reaches packages (mirror, proxies, authorities)
is handed on as files and variables of the run, so that no part of it stands in the repository.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from devtools import places
from devtools.console import say
from devtools.process import tie_to_us

RELEASES = ("bookworm", "trixie")
HANDED_ON = re.compile(
    r"(?i)(https?|all|no)_proxy|PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|CERT|DEFAULT_TIMEOUT)"
    r"|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
)
HOLDER = """
mount -t tmpfs -o mode=755 dev "$1/dev"
for one in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    set -- "$1" $one; mknod -m 666 "$1/dev/$2" c "$3" "$4"
done
mkdir "$1/dev/shm" && chmod 1777 "$1/dev/shm"
ln -s /proc/self/fd "$1/dev/fd"
echo ready
exec >&- 2>&-
exec chroot "$1" bash -c 'while :; do sleep 3600 & wait $!; done'
"""
TURN = Path(tempfile.gettempdir()) / "provodnik-machine.lock"
NEEDED = ("debootstrap", "unshare", "nsenter", "chroot")


def lacking() -> str:
    """What this machine has not got, in words; empty where a clean Debian can be made."""
    if os.geteuid() != 0:
        return "only root can make a machine to install in"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Machine:
    root: Path
    holder: int  # the process that holds its mounts and its processes

    def command(self, *words: str, env: Mapping[str, str] | None = None) -> list[str]:
        inside = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        pairs = [f"{name}={value}" for name, value in {**inside, **(env or {})}.items()]
        enter = ["nsenter", "--target", str(self.holder), "--mount", "--pid"]
        return [*enter, "chroot", str(self.root), "env", "-i", "HOME=/root", *pairs, *words]

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


@contextmanager
def machine(root: Path, release: str) -> Iterator[Machine]:
    """A fresh one in `root`, which is removed at the end. One at a time, whoever asks: they share the ports."""
    with ExitStack() as stack:
        try:
            stack.enter_context(places.locked(TURN, wait=False))
        except places.Busy:
            say("another proof has a machine: waiting for it to end")
            stack.enter_context(places.locked(TURN, wait=True))
        yield from _machine(root, release)


def _machine(root: Path, release: str) -> Iterator[Machine]:
    archive = _archive(release)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    subprocess.run(["tar", "-xpf", str(archive), "-C", str(root)], check=True)
    _hand_on(root)
    arguments = ("--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc")
    process = subprocess.Popen(
        [*tie_to_us(SIGKILL), "unshare", *arguments, "sh", "-ec", HOLDER, "holder", str(root)],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the machine could not be mounted; it says why above")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield Machine(root, int(children.split()[0]))
    finally:
        process.kill()  # and with it, by --kill-child, the first process inside: the kernel ends the others
        process.wait(30)
        shutil.rmtree(root)


def _archive(release: str) -> Path:
    """The bare system, made once."""
    file = places.STATE / "machines" / f"{release}.tar"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        root = file.with_suffix(".new")
        shutil.rmtree(root, ignore_errors=True)
        bare = ("debootstrap", "--variant=minbase", "--include=ca-certificates", release)
        subprocess.run([*bare, str(root), mirror()], check=True, stdout=subprocess.DEVNULL)
        made = file.with_suffix(".part")
        with tarfile.open(made, "w") as archive:
            archive.add(root, arcname=".")
        made.rename(file)
        shutil.rmtree(root)
    return file


def mirror() -> str:
    """Where this machine takes Debian's main archive from."""
    for file in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        text = file.read_text() if file.is_file() else ""
        found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?) +(\S+/debian/?)\s", text, re.MULTILINE)
        if found:
            return found[1]
    return "http://deb.debian.org/debian"


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
