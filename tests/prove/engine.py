"""A machine with Docker of its own: Debian 13 with the engine, Compose and Buildx that it packs.

Processes, mounts and the network are in namespaces, and the way out is slirp4netns, a program: no rule and no address
is added to this machine. What the engine writes lies in the machine's folder, on this disk. When the first process
inside is killed the kernel ends all the others; then the folder and the control groups go.

Around it is a small world: names answered by dnsmasq, where the shop's domain has this machine's address as in DNS, and
one neighbour beyond a cable, who visits the shop and is the authority that signs certificates by ACME.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from devtools.process import tie_to_us
from tests.prove.hands import Failed
from tests.prove.machine import lay

NEEDED = ("unshare", "nsenter", "chroot", "debootstrap")
PACKAGES = (
    *("docker.io", "docker-cli", "docker-compose", "docker-buildx", "tini", "iptables"),
    *("slirp4netns", "dnsmasq-base", "iproute2", "curl", "caddy", "git", "procps"),
)
HOLDER = """
mount --make-rprivate /
mount --bind "$1" "$1" && cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
for one in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0" "tun 10 200"; do
    set -- $one; mknod -m 666 "dev/$1" c "$2" "$3"
done
mkdir dev/net dev/shm && mv dev/tun dev/net/ && chmod 1777 dev/shm && ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 run run
mkdir run/lock
ip link set lo up
# A root that is no mount of its own could not be left by the engine for its containers'.
pivot_root . mnt && umount -l /mnt
echo ready
exec >&- 2>&-
exec bash -c 'while :; do sleep 3600 & wait $!; done'
"""
DOMAIN = "shop.example.com"
ADDRESS = "10.0.2.100"  # what slirp4netns gives
NEIGHBOUR = "172.31.241.2"
AUTHORITY = "acme-v02.api.letsencrypt.org"
CERTIFICATE = "/srv/acme/pki/authorities/local/root.crt"
ACME = f"""{{
	admin off
	local_certs
	skip_install_trust
	storage file_system /srv/acme
}}
{AUTHORITY} {{
	tls internal
	rewrite /directory /acme/local/directory
	acme_server
}}
"""
WORLD = f"""set -e
# As on a server that forwarded nothing before: only then does the engine shut the way past itself.
echo 0 > /proc/sys/net/ipv4/ip_forward
ip netns add world
ip link add world0 type veth peer name eth0 netns world
ip address add 172.31.241.1/30 dev world0 && ip link set world0 up
ip -n world address add {NEIGHBOUR}/30 dev eth0 && ip -n world link set eth0 up
ip -n world link set lo up
ip -n world route add default via 172.31.241.1
dnsmasq --no-resolv --no-hosts --user=root --bind-interfaces --listen-address={ADDRESS} --pid-file=/run/dnsmasq.pid \
    --host-record={DOMAIN},{ADDRESS} --host-record={AUTHORITY},{NEIGHBOUR} "$@"
echo nameserver {ADDRESS} > /etc/resolv.conf
"""
PATIENCE = 60.0  # seconds that a program of the machine may take to come up


@dataclass(frozen=True)
class Engine:
    root: Path
    first: int  # the number, here, of the process that is 1 inside

    def command(self, *words: str, spaces: tuple[str, ...] = ("--net", "--uts")) -> list[str]:
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        enter = ["nsenter", "--target", str(self.first), "--mount", "--pid", *spaces]
        return [*enter, "env", "-i", "HOME=/root", path, *words]

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Both outputs together; any exit code."""
        return subprocess.run(
            self.command(*words),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )

    def said(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """What a command printed, which must end with `code`."""
        done = self.run(*words, stdin=stdin)
        if done.returncode != code:
            raise Failed(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
        return done.stdout

    def docker(self, *words: str, stdin: str = "") -> str:
        return self.said("docker", *words, stdin=stdin)

    def neighbour(self, *words: str) -> list[str]:
        """As somebody in the world types it."""
        return ["ip", "netns", "exec", "world", *words]

    def serve(self, name: str, *words: str, spaces: tuple[str, ...] = ("--net", "--uts")) -> None:
        """A program that runs until the machine goes. What it says lands in /var/log/<name>.log inside."""
        with (self.root / f"var/log/{name}.log").open("wb") as log:
            subprocess.Popen(
                self.command(*words, spaces=spaces),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_for(self, what: str, *words: str) -> None:
        until = time.monotonic() + PATIENCE
        while (done := self.run(*words)).returncode:
            if time.monotonic() > until:
                logs = (self.root / "var/log").glob(f"{what}.log")
                said = [file.read_text(errors="replace")[-3000:] for file in logs]
                raise Failed(f"{what} does not come up: {done.stdout}\n{''.join(said)}")
            time.sleep(0.2)


def lacking() -> str:
    """What this machine has not got, in words; empty where an engine can be started."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if not Path("/sys/fs/cgroup").is_mount():
        return "no control groups are mounted at /sys/fs/cgroup"
    return ""


@contextmanager
def engine(root: Path) -> Iterator[Engine]:
    """A fresh machine in `root` with its engine up; all of it is removed at the end."""
    group = f"provodnik-{root.name}"
    process: subprocess.Popen[bytes] | None = None
    try:
        lay(root, "trixie")
        install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends"
        command = ["chroot", str(root), "sh", "-c", f"{install} {' '.join(PACKAGES)}"]
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"the engine could not be installed: {done.stdout}{done.stderr}")
        spaces = ("--mount", "--pid", "--net", "--uts", "--fork", "--kill-child")
        process = subprocess.Popen(
            [*tie_to_us(SIGKILL), "unshare", *spaces, "sh", "-ec", HOLDER, "holder", str(root)],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise Failed("the machine could not be mounted; it says why above")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        inside = Engine(root, int(children.split()[0]))
        start(inside, group)
        yield inside
    finally:
        if process is not None:
            process.kill()  # and with it, by --kill-child, the first process inside: the kernel ends the others
            process.wait(30)
        shutil.rmtree(root, ignore_errors=process is None)
        disband(group)


def start(inside: Engine, group: str) -> None:
    names = re.findall(r"^nameserver (\S+)", (inside.root / "etc/resolv.conf").read_text(), re.M)
    way = ("slirp4netns", "--configure", "--mtu=1400", "--disable-host-loopback")
    inside.serve("slirp4netns", *way, "--netns-type=path", "/proc/1/ns/net", "tap0", spaces=())
    inside.wait_for("slirp4netns", "sh", "-c", f"ip address show tap0 | grep -q {ADDRESS}")
    inside.said("bash", "-c", WORLD, "world", *(f"--server={one}" for one in names))
    (inside.root / "srv/acme.Caddyfile").write_text(ACME)
    caddy = ("caddy", "run", "--config", "/srv/acme.Caddyfile", "--adapter", "caddyfile")
    inside.serve("acme", *inside.neighbour(*caddy))
    inside.serve("dockerd", "dockerd", f"--cgroup-parent=/{group}")
    inside.wait_for("dockerd", "docker", "version")
    inside.wait_for("acme", "test", "-s", CERTIFICATE)


def disband(group: str) -> None:
    """Its control groups, which outlive their processes."""
    for top in [*Path("/sys/fs/cgroup").glob(group), *Path("/sys/fs/cgroup").glob(f"*/{group}")]:
        for folder in sorted((one for one in top.rglob("*") if one.is_dir()), reverse=True):
            folder.rmdir()
        top.rmdir()
