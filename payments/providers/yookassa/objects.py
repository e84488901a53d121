"""YooKassa's payment and refund objects in our words: https://yookassa.ru/developers/api#payment_object

The API and the notifications describe a payment with the same fields. Sums are decimal strings and
are read as text, never as a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.foreign import Unreadable, moment
from payments.money import Money
from payments.provider import EventKind, Method, MethodKept, ProviderEvent, Trust

CURRENCY = "RUB"
METHODS: dict[Method, str] = {Method.CARD: "bank_card", Method.SBP: "sbp"}

HELD = "waiting_for_capture"
STATUSES: dict[str, EventKind] = {
    "pending": EventKind.PENDING,
    HELD: EventKind.PENDING,  # held, not ours yet
    "succeeded": EventKind.PAID,
    "canceled": EventKind.FAILED,  # final: the payer needs a new payment
}
# Why a payment was canceled, where nobody tried to pay and failed: the customer is told nothing.
GIVEN_UP = frozenset({"expired_on_confirmation", "expired_on_capture", "canceled_by_merchant"})
REVOKED = "permission_revoked"  # the payer withdrew his consent at the bank
STATUS_MEANINGS: dict[str, dict[str, str]] = {
    "pending": {"ru": "ждёт оплаты", "en": "waiting for the money"},
    "waiting_for_capture": {
        "ru": "деньги удержаны, но не списаны",
        "en": "the money is held, not taken",
    },
    "succeeded": {"ru": "оплачен", "en": "paid"},
    "canceled": {"ru": "отменён", "en": "canceled"},
}
# What a notification speaks of. Any other event is of no interest here.
PAYMENT_EVENTS = frozenset({"payment.waiting_for_capture", "payment.succeeded", "payment.canceled"})
REFUND_EVENT = "refund.succeeded"
REFUND_KEY = "refund_id"  # in the metadata of the refunds we ask for
REFUND_PREFIX = "refund:"  # of a refund's event id; the rest is the refund's own id

# Of what goes into an address of their API, into an index of ours and into a comparison of sums.
ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2})?")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
LAST_FOUR = re.compile(r"[0-9]{4}")
LONGEST_WORD = 64
LONGEST_REFERENCE = 128


def payment_event(payment: Mapping[str, Any], *, trust: Trust) -> ProviderEvent:
    """What a payment object says. Raises Unreadable."""
    external_id, status = identifier(payment, "id"), word(payment, "status")
    reason = word(inner(payment, "cancellation_details"), "reason", optional=True)
    kind = STATUSES.get(status, EventKind.UNKNOWN)
    if kind is EventKind.FAILED and reason in GIVEN_UP:
        kind = EventKind.CANCELED
    return ProviderEvent(
        kind=kind,
        trust=trust,
        event_id=f"{external_id}:{status}",
        reference=reference(payment),
        external_id=external_id,
        money=money(payment),
        reason=reason,
        held=status == HELD,
        method_kept=kept(payment) if kind is EventKind.PAID else None,
        method_revoked=kind is EventKind.FAILED and reason == REVOKED,
        raw=for_people(payment),
    )


def kept(payment: Mapping[str, Any]) -> MethodKept | None:
    """The way of paying that may be charged again; None where it was not saved. Raises Unreadable."""
    method = inner(payment, "payment_method")
    if method.get("saved") is not True:
        return None
    return MethodKept(token=identifier(method, "id"), title=_title(method))


def _title(method: Mapping[str, Any]) -> str:
    """«MasterCard ·· 4444»; their own title («YooMoney wallet») where it is no card."""
    card = inner(method, "card")
    last = card.get("last4")
    if isinstance(last, str) and LAST_FOUR.fullmatch(last):
        sort = word(card, "card_type", optional=True)
        return f"{sort} ·· {last}".strip()
    return word(method, "title", optional=True) or word(method, "type")


def refund_event(refund: Mapping[str, Any], *, trust: Trust) -> ProviderEvent:
    """What a refund object says; whose order it was is known to its payment only. Raises Unreadable."""
    status = word(refund, "status")
    return ProviderEvent(
        kind=EventKind.REFUNDED if status == "succeeded" else EventKind.UNKNOWN,
        trust=trust,
        event_id=f"{REFUND_PREFIX}{identifier(refund, 'id')}",
        external_id=identifier(refund, "payment_id"),
        money=money(refund),
        operation=identifier(refund, "id"),
        refund=_refund_reference(refund),
        raw=for_people(refund),
    )


def notified_event(notification: Mapping[str, Any]) -> ProviderEvent:
    """What a notification claims: nothing is signed, so it is never more than a hint. Raises Unreadable."""
    event, told = word(notification, "event"), inner(notification, "object")
    if event in PAYMENT_EVENTS:
        return payment_event(told, trust=Trust.HINT)
    if event == REFUND_EVENT:
        return refund_event(told, trust=Trust.HINT)
    said = for_people(told)
    return ProviderEvent(
        kind=EventKind.UNKNOWN,
        trust=Trust.HINT,
        event_id=f"{event}:{said.get('id', '')[:LONGEST_WORD]}",
        raw=said | {"event": event},
    )


def refunded_in_full(payment: Mapping[str, Any]) -> bool:
    """A payment stays `succeeded` when its money has gone back; only this sum tells."""
    if not inner(payment, "refunded_amount"):
        return False
    back, paid = money(payment, "refunded_amount"), money(payment)
    return back.currency == paid.currency and back.amount >= paid.amount > 0


def listed(row: Any) -> ProviderEvent:
    """A row of their list of succeeded payments, with when it was paid and what has gone back. Raises Unreadable."""
    payment = row if isinstance(row, dict) else {}
    told = payment_event(payment, trust=Trust.SIGNED)
    back = inner(payment, "refunded_amount")
    return replace(
        told,
        kind=EventKind.REFUNDED if refunded_in_full(payment) else told.kind,
        paid_at=moment(payment.get("captured_at")) or moment(payment.get("created_at")),
        refunded=money(payment, "refunded_amount") if back else Money(Decimal(0), CURRENCY),
    )


def reference(payment: Mapping[str, Any]) -> str:
    """Our order number, which is in the metadata of every payment we open; "" in somebody else's."""
    order_id = inner(payment, "metadata").get("order_id")
    if order_id is None:
        return ""
    if not isinstance(order_id, str) or not order_id.isprintable():
        raise Unreadable("metadata.order_id")
    if len(order_id) > LONGEST_REFERENCE:
        raise Unreadable("metadata.order_id")
    return order_id


