"""YooKassa as a part of the sandbox."""

from __future__ import annotations

from typing import Any

import requests

from integrations.sandbox.core.delivery import Call
from integrations.sandbox.yookassa.payer import MODES, news, refund_news
from integrations.sandbox.yookassa.shop import Shop
from integrations.sandbox.yookassa.state import Delivery, Payment
from integrations.sandbox.yookassa.views import payment_view


class Yookassa(Shop):
    modes = MODES

    def view(self, entry: Payment) -> dict[str, Any]:
        return payment_view(self, entry)

    def call(self, entry: Payment, delivery: Delivery) -> Call:
        headers = {
            "Content-Type": "application/json",
            # The sandbox stands where the product's own proxy would.
            "X-Forwarded-For": delivery.address,
        }
        return Call(self.callback_url, "notification", entry.id, headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        """Their help page asks for 200 exactly."""
        return answer is not None and answer.status_code == 200, ""

    def settled(self, entry: Payment, kind: str) -> bool:
        """Every call was tried: the next try may be hours away."""
        return bool(entry.deliveries) and all(one.attempts for one in entry.deliveries)

    def tidy(self) -> None:
        """Cancel what nobody paid within the hour, let refunds arrive, and say so."""
        for refund in self.matured():
            paid = self.state.payments[refund.payment_id]
            self.launch(paid, refund_news(self, paid, refund, "возврат дошёл"))
        for payment in self.overdue():
            self.launch(payment, news(self, payment, "отменён: никто не оплатил за час"))


SIMULATOR = Yookassa
