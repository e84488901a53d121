"""CloudPayments as a part of the sandbox."""

from __future__ import annotations

from typing import Any

import requests

from integrations.sandbox.cloudpayments import payer
from integrations.sandbox.cloudpayments.delivery import code_of
from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import Delivery, Order
from integrations.sandbox.cloudpayments.views import order_view
from integrations.sandbox.core.delivery import Call
from integrations.sandbox.core.provider import How


class CloudPayments(Site):
    modes = payer.MODES

    def view(self, entry: Order) -> dict[str, Any]:
        return order_view(self, entry)

    def call(self, entry: Order, delivery: Delivery) -> Call:
        url = f"{self.callback_url}/{delivery.kind}"
        return Call(url, delivery.kind, entry.id, delivery.headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        """Taken is what was answered with code 0; to a Check any code is an answer."""
        code = delivery.code = code_of(answer)
        taken = code is not None if delivery.kind == "check" else code == 0
        return taken, f"код {'—' if code is None else code}"

    def repeats(self, delivery: Delivery) -> bool:
        """A Check is asked once."""
        return delivery.kind != "check"

    def settled(self, entry: Order, kind: str) -> bool:
        """Every notification (of `kind`) was accepted, and there is one beside a Check."""
        notices = [one for one in entry.deliveries if one.kind == (kind or one.kind)]
        told = any(kind or one.kind != "check" for one in notices)
        return told and all(one.done for one in notices)

    def run_mode(self, entry: Order, mode: str, how: How) -> None:
        """In a thread; what makes no sense for this order is refused at once."""
        payer.refuse_senseless(entry, mode)
        run = super().run_mode
        self.hub.spawn(lambda: run(entry, mode, how), f"sandbox-cloudpayments-{mode}")


SIMULATOR = CloudPayments
