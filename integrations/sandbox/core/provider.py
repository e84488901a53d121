"""What the simulated payment services share: entries with a history, modes of paying, a view of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Self

from django.conf import settings

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.delivery import Courier, Entry
from integrations.sandbox.core.errors import ControlError


@dataclass(frozen=True)
class How:
    """Details of a mode: how many calls, how much money, how long a wait."""

    count: int = 5
    amount: Decimal | None = None
    seconds: float = 5.0

    @classmethod
    def read(cls, document: dict[str, Any], **more: Any) -> Self:
        """From a control request; ControlError for what is no number."""
        amount = document.get("amount")
        try:
            return cls(
                count=int(document.get("count", 5)),
                amount=None if amount in (None, "") else Decimal(str(amount)),
                seconds=float(document.get("seconds", 5)),
                **more,
            )
        except (ValueError, InvalidOperation):
            raise ControlError("count, amount and seconds must be numbers") from None


class Provider(Courier):
    """A payment service; callers of every method hold the lock."""

    title: ClassVar[str]
    noun: ClassVar[str] = "order"  # in the control API; "orders" is the list
    keys: ClassVar[tuple[str, ...]]  # of a control request: what an entry may be named by
    modes: ClassVar[Mapping[str, Callable[..., None]]]
    how_class: ClassVar[type[How]] = How

    @property
    def callback_url(self) -> str:
        """Where calls go: the option, or the product's own address for them."""
        ours = f"{settings.PUBLIC_URL.rstrip('/')}/payments/callbacks/{self.slug}"
        return str(self.state.options.callback_url or ours)

    def names(self, entry: Any) -> tuple[str, ...]:
        """All names an entry is found by."""
        raise NotImplementedError

    def view(self, entry: Any) -> dict[str, Any]:
        """An entry for the bank page and for tests."""
        raise NotImplementedError

    def tidy(self) -> None:
        """Do what time has made due."""

    def settled(self, entry: Any, kind: str) -> bool:
        """What `wait` of the control API waits for: every call was accepted."""
        return bool(entry.deliveries) and all(one.done for one in entry.deliveries)

    def find(self, key: str) -> Any:
        """The newest entry of this name."""
        self.tidy()
        for entry in reversed(list(self.entries())):
            if key and key in self.names(entry):
                return entry
        raise ControlError(f"no {self.noun} {key}", 404)

    def note(self, entry: Entry, text: str) -> None:
        """A line of the entry's history, and news for open pages."""
        entry.history.append(f"{self.hub.clock.now().isoformat(timespec='seconds')} {text}")
        entry.revision = self.hub.changed()

    def perform(self, entry: Any, mode: str, how: How) -> None:
        """Pay in this mode; ControlError for an unknown one."""
        if mode not in self.modes:
            raise ControlError(f"unknown mode {mode!r}; known: {', '.join(self.modes)}")
        self.run_mode(entry, mode, how)

    def run_mode(self, entry: Any, mode: str, how: How) -> None:
        """Do what the mode says, here and now."""
        self.modes[mode](self, entry, how)

    def overview(self) -> dict[str, Any]:
        """Newest first."""
        self.tidy()
        return {
            "epoch": self.hub.epoch,
            "revision": self.hub.revision,
            "now": self.hub.clock.now().isoformat(),
            "callback_url": self.callback_url,
            "options": snapshot.dump(self.state.options),
            "faults": [snapshot.dump(one) for one in self.hub.faults.of(self.slug)],
            f"{self.noun}s": [self.view(one) for one in reversed(list(self.entries()))],
        }
