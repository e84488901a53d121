"""CloudPayments as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.cloudpayments.delivery import deliver
from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import Delivery, Order


class CloudPayments(Site):
    def start(self) -> None:
        """Go on with the notifications a stopped sandbox left undelivered."""
        with self.hub.lock:
            tries = len(self.state.options.retry_seconds) + 1
            for order in self.state.orders.values():
                for one in order.deliveries:
                    if one.kind != "check" and not one.done and len(one.attempts) < tries:
                        self._resume(order, one)

    def _resume(self, order: Order, delivery: Delivery) -> None:
        self.hub.spawn(lambda: deliver(self, order, delivery), "sandbox-cloudpayments-callback")


SIMULATOR = CloudPayments
