"""A private network for machines of a proof, each with an address of its own; this machine is their way out.

It is a bridge here, and a network namespace with a cable to it for each machine. The namespace is made before the
machine boots and goes with its power: what its kernel still had to say to others is never said.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

BRIDGE = "provodnik0"
NETWORK = IPv4Network("10.0.0.0/24")
HERE = "10.0.0.254"
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
NEEDED = ("ip", "iptables")
RULES = (
    ("nat", "POSTROUTING", ("-s", str(NETWORK), "!", "-d", str(NETWORK), "-j", "MASQUERADE")),
    # A machine with an engine of containers forwards nothing else.
    ("filter", "FORWARD", ("-i", BRIDGE, "-j", "ACCEPT")),
    ("filter", "FORWARD", ("-o", BRIDGE, "-j", "ACCEPT")),
)


def lacking() -> str:
    """What this machine has not got, in words; empty where such a network can be made."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if Path(f"/sys/class/net/{BRIDGE}").exists():
        return f"another proof has the network {BRIDGE}"
    asked = ["ip", "route", "get", HERE]
    routes = subprocess.run(asked, capture_output=True, text=True, check=False)
    if routes.returncode == 0 and " via " not in routes.stdout:
        return f"{NETWORK} is a network of this machine already"
    return ""


def plug(name: str, address: str) -> str:
    """A cable and an address for a machine; the namespace to boot it in."""
    space, cable = f"provodnik-{name}", _cable(name)
    _ip("netns", "add", space)
    # The same card as before the power was cut: neighbours remember its number.
    card = "02:00:{:02x}:{:02x}:{:02x}:{:02x}".format(*IPv4Address(address).packed)
    _ip("link", "add", cable, "type", "veth", "peer", "eth0", "netns", space, "address", card)
    _ip("link", "set", cable, "master", BRIDGE, "up")
    # As systemd sets it where it is not kept from that: its own sockets are full otherwise.
    _ip("netns", "exec", space, "sysctl", "--quiet", "net.unix.max_dgram_qlen=512")
    _ip("-n", space, "link", "set", "lo", "up")
    _ip("-n", space, "address", "add", f"{address}/{NETWORK.prefixlen}", "dev", "eth0")
    _ip("-n", space, "link", "set", "eth0", "up")
    _ip("-n", space, "route", "add", "default", "via", HERE)
    return space


def pull(name: str) -> None:
    """The cable: from now on nothing comes from this machine, not even that it is gone."""
    _ip("link", "delete", _cable(name))


def clear(name: str) -> None:
    """What is left of the machine's network, once it is off."""
    if Path(f"/sys/class/net/{_cable(name)}").exists():
        pull(name)
    _ip("netns", "delete", f"provodnik-{name}")


@contextmanager
def private() -> Iterator[None]:
    with ExitStack() as stack:
        _ip("link", "add", BRIDGE, "type", "bridge")
        stack.callback(_ip, "link", "delete", BRIDGE)
        _ip("address", "add", f"{HERE}/{NETWORK.prefixlen}", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        stack.callback(FORWARDING.write_text, FORWARDING.read_text())
        FORWARDING.write_text("1\n")
        for table, chain, rule in RULES:
            _run("iptables", "-w", "-t", table, "-I", chain, *rule)
            stack.callback(_run, "iptables", "-w", "-t", table, "-D", chain, *rule)
        yield


def _cable(name: str) -> str:
    return f"prv-{name}"  # at most 15 characters


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
