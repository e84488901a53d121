"""What every simulator is."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from django.conf import settings

from integrations.sandbox.core.hub import Hub


@dataclass(frozen=True)
class Tile:
    """A simulator on the home page: what it is, how it is doing, where to go."""

    title: str
    about: str
    link: str
    action: str
    icon: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    trouble: str = ""


class Simulator:
    """Base of all simulators: a dataclass of state, guarded by the hub's lock.

    `slug` names the service in faults, in the journal and in the snapshot.
    """

    slug: ClassVar[str]
    state_class: ClassVar[type[Any]]
    order: ClassVar[int] = 100
    state: Any

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.replace_state(self.state_class())

    def replace_state(self, state: Any) -> None:
        """Take over a blank state or a loaded snapshot."""
        self.state = state

    def fresh_state(self) -> Any:
        """The state after a reset. Counters go on: the product remembers the numbers it has seen."""
        counters = [one.name for one in fields(self.state_class) if one.name.startswith("last_")]
        return self.state_class(**{name: getattr(self.state, name) for name in counters})

    def start(self) -> None:
        """Begin background work; called once the server listens."""

    def tile(self) -> Tile | None:
        """How the home page shows it; None for one that has no page."""
        return None


def credential(name: str, default: str = "") -> str:
    """A demo credential as the product has it, without white space."""
    return str(settings.CREDENTIALS.get(name) or default).strip()
