"""Rows for tests: customers, plans and payments in every state, made by the product's own services where money moves.

Every function takes any field as a keyword. States are reached the way they are in life: an event of the provider,
the customer's cancelling, the invoice lapsing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from django.db import transaction

from integrations.callbacks import RawCallback
from integrations.clock import now, wall_clock
from integrations.models import InboundCallback, OutboxMessage
from integrations.services.inbox import store_callback, store_refused
from payments.models import (
    Customer,
    Gift,
    Payment,
    PaymentEvent,
    Plan,
    PromoCode,
    PromoUse,
)
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import days
from payments.services.locks import lock_customers
from payments.services.transitions import apply_event, close_open

_numbers = count(1)


def a_plan(**fields: Any) -> Plan:
    """The monthly plan, made once."""
    code = fields.pop("code", "1m")
    defaults = {
        "title_ru": "1 месяц",
        "title_en": "1 month",
        "length": 30,
        "amount": Decimal("199.00"),
    }
    return Plan.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def a_customer(**fields: Any) -> Customer:
    number = next(_numbers)
    defaults = {
        "telegram_id": 700_200_000 + number,
        "username": f"customer_{number}",
        "first_name": "Анна",
        "terms_accepted_at": now(),
    }
    return Customer.objects.create(**(defaults | fields))


def a_payment(**fields: Any) -> Payment:
    """An open invoice at the provider, waiting for money."""
    plan = fields.pop("plan", None) or a_plan()
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "plan": plan,
        "length": plan.length,
        "unit": plan.unit,
        "provider": "oneplat",
        "method": "card",
        "external_id": str(UUID(int=number)),
        "amount": plan.amount,
        "currency": plan.currency,
        "status": Payment.Status.PENDING,
        "created_at": now() - timedelta(minutes=2),
        "opened_at": now() - timedelta(minutes=2) + timedelta(seconds=1),
        "invoice_expires_at": now() + timedelta(minutes=28),
        "pay_url": "https://pay.1plat.cash/pay/demo",
        "requisites": {
            "card_number": "2200 0000 0000 0004",
            "bank": "Банк Пример",
            "recipient": "Иван И.",
        },
    }
    if "customer" not in fields:
        fields["customer"] = a_customer()
    return Payment.objects.create(**(defaults | fields))


def told(payment: Payment, kind: EventKind, **fields: Any) -> Payment:
    """The payment after its provider said something, with the call that said it."""
    money = fields.pop("money", payment.money)
    status = {"paid": "2", "failed": "-2", "refunded": "3"}.get(kind.value, "0")
    raw = {
        "guid": payment.external_id,
        "merchant_id": payment.reference,
        "status": status,
        "amount": f"{money.amount:f}",
    }
    call = a_call(payment, body=raw, status=InboundCallback.Status.APPLIED, outcome="moved")
    apply_event(
        payment_id=payment.pk,
        event=ProviderEvent(
            kind=kind,
            trust=fields.pop("trust", Trust.SIGNED),
            event_id=f"{payment.external_id}:{kind}:{next(_numbers)}",
            reference=payment.reference,
            external_id=payment.external_id,
            money=money,
            raw=raw,
            **fields,
        ),
        origin=PaymentEvent.Origin.CALLBACK,
        callback=call,
    )
    payment.refresh_from_db()
    return payment


def a_paid_payment(**fields: Any) -> Payment:
    """Money is in, the days are given, the panel has not been asked yet."""
    return told(a_payment(**fields), EventKind.PAID)


def a_finished_payment(**fields: Any) -> Payment:
    """Money in, access out, link sent."""
    payment = a_paid_payment(**fields)
    given = {"access": Payment.Access.GRANTED, "access_at": now(), "link_sent_at": now()}
    Payment.objects.filter(pk=payment.pk).update(**given)
    subscription = payment.customer.subscription
    subscription.panel_expires_at = subscription.expires_at
    subscription.panel_synced_at = now()
    subscription.access_url = "https://panel.example/sub/demo"
    subscription.save()
    OutboxMessage.objects.filter(case=payment.case).update(delivered_at=wall_clock(), attempts=1)
    payment.refresh_from_db()
    return payment


def a_payment_without_access(**fields: Any) -> Payment:
    """Paid, and the panel keeps failing."""
    payment = a_paid_payment(**fields)
    Payment.objects.filter(pk=payment.pk).update(access=Payment.Access.FAILING)
    OutboxMessage.objects.filter(case=payment.case).update(
        attempts=3, error="ServiceUnreachable: remnawave does not answer"
    )
    payment.refresh_from_db()
    return payment


def a_payment_in_review(**fields: Any) -> Payment:
    """The customer paid a rouble less than the plan costs."""
    payment = a_payment(**fields)
    return told(payment, EventKind.PAID, money=Money(payment.amount - 1, payment.currency))


def a_refunded_payment(**fields: Any) -> Payment:
    return told(a_finished_payment(**fields), EventKind.REFUNDED)


def a_failed_payment(**fields: Any) -> Payment:
    return told(a_payment(**fields), EventKind.FAILED, reason="нет подходящих реквизитов")


def a_canceled_payment(**fields: Any) -> Payment:
    return _closed(Payment.Status.CANCELED, **fields)


def an_expired_payment(**fields: Any) -> Payment:
    return _closed(Payment.Status.EXPIRED, **fields)


def a_new_payment(**fields: Any) -> Payment:
    """Our row is written, the provider has not answered yet."""
    blank = {"status": Payment.Status.CREATED, "external_id": "", "opened_at": None}
    return a_payment(**(blank | {"requisites": {}, "pay_url": ""} | fields))


def a_gift(**fields: Any) -> Gift:
    """Paid for, and waiting for whoever opens its link."""
    return Gift.objects.get(payment=a_paid_payment(purpose=Payment.Purpose.GIFT, **fields))


def a_promo_code(**fields: Any) -> PromoCode:
    defaults = {
        "code": f"CODE{next(_numbers)}",
        "kind": PromoCode.Kind.PERCENT,
        "value": Decimal(25),
    }
    return PromoCode.objects.create(**(defaults | fields))


def a_promo_use(**fields: Any) -> PromoUse:
    """Entered and waiting for a purchase."""
    makers = {"code": a_promo_code, "customer": a_customer}
    for name, make in makers.items():
        fields[name] = fields.get(name) or make()
    return PromoUse.objects.create(**fields)


EVERY_STATE: dict[str, Callable[..., Payment]] = {
    "created": a_new_payment,
    "pending": a_payment,
    "paid": a_paid_payment,
    "finished": a_finished_payment,
    "failing": a_payment_without_access,
    "review": a_payment_in_review,
    "refunded": a_refunded_payment,
    "failed": a_failed_payment,
    "canceled": a_canceled_payment,
    "expired": an_expired_payment,
}


def a_call(
    payment: Payment | None = None, *, body: Any = None, refused: str = "", **fields: Any
) -> InboundCallback:
    """A stored call; with `refused` one that stayed outside for that reason."""
    content = body if body is not None else {"status": 2, "number": next(_numbers)}
    raw = RawCallback(
        body=content if isinstance(content, bytes) else json.dumps(content).encode(),
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        remote_addr="203.0.113.7",
    )
    if refused:
        verdict = InboundCallback.Verdict.REJECTED
        row_id = store_refused(source="oneplat", raw=raw, verdict=verdict, reason=refused)
    else:
        row_id = store_callback(source="oneplat", raw=raw, request_id="0" * 32)
    if payment is not None:
        fields.setdefault("case", payment.case)
    if fields:
        InboundCallback.objects.filter(pk=row_id).update(**fields)
    return InboundCallback.objects.get(pk=row_id)


def a_reaction(payment: Payment | None = None, **fields: Any) -> OutboxMessage:
    defaults: dict[str, Any] = {
        "topic": "payment.paid",
        "reaction": "payments.services.fulfilment.grant_access",
        "key": f"test:{next(_numbers)}",
        "payload": {"payment_id": payment.pk if payment else 1},
        "case": payment.case if payment else "",
    }
    return OutboxMessage.objects.create(**(defaults | fields))


def some_days(customer: Customer, *, number: int, staff: Any, reason: str = "подарок") -> None:
    """Days given by a person."""
    with transaction.atomic():
        lock_customers([customer.pk])
        key = f"test:{next(_numbers)}"
        days.grant_manually(customer, days=number, reason=reason, staff=staff, key=key)


def _closed(status: Payment.Status, **fields: Any) -> Payment:
    payment = a_payment(**fields)
    close_open(payment_id=payment.pk, to=status)
    payment.refresh_from_db()
    return payment
