"""YooKassa as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.yookassa.delivery import launch
from integrations.sandbox.yookassa.payer import news
from integrations.sandbox.yookassa.shop import Shop


class Yookassa(Shop):
    def start(self) -> None:
        """Go on with the notifications a stopped sandbox left undelivered."""
        with self.hub.lock:
            tries = len(self.state.options.retry_seconds) + 1
            for payment in self.state.payments.values():
                for one in payment.deliveries:
                    if not one.done and len(one.attempts) < tries:
                        launch(self, payment, one)

    def tidy(self) -> None:
        """Cancel what nobody paid within the hour, and say so."""
        for payment in self.overdue():
            launch(self, payment, news(self, payment, "отменён: никто не оплатил за час"))


SIMULATOR = Yookassa
