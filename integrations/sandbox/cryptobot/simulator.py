"""Crypto Pay as a part of the sandbox."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core.delivery import Call
from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.payer import MODES, How
from integrations.sandbox.cryptobot.state import Delivery, Invoice
from integrations.sandbox.cryptobot.views import invoice_view


class Cryptobot(App):
    modes = MODES
    how_class = How

    def view(self, entry: Invoice) -> dict[str, Any]:
        return invoice_view(self, entry)

    def call(self, entry: Invoice, delivery: Delivery) -> Call:
        headers = {"Content-Type": "application/json"}
        if delivery.signature is not None:
            headers["crypto-pay-api-signature"] = delivery.signature
        return Call(self.callback_url, "update", str(entry.invoice_id), headers)


SIMULATOR = Cryptobot