def _refund_reference(refund: Mapping[str, Any]) -> str:
    """Our own key of a refund that we asked for; "" in one that was made in the cabinet."""
    key = inner(refund, "metadata").get(REFUND_KEY)
    return key if isinstance(key, str) and ID.fullmatch(key) else ""


def money(fields: Mapping[str, Any], name: str = "amount") -> Money:
    """A sum as they write it: {"value": "199.00", "currency": "RUB"}. Raises Unreadable."""
    told = inner(fields, name)
    value, currency = told.get("value"), told.get("currency")
    if not isinstance(value, str) or not AMOUNT.fullmatch(value) or not value.isascii():
        raise Unreadable(f"{name}.value")
    if not isinstance(currency, str) or not CURRENCY_CODE.fullmatch(currency):
        raise Unreadable(f"{name}.currency")
    return Money(Decimal(value), currency)


def identifier(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Unreadable(name)
    return value


def word(fields: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
    """A word of their vocabulary."""
    value = fields.get(name, "")
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_WORD:
        raise Unreadable(name)
    if not value and not optional:
        raise Unreadable(name)
    return value


def inner(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an object; an empty one where there is none."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def for_people(fields: Mapping[str, Any]) -> dict[str, str]:
    """The fields worth showing to staff, as printable text: no card, no payer."""
    amount, back = inner(fields, "amount"), inner(fields, "refunded_amount")
    method, canceled = inner(fields, "payment_method"), inner(fields, "cancellation_details")
    picked = {
        "id": fields.get("id"),
        "payment_id": fields.get("payment_id"),
        "status": fields.get("status"),
        "amount": amount.get("value"),
        "currency": amount.get("currency"),
        "refunded_amount": back.get("value"),
        "method": method.get("type"),
        "party": canceled.get("party"),
        "reason": canceled.get("reason"),
        "order_id": inner(fields, "metadata").get("order_id"),
        "created_at": fields.get("created_at"),
        "captured_at": fields.get("captured_at"),
    }
    return {
        name: value[:LONGEST_REFERENCE]
        for name, value in picked.items()
        if isinstance(value, str) and value and value.isprintable()
    }
