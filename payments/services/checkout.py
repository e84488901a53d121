"""Opening an invoice: our row first, the provider's call second, outside any transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import transaction

from integrations.clock import now
from integrations.errors import IntegrationError
from payments.abilities import HoldsMoney, PaidByStatement
from payments.errors import AlreadyOpening, InvoiceRefused, NotForSale, Refusal
from payments.models import Customer, PayLink, Payment, PaymentEvent, Plan
from payments.provider import (
    EventKind,
    Invoice,
    InvoiceRequest,
    Method,
    PaymentProvider,
    ProviderEvent,
    Trust,
)
from payments.registry import UnknownProvider, get_provider
from payments.selectors import serves
from payments.services import promotions
from payments.services.cooldowns import Action, take_turn
from payments.services.effects import is_sold_as
from payments.services.locks import lock_customers
from payments.services.pay_pages import new_page, page_url
from payments.services.pricing import price_in, quote
from payments.services.saved_methods import charges_again
from payments.services.transitions import apply_event, close_open

log = structlog.get_logger(__name__)

REUSE_MARGIN = timedelta(minutes=1)  # an invoice about to lapse is not shown again
OPENING = timedelta(seconds=20)  # how long a create call may take before a second tap may try again


def start_checkout(
    *,
    customer_id: int,
    plan_id: int,
    provider: str,
    method: Method,
    shown_amount: Decimal,
    purpose: Payment.Purpose = Payment.Purpose.TERM,
    pay_link: PayLink | None = None,
    save_method: bool = False,
) -> Payment:
    """An open invoice for a plan at the price the customer saw. With `save_method` he agreed that we charge again.

    What makes that price (a promo code, the rest of a replaced purchase) is frozen in the payment.

    Every invoice has a payment page: the given one, where the customer came from it, or one of its own.

    An open invoice for the same thing is given again: providers limit how often one may be created.
    Raises NotForSale, AlreadyOpening, TooSoon, InvoiceRefused, and ServiceUnreachable where nothing is known about
    the outcome.
    """
    try:
        adapter = get_provider(provider)
    except UnknownProvider as error:
        raise NotForSale(provider) from error
    payment, fresh = _reserve(
        customer_id=customer_id,
        plan_id=plan_id,
        provider=provider,
        method=method,
        shown_amount=shown_amount,
        purpose=purpose,
        pay_link=pay_link,
        save_method=save_method,
    )
    if not fresh:
        return payment
    request = InvoiceRequest(
        reference=payment.reference,
        money=payment.money,
        method=method,
        description=f"№ {payment.number}",
        payer_id=payment.customer.payer_id,
        return_url=page_url(payment.pay_link),
        save_method=payment.save_method,
        hold=settings.HOLD_PAYMENTS and isinstance(adapter, HoldsMoney),
    )
    try:
        invoice = adapter.create_invoice(request)
    except InvoiceRefused as error:
        close_open(payment_id=payment.pk, to=Payment.Status.FAILED, reason=str(error))
        raise
    except IntegrationError as error:
        if (
            error.retryable
        ):  # nothing is known: the row stays open, a callback may still come for it
            Payment.objects.filter(pk=payment.pk).update(reason=str(error)[:300])
            raise
        close_open(payment_id=payment.pk, to=Payment.Status.FAILED, reason=str(error))
        raise InvoiceRefused(Refusal.OTHER, str(error)) from error
    return record_invoice(payment, invoice)


def _reserve(
    *,
    customer_id: int,
    plan_id: int,
    provider: str,
    method: Method,
    shown_amount: Decimal,
    purpose: Payment.Purpose,
    pay_link: PayLink | None,
    save_method: bool,
) -> tuple[Payment, bool]:
    """The customer's open payment for this, or a new one; True where it is new."""
    with transaction.atomic():
        lock_customers([customer_id])
        customer = Customer.objects.get(pk=customer_id)
        audience = customer.audience
        plan = Plan.objects.filter(pk=plan_id, is_active=True, audience=audience).first()
        adapter = get_provider(provider)
        if not serves(adapter, audience) or not is_sold_as(purpose, audience):
            raise NotForSale(f"{provider}, {purpose} for {audience}")
        full = price_in(plan, adapter.currencies) if plan else None
        price = (
            quote(customer_id=customer_id, plan=plan, purpose=purpose, price=full)
            if plan and full
            else None
        )
        if plan is None or price is None or price.amount != shown_amount:
            raise NotForSale(f"plan {plan_id} at {shown_amount}")
        save_method = save_method and charges_again(adapter, length=plan.length, unit=plan.unit)
        promo_code = price.use.code if price.use else None
        same = Payment.objects.filter(
            customer=customer,
            plan=plan,
            provider=provider,
            method=method.value,
            amount=price.amount,
            currency=price.full.currency,
            purpose=purpose,
            promo_code=promo_code,
            replaces=price.replaces,
            status__in=Payment.OPEN,
            save_method=save_method,
            renewal_key=None,
            held_at=None,
        ).order_by("-id")
        for payment in same.select_related("customer", "plan", "pay_link")[:5]:
            if payment.status == Payment.Status.CREATED:
                if payment.created_at > now() - OPENING and not payment.reason:
                    raise AlreadyOpening
            elif (
                payment.invoice_expires_at is None
                or payment.invoice_expires_at > now() + REUSE_MARGIN
            ):
                return payment, False
        take_turn(customer_id=customer_id, action=Action.INVOICE)
        if price.use is not None and price.use.payment_id is not None:
            # One code makes one invoice cheaper: the older one gives it up.
            close_open(payment_id=price.use.payment_id, to=Payment.Status.CANCELED)
        payment = Payment.objects.create(
            customer=customer,
            plan=plan,
            length=plan.length,
            unit=plan.unit,
            provider=provider,
            method=method.value,
            amount=price.amount,
            currency=price.full.currency,
            purpose=purpose,
            discount=price.discount,
            promo_code=promo_code,
            replaces=price.replaces,
            save_method=save_method,
            pay_link=pay_link or new_page(customer_id=customer.pk, plan_id=plan.pk),
            **_waiting(adapter),
        )
        if price.use is not None and not promotions.take(price.use, payment):
            raise NotForSale(f"code {promo_code} is used up")
        return payment, True


