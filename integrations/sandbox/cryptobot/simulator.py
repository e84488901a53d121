"""Crypto Pay as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.delivery import launch


class Cryptobot(App):
    def start(self) -> None:
        """Go on with the updates a stopped sandbox left undelivered."""
        with self.hub.lock:
            tries = len(self.state.options.retry_seconds) + 1
            for invoice in self.state.invoices.values():
                for one in invoice.deliveries:
                    if not one.done and len(one.attempts) < tries:
                        launch(self, invoice, [one])


SIMULATOR = Cryptobot
