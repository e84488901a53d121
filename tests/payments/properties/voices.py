"""How each provider says what happened, in its own bytes, and what its API answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.callbacks import RawCallback
from payments.money import Money
from payments.provider import Method
from payments.providers.cloudpayments import signatures as cloudpayments
from payments.providers.cryptobot import signatures as cryptobot
from payments.providers.oneplat import signatures as oneplat
from tests.payments.properties.bank import Movement, Order

CREDENTIALS = {
    "ONEPLAT_SHOP_ID": "4242",
    "ONEPLAT_SHOP_SECRET": "plat-demo-secret-01",
    "CRYPTOBOT_TOKEN": "4242:demo-crypto-token",
    "YUKASSA_SHOP_ID": "100500",
    "YUKASSA_SECRET_KEY": "test_demoSecretKey",
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_demo000000000000000000000001",
    "CLOUDPAYMENTS_API_SECRET": "cp-demo-api-secret-01",
}
PROVIDERS = ("oneplat", "cryptobot", "yookassa", "cloudpayments")
WORDS = ("pending", "failed", "canceled")  # what may be said about an order nobody has paid
THEIR_ADDRESS = "185.71.76.5"
Fields = dict[str, Any]


class Voice:
    """One provider's words. None where it has no word for the thing."""

    method = Method.CARD
    several_payments = False  # whether one order can be paid by several operations
    refunds = False
    signed = True  # whether its calls decide by themselves

    def said(self, order: Order, word: str, *, bare: bool) -> RawCallback | None:
        """An order nobody has paid: pending, failed or canceled. `bare`: the API must confirm it."""
        raise NotImplementedError

    def paid(self, order: Order, movement: Movement, *, bare: bool) -> RawCallback:
        raise NotImplementedError

    def refunded(self, order: Order, movement: Movement) -> RawCallback | None:
        return None


class Oneplat(Voice):
    STATUSES = {"waiting": 0, "pending": 0, "failed": -2, "canceled": 0}

    def said(self, order: Order, word: str, *, bare: bool) -> RawCallback | None:
        return self._signed(order, self.STATUSES[word], order.money, bare=bare)

    def paid(self, order: Order, movement: Movement, *, bare: bool) -> RawCallback:
        # Either status means paid, and both may be told of one payment.
        return self._signed(order, 1 + movement.number % 2, movement.money, bare=bare)

    def truth(self, order: Order) -> Fields:
        status = 1 + order.came[0].number % 2 if order.came else self.STATUSES[order.word]
        return self._fields(order, status, order.sum)

    def _fields(self, order: Order, status: int, money: Money) -> Fields:
        return {
            "payment_id": "1",
            "guid": order.external_id,
            "merchant_id": order.reference,
            "status": oneplat.Number(status),
            "amount": oneplat.Number(oneplat.js_number(f"{money.amount:f}")),
            "currency": money.currency,
        }

    def _signed(self, order: Order, status: int, money: Money, *, bare: bool) -> RawCallback:
        fields = self._fields(order, status, money)
        shop_id, secret = CREDENTIALS["ONEPLAT_SHOP_ID"], CREDENTIALS["ONEPLAT_SHOP_SECRET"]
        signed: oneplat.Object = {
            "signature": "0" * 64 if bare else oneplat.sign_hmac(fields, secret=secret),
            "signature_v2": oneplat.sign_md5(
                merchant_id=order.reference,
                amount=fields["amount"],
                shop_id=shop_id,
                secret=secret,
            ),
        }
        return RawCallback(body=oneplat.js_bytes(signed | fields), headers={})


class Cryptobot(Voice):
    method = Method.CRYPTO
    STATUSES = {
        "waiting": "active",
        "pending": "active",
        "failed": "expired",
        "canceled": "expired",
    }

    def said(self, order: Order, word: str, *, bare: bool) -> RawCallback | None:
        return self._signed(order, self.STATUSES[word], order.money)

    def paid(self, order: Order, movement: Movement, *, bare: bool) -> RawCallback:
        return self._signed(order, "paid", movement.money)

    def truth(self, order: Order) -> Fields:
        status = "paid" if order.came else self.STATUSES[order.word]
        return self._fields(order, status, order.sum)

    def _fields(self, order: Order, status: str, money: Money) -> Fields:
        return {
            "invoice_id": int(order.external_id),
            "currency_type": "fiat",
            "fiat": money.currency,
            "amount": f"{money.amount:f}",
            "status": status,
            "payload": order.reference,
        }

    def _signed(self, order: Order, status: str, money: Money) -> RawCallback:
        update = {
            "update_id": 1,
            "update_type": "invoice_paid",
            "payload": self._fields(order, status, money),
        }
        body = json.dumps(update).encode()
        signed = cryptobot.sign(body, token=CREDENTIALS["CRYPTOBOT_TOKEN"])
        return RawCallback(body=body, headers={cryptobot.HEADER: signed})


