"""1Plat as a part of the sandbox."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core.delivery import Call
from integrations.sandbox.oneplat.payer import MODES
from integrations.sandbox.oneplat.shop import Shop
from integrations.sandbox.oneplat.state import Delivery, Order
from integrations.sandbox.oneplat.views import order_view


class Oneplat(Shop):
    modes = MODES

    def view(self, entry: Order) -> dict[str, Any]:
        return order_view(self, entry)

    def call(self, entry: Order, delivery: Delivery) -> Call:
        headers = {"Content-Type": "application/json"}
        return Call(self.callback_url, "callback", entry.guid, headers)


SIMULATOR = Oneplat
