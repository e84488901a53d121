"""The processing itself: makes orders and tells what they look like on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings

from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.provider import Provider
from integrations.sandbox.oneplat.requisites import invented
from integrations.sandbox.oneplat.state import (
    DRAFT,
    ERROR,
    METHODS,
    STATUS_NAMES,
    WAITING,
    OneplatState,
    Order,
)
from integrations.sandbox.oneplat.wire import Payload


class Refused(Exception):
    """The service says no: HTTP status and the words of its `error` field."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


def moment(value: datetime) -> str:
    """As JavaScript prints a date."""
    return (
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    )


class Shop(Provider):
    """Orders of one shop; the caller of every method holds the lock."""

    slug = "oneplat"
    title = "1Plat"
    state_class = OneplatState
    order = 20
    keys = ("guid", "merchant_order_id", "payment_id")
    state: OneplatState

    @property
    def shop_id(self) -> str:
        return credential("ONEPLAT_SHOP_ID", "4242")

    @property
    def secret(self) -> str:
        return credential("ONEPLAT_SHOP_SECRET", "plat-sandbox-secret")

    @property
    def callback_url(self) -> str:
        """Where callbacks go: the option, the product's own setting, or the seed's address."""
        configured = self.state.options.callback_url or credential("ONEPLAT_CALLBACK_URL")
        return configured or f"{settings.PUBLIC_URL.rstrip('/')}/1plat-webhook"

    # -- orders --------------------------------------------------------------------------------

    def create(
        self,
        *,
        merchant_order_id: str,
        user_id: str,
        amount: Decimal,
        method: str = "",
        email: str = "",
    ) -> Order:
        """A new order; Refused for what the service refuses."""
        options, now = self.state.options, self.hub.clock.now()
        if not merchant_order_id:
            raise Refused(400, "merchant_order_id is required")
        if not user_id.isdigit():
            raise Refused(400, "user_id must be a number")
        if method and method not in METHODS:
            raise Refused(400, "unknown payment method")
        self._check_sum(amount, method)
        recent = [one.created for one in self.state.orders.values() if one.user_id == user_id]
        if any(
            timedelta() <= now - at < timedelta(seconds=options.cooldown_seconds) for at in recent
        ):
            raise Refused(429, "Подождите 1 минуту или измените сумму")
        self.state.last_id += 1
        order = Order(
            id=self.state.last_id,
            guid=str(uuid4()),
            merchant_order_id=merchant_order_id,
            user_id=user_id,
            amount=amount.to_integral_value(),
            amount_to_pay=amount.to_integral_value() + options.shift,
            method=method,
            email=email,
            created=now,
            expired=now + timedelta(minutes=options.lifetime_minutes),
        )
        if method and options.no_requisites:
            raise Refused(500, "Не удалось получить реквизиты")
        self.state.orders[order.guid] = order
        self.note(order, "создан")
        if method:
            self.choose(order, method)
        return order

    def _check_sum(self, amount: Decimal, method: str) -> None:
        options = self.state.options
        minimum = Decimal(1) if method == "crypto" else options.minimum
        if amount < minimum:
            raise Refused(400, f"Минимальная сумма {minimum:f} руб.")
        if amount > options.maximum:
            raise Refused(400, f"Максимальная сумма {options.maximum:f} руб.")

    def choose(self, order: Order, method: str) -> None:
        """The payer picked a method on the pay page (or the shop named it at once)."""
        if method not in METHODS:
            raise ControlError(f"unknown method {method!r}")
        if order.status not in (DRAFT, WAITING):
            raise ControlError("the order is closed", 409)
        order.method = method
        order.status = ERROR if self.state.options.no_requisites else WAITING
        order.requisites = {} if order.status == ERROR else invented(order)
        self.note(order, f"способ: {METHODS[method]}")

    def entries(self) -> Iterable[Order]:
        return self.state.orders.values()

    def names(self, entry: Order) -> tuple[str, ...]:
        return entry.guid, entry.merchant_order_id, str(entry.id)

    # -- wire ----------------------------------------------------------------------------------

    def merchant_id(self, order: Order) -> str:
        return self.shop_id if self.state.options.merchant_id == "shop" else order.merchant_order_id

    def sums(self, order: Order) -> Payload:
        amount = order.amount if order.paid_amount is None else order.paid_amount
        share = (Decimal(100) - self.state.options.commission_percent) / Decimal(100)
        return {
            "amount_to_shop": (amount * share).quantize(Decimal("0.01")).normalize(),
            "amount_to_pay": order.amount_to_pay
            if order.paid_amount is None
            else order.paid_amount,
            "amount": amount,
        }

    def payment(self, order: Order) -> Payload:
        """The `payment` object of create, info and list."""
        note: dict[str, Any] | None = None
        if order.requisites:
            note = {"currency": order.currency, **order.requisites, "deal_id": None}
        return {
            "note": note,
            "method_group": order.method or None,
            "method_name": METHODS.get(order.method),
            "phone": order.requisites.get("pan") if order.method == "sbp" else None,
            "id": order.id,
            "guid": order.guid,
            "merchant_id": self.merchant_id(order),
            "status": order.status,
            **self.sums(order),
            "expired": moment(order.expired),
        }

    def pay_url(self, order: Order) -> str:
        return f"{self.hub.base_url}/oneplat/pay/{order.guid}"

    def tile(self) -> Tile:
        orders = list(self.state.orders.values())
        waiting = [one for one in orders if one.status in (DRAFT, WAITING)]
        lost = self.undelivered()
        return Tile(
            title="1Plat · банк",
            about="Оплатить открытый счёт всеми способами, какие бывают на деле.",
            link="/bank/",
            action="Открыть банк",
            icon="bank",
            facts=[
                ("Счетов", str(len(orders))),
                ("Ждут оплаты", str(len(waiting))),
                ("Последний", STATUS_NAMES[orders[-1].status] if orders else "—"),
                ("Вызовы идут на", self.callback_url),
            ],
            trouble=f"Недоставленных вызовов: {len(lost)}" if lost else "",
        )
