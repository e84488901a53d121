"""1Plat as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.oneplat.delivery import launch
from integrations.sandbox.oneplat.shop import Shop


class Oneplat(Shop):
    def start(self) -> None:
        """Go on with the callbacks a stopped sandbox left undelivered."""
        with self.hub.lock:
            tries = len(self.state.options.retry_seconds) + 1
            for order in self.state.orders.values():
                for one in order.deliveries:
                    if not one.done and len(one.attempts) < tries:
                        launch(self, order, [one])


SIMULATOR = Oneplat
