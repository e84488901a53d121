"""The processing itself: payment links, operations, and what they look like on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from integrations.sandbox.cloudpayments.state import (
    AUTHORIZED,
    COMPLETED,
    STATUS_NAMES,
    CloudPaymentsState,
    Made,
    Operation,
    Order,
)
from integrations.sandbox.cloudpayments.wire import PAYER
from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.provider import Provider

REMEMBERED = timedelta(hours=1)
STATUS_CODES = {"AwaitingAuthentication": 1, "Authorized": 2, "Completed": 3, "Cancelled": 4}


class Refused(Exception):
    """The service says no, in an envelope with HTTP 200."""


def ticks(value: datetime) -> str:
    return f"/Date({round(value.timestamp() * 1000)})/"


class Site(Provider):
    """Links and operations of one site; the caller of every method holds the lock."""

    slug = "cloudpayments"
    title = "CloudPayments"
    state_class = CloudPaymentsState
    order = 23
    keys = ("id", "invoice_id")
    state: CloudPaymentsState

    @property
    def public_id(self) -> str:
        return credential("CLOUDPAYMENTS_PUBLIC_ID", "pk_sandbox")

    @property
    def secret(self) -> str:
        return credential("CLOUDPAYMENTS_API_SECRET", "cloudpayments-sandbox-secret")

    @property
    def callback_url(self) -> str:
        """Each type adds its name."""
        return super().callback_url.rstrip("/")

    # -- orders and operations -----------------------------------------------------------------

    def create(self, document: dict[str, Any], *, request_id: str = "") -> Order:
        """A new link; the same request id gives the same one."""
        if replayed := self.state.orders.get(self.state.replays.get(request_id, "")):
            return replayed
        amount = document.get("Amount")
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount <= 0:
            raise Refused("Amount is required")
        if not document.get("Description"):
            raise Refused("Description is required")
        self.state.last_order += 1
        order = Order(
            id=f"g{uuid4().hex[:15]}",
            number=self.state.last_order,
            invoice_id=str(document.get("InvoiceId") or ""),
            account_id=str(document.get("AccountId") or ""),
            amount=Decimal(amount),
            currency=str(document.get("Currency") or "RUB"),
            description=str(document["Description"]),
            created=self.hub.clock.now(),
            back_to=str(document.get("SuccessRedirectUrl") or ""),
            two_stage=document.get("RequireConfirmation") is True,
        )
        self.state.orders[order.id] = order
        if request_id:
            self.state.replays[request_id] = order.id
        self.note(order, "ссылка создана")
        return order

    def begin(self, order: Order, *, amount: Decimal, currency: str, parent: int = 0) -> Operation:
        self.state.last_operation += 1
        operation = Operation(
            id=self.state.last_operation,
            amount=amount,
            currency=currency,
            created=self.hub.clock.now(),
            parent=parent,
        )
        order.operations.append(operation)
        return operation

    def token_of(self, order: Order) -> str:
        """The card's token: the same for every payment of one order."""
        if not order.token:
            order.token = f"tk_{uuid4().hex}"
            self.state.tokens[order.token] = order.account_id
        return order.token

    def refund(self, order: Order, paid: Operation, amount: Decimal) -> Operation:
        """Money back, whole or in part; ControlError for more than there is."""
        back = [one.amount for one in order.operations if one.parent == paid.id]
        if paid.status != COMPLETED or not 0 < amount <= paid.amount - sum(back):
            raise ControlError("there is not so much to refund", 409)
        refund = self.begin(order, amount=amount, currency=paid.currency, parent=paid.id)
        refund.status = COMPLETED
        self.note(order, f"возврат {amount:f}, операция {refund.id}")
        return refund

    def order_refund(self, document: dict[str, Any], *, request_id: str) -> tuple[Operation, bool]:
        """A refund the shop asks for, and whether it is new: a request id is remembered for an hour."""
        made = self.state.refunds.get(request_id) if request_id else None
        if made is not None and self.hub.clock.now() - made.at < REMEMBERED:
            return self.operation(made.number)[1], False
        order, paid = self.operation(document.get("TransactionId"))
        one = self.refund(order, paid, Decimal(document.get("Amount") or 0))
        one.json_data = str(document.get("JsonData") or "")
        if request_id:
            self.state.refunds[request_id] = Made(number=one.id, at=self.hub.clock.now())
        return one, True

    def entries(self) -> Iterable[Order]:
        return self.state.orders.values()

    def names(self, entry: Order) -> tuple[str, ...]:
        return entry.id, entry.invoice_id

    def by_invoice(self, invoice_id: str) -> Order | None:
        found = [one for one in self.state.orders.values() if one.invoice_id == invoice_id]
        return found[-1] if found and invoice_id else None

    def operation(self, number: Any) -> tuple[Order, Operation]:
        """By TransactionId. Raises Refused."""
        for order in self.state.orders.values():
            for one in order.operations:
                if str(one.id) == str(number):
                    return order, one
        raise Refused("Not found")

    # -- wire ----------------------------------------------------------------------------------

    def order_model(self, order: Order) -> dict[str, Any]:
        return {
            "Id": order.id,
            "Number": order.number,
            "Amount": order.amount,
            "Currency": order.currency,
            "CurrencyCode": 0,
            "Email": None,
            "Description": order.description,
            "RequireConfirmation": order.two_stage,
            "Url": self.pay_url(order),
            "CultureName": "ru-RU",
            "CreatedDate": ticks(order.created),
            "StatusCode": 0,
            "Status": "Created",
        }

    def model(self, order: Order, one: Operation) -> dict[str, Any]:
        """An operation as the API tells it."""
        created = one.created.strftime("%Y-%m-%dT%H:%M:%S")
        return PAYER | {
            "TransactionId": one.id,
            "Amount": one.amount,
            "Currency": one.currency,
            "PaymentAmount": one.amount,
            "PaymentCurrency": one.currency,
            "InvoiceId": order.invoice_id or None,
            "AccountId": order.account_id or None,
            "Description": order.description,
            "CreatedDate": ticks(one.created),
            "CreatedDateIso": created,
            "AuthDateIso": created if one.status in (AUTHORIZED, COMPLETED) else None,
            "ConfirmDateIso": created if one.status == COMPLETED else None,
            "TestMode": True,
            "Status": one.status,
            "StatusCode": STATUS_CODES.get(one.status, 5),
            "Reason": one.reason or None,
            "ReasonCode": one.reason_code,
            "Type": 1 if one.parent else 0,
            "JsonData": one.json_data or None,
            "Refunded": any(other.parent == one.id for other in order.operations),
            "GatewayName": "Test",
            "Token": order.token or None,
            "SubscriptionId": order.subscription.id if order.subscription else None,
        }

    def pay_url(self, order: Order) -> str:
        return f"{self.hub.base_url}/cloudpayments/d/{order.id}"

    def tile(self) -> Tile:
        orders = list(self.state.orders.values())
        lost = self.undelivered()
        return Tile(
            title="CloudPayments · банк",
            about="Оплатить картой: с первого раза, со второго, с заморозкой, с возвратом.",
            link="/bank/cloudpayments/",
            action="Открыть банк",
            icon="bank",
            facts=[
                ("Счетов", str(len(orders))),
                ("Оплачено", str(sum(one.paid for one in orders))),
                ("Последний", STATUS_NAMES[orders[-1].status] if orders else "—"),
                ("Вызовы идут на", f"{self.callback_url}/…"),
            ],
            trouble=f"Недоставленных вызовов: {len(lost)}" if lost else "",
        )