def _waiting(adapter: PaymentProvider) -> dict[str, datetime | None]:
    """Until when it may be paid, and when to ask about it first: of a bank's transfer nobody can be asked."""
    if isinstance(adapter, PaidByStatement):
        return {
            "invoice_expires_at": now() + timedelta(days=adapter.invoice_days),
            "poll_at": None,
        }
    return {"invoice_expires_at": now() + timedelta(seconds=settings.INVOICE_SECONDS)}


def record_invoice(payment: Payment, invoice: Invoice) -> Payment:
    """Write down what the provider opened. The callback may have come first: the status is left to the events."""
    changes: dict[str, object] = {
        "external_id": invoice.external_id,
        "pay_url": invoice.pay_url,
        "requisites": asdict(invoice.requisites) if invoice.requisites else {},
        "amount_to_pay": invoice.amount_to_pay.amount if invoice.amount_to_pay else None,
    }
    if invoice.expires_at is not None:
        changes["invoice_expires_at"] = invoice.expires_at
    Payment.objects.filter(pk=payment.pk).update(**changes)
    apply_event(
        payment_id=payment.pk,
        event=ProviderEvent(
            kind=EventKind.PENDING,
            trust=Trust.SIGNED,
            event_id=f"invoice:{payment.reference}",
            reference=payment.reference,
            external_id=invoice.external_id,
        ),
        origin=PaymentEvent.Origin.SYSTEM,
    )
    return Payment.objects.select_related("customer", "plan", "pay_link").get(pk=payment.pk)


def cancel_payment(*, payment_id: int, customer_id: int) -> bool:
    """The customer gives an invoice up; False where there was nothing open. Money that still comes is honoured."""
    mine = Payment.objects.filter(pk=payment_id, customer_id=customer_id, held_at=None)
    if not mine.filter(renewal_key=None).exists():
        return False  # also where the sum is held already, or a charge is on its way
    return close_open(payment_id=payment_id, to=Payment.Status.CANCELED)
