"""The one lock, and how a single layer is taken from it.

`requirements/lock.txt` pins every package of every layer with its hashes, for each supported
Python and system. A layer (base, production, local, test) is the part of it that the layer's `.in`
file asks for, with all that those packages need. Neither installer can cut it by itself: in hash
mode both pip and uv refuse `-r production.in -c lock.txt`, since `production.in` pins nothing. The
lock's own `# via` notes say who needs what, so it is cut here:

    ./dev requirements production > production.txt
    pip install --require-hashes -r production.txt      # or: uv pip install --require-hashes -r …
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devtools import places

if TYPE_CHECKING:
    from collections.abc import Iterable

LAYERS = ("base", "production", "local", "test")


@dataclass(frozen=True)
class Pin:
    """One entry of the lock: a version (for some Pythons), its hashes, and who asked for it."""

    name: str
    text: str
    wanted_by: frozenset[str]


def read_lock(text: str) -> list[Pin]:
    """Entries begin at the first column; their hashes and the `# via` note are indented."""
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return [_pin(entry) for entry in entries if "==" in entry]


def _pin(entry: str) -> Pin:
    name = entry.partition("==")[0]
    via = re.search(r"# via (.+)", entry)
    wanted_by = frozenset(via[1].split(", ")) if via else frozenset()
    kept = [line for line in entry.splitlines() if not line.lstrip().startswith("#")]
    return Pin(name, "\n".join(kept), wanted_by)


def files_of(layer: str) -> set[str]:
    """The layer's file and those it includes with `-r`, as the lock names them."""
    found = {f"-r requirements/{layer}.in"}
    for line in (places.REQUIREMENTS / f"{layer}.in").read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= files_of(line.removeprefix("-r ").strip().removesuffix(".in"))
    return found


def layers_within(layer: str) -> set[str]:
    """The layers that come with `layer`: installing test installs local too."""
    return {other for other in LAYERS if files_of(other) <= files_of(layer)}


def closure(pins: Iterable[Pin], asked: set[str]) -> list[Pin]:
    """The pins wanted by `asked` (files or packages), directly or through another pin."""
    pins = list(pins)
    wanted = set(asked)
    while True:
        more = {pin.name for pin in pins if pin.wanted_by & wanted} - wanted
        if not more:
            return [pin for pin in pins if pin.name in wanted]
        wanted |= more


def for_layer(layer: str) -> str:
    """A requirements file with hashes for one layer."""
    pins = read_lock(places.LOCK.read_text(encoding="utf-8"))
    return "\n".join(pin.text for pin in closure(pins, files_of(layer))) + "\n"


def for_package(name: str) -> str:
    """A requirements file with hashes for one package that needs no other."""
    pins = read_lock(places.LOCK.read_text(encoding="utf-8"))
    return "\n".join(pin.text for pin in pins if pin.name == name) + "\n"