class Yookassa(Voice):
    """Nothing is signed: the API decides about every word."""

    refunds = True
    signed = False
    EVENTS = {
        "pending": "payment.waiting_for_capture",
        "failed": "payment.canceled",
        "canceled": "payment.canceled",
        "paid": "payment.succeeded",
    }
    STATUSES = {"waiting": "pending", "pending": "waiting_for_capture"}

    def said(self, order: Order, word: str, *, bare: bool) -> RawCallback | None:
        return self._told(self.EVENTS[word], self.truth(order))

    def paid(self, order: Order, movement: Movement, *, bare: bool) -> RawCallback:
        return self._told(self.EVENTS["paid"], self.truth(order))

    def refunded(self, order: Order, movement: Movement) -> RawCallback | None:
        return self._told("refund.succeeded", self.refund_truth(order, movement))

    def truth(self, order: Order) -> Fields:
        word = self.STATUSES.get(order.word, "canceled")
        reason = "insufficient_funds" if order.word == "failed" else "expired_on_confirmation"
        back = min(order.given_back, order.sum.amount)
        return {
            "id": order.external_id,
            "status": "succeeded" if order.came else word,
            "amount": _wire(order.sum),
            "refunded_amount": _wire(Money(back, order.sum.currency)),
            "payment_method": {
                "type": "bank_card",
                "id": order.external_id,
                "saved": order.saves,
            },
            "cancellation_details": {"party": "payment_network", "reason": reason},
            "metadata": {"order_id": order.reference},
        }

    def refund_truth(self, order: Order, movement: Movement) -> Fields:
        return {
            "id": str(movement.number),
            "payment_id": order.external_id,
            "status": "succeeded",
            "amount": _wire(movement.money),
            "metadata": {"refund_id": movement.asked} if movement.asked else {},
        }

    def _told(self, event: str, about: Fields) -> RawCallback:
        body = json.dumps({"type": "notification", "event": event, "object": about}).encode()
        return RawCallback(body=body, headers={}, remote_addr=THEIR_ADDRESS)


class Cloudpayments(Voice):
    several_payments = True
    refunds = True
    TYPES = {"pending": "pay", "failed": "fail", "canceled": "cancel"}
    STATUSES = {"pending": "Authorized", "failed": "Declined", "canceled": "Cancelled"}

    def said(self, order: Order, word: str, *, bare: bool) -> RawCallback | None:
        fields = {"TransactionId": self._attempt(order)}
        fields |= {"Amount": f"{order.money.amount:f}", "InvoiceId": order.reference}
        if word != "canceled":
            fields |= {"Currency": order.money.currency, "OperationType": "Payment"}
        if word == "pending":
            fields |= {"Status": "Authorized", "GatewayName": "Test"}
        return self._signed(self.TYPES[word], fields)

    def paid(self, order: Order, movement: Movement, *, bare: bool) -> RawCallback:
        fields = {
            "TransactionId": str(movement.number),
            "Amount": f"{movement.money.amount:f}",
            "Currency": movement.money.currency,
            "InvoiceId": order.reference,
            "Status": "Completed",
            "OperationType": "Payment",
        }
        return self._signed("pay", fields if bare else fields | {"GatewayName": "Test"})

    def refunded(self, order: Order, movement: Movement) -> RawCallback | None:
        fields = {
            "TransactionId": str(movement.number),
            "PaymentTransactionId": str(movement.of),
            "Amount": f"{movement.money.amount:f}",
            "InvoiceId": order.reference,
            "OperationType": "Refund",
        }
        return self._signed("refund", fields | _named(movement))

    def truth(self, order: Order) -> Fields | None:
        """The latest operation; None where nobody has tried."""
        if order.came:
            last = order.came[-1]
            back = any(movement.of == last.number for movement in order.went)
            return self._model(order, str(last.number), "Completed", last.money) | {
                "Refunded": back
            }
        if order.word == "waiting":
            return None
        return self._model(order, self._attempt(order), self.STATUSES[order.word], order.money)

    def refund_truth(self, order: Order, movement: Movement) -> Fields:
        model = self._model(order, str(movement.number), "Completed", movement.money)
        return model | {"Type": 1, "PaymentTransactionId": str(movement.of)} | _named(movement)

    def _model(self, order: Order, number: str, status: str, money: Money) -> Fields:
        return {
            "TransactionId": number,
            "Amount": money.amount,
            "Currency": money.currency,
            "InvoiceId": order.reference,
            "Status": status,
            "Type": 0,
        }

    def _attempt(self, order: Order) -> str:
        """The operation that came to nothing; its number is like no other's."""
        return f"9{int(order.reference[:12], 16)}"

    def _signed(self, kind: str, fields: Mapping[str, str]) -> RawCallback:
        body = urlencode(fields).encode()
        signed = cloudpayments.sign(body, secret=CREDENTIALS["CLOUDPAYMENTS_API_SECRET"])
        return RawCallback(body=body, headers={cloudpayments.HEADER: signed}, kind=kind)


def _named(movement: Movement) -> dict[str, str]:
    """A refund of ours carries our key through CloudPayments and back."""
    return {"JsonData": json.dumps({"refund_id": movement.asked})} if movement.asked else {}


def _wire(money: Money) -> Fields:
    return {"value": f"{money.amount:.2f}", "currency": money.currency}


ONEPLAT, CRYPTOBOT, YOOKASSA, CLOUDPAYMENTS = Oneplat(), Cryptobot(), Yookassa(), Cloudpayments()
VOICES: dict[str, Voice] = dict(
    zip(PROVIDERS, (ONEPLAT, CRYPTOBOT, YOOKASSA, CLOUDPAYMENTS), strict=True)
)
