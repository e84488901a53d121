"""Asking providers about payments by ourselves: for calls that were lost, and invoices that nobody told the end of.

A customer leaves after minutes, so a new invoice is asked about often at first and ever more rarely later. What the
answer does is the provider's rule (RECONCILE_ACTIVATES): it settles the payment like any other event, or it is a
finding for a person and a button for the customer. Nothing here moves a payment but `transitions`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from integrations.clock import now
from integrations.errors import IntegrationError
from payments.errors import EventTooEarly
from payments.models import Payment, PaymentEvent
from payments.provider import EventKind, PaymentProvider, ProviderEvent
from payments.registry import ready_providers
from payments.services import found_money, provider_states
from payments.services.transitions import apply_event

log = structlog.get_logger(__name__)

Status = Payment.Status

# What may still be paid: open payments, and those given up here.
POLLED = (Status.CREATED, Status.PENDING, Status.FAILED, Status.CANCELED, Status.EXPIRED)
# After the first question (payments.models.payment.FIRST_POLL) the next ones come in so many seconds.
STEPS = (30, 60, 120, 300)
WHILE_OPEN = timedelta(minutes=10)
AFTERWARDS = timedelta(hours=1)
FOLLOWED = timedelta(hours=24)  # past the invoice's end
CREDENTIALS_REFUSED = (401, 403)


def poll_payments(*, seconds: float = 10.0, limit: int = 100) -> int:
    """Ask about what is due, at most `limit` payments; returns how many answers came.

    A provider that does not answer is left alone for the rest of the run and for its back-off.
    """
    silent = provider_states.silent_slugs()
    waiting = {one.slug: one for one in ready_providers() if one.slug not in silent}
    until, asked, heard = time.monotonic() + seconds, 0, 0
    while waiting and asked < limit and time.monotonic() < until:
        for slug, provider in list(waiting.items()):
            payment = _claim(slug)
            if payment is None:
                del waiting[slug]
                continue
            asked += 1
            if _ask(provider, payment):
                heard += 1
            else:
                del waiting[slug]
    return heard


def next_poll(payment: Payment, moment: datetime) -> datetime | None:
    """When to ask again after this question; None where it was the last one."""
    if payment.polls <= len(STEPS):
        wait = timedelta(seconds=STEPS[payment.polls - 1])
    else:
        wait = WHILE_OPEN if payment.is_open else AFTERWARDS
    end = (payment.invoice_expires_at or payment.created_at) + FOLLOWED
    return moment + wait if moment + wait <= end else None


def _claim(slug: str) -> Payment | None:
    """The next due payment of a provider whose turn it is, its following question already written down.

    So a worker killed while asking loses one question, and no two workers ask the same.
    """
    while _due(slug).exists() and provider_states.take_turn(slug):
        with transaction.atomic():
            payment = _due(slug).select_for_update(skip_locked=True).order_by("poll_at").first()
            if payment is None:
                return None
            payment.polls += 1
            payment.poll_at = next_poll(payment, now())
            payment.save(update_fields=["polls", "poll_at"])
        if payment.external_id:
            return payment
    return None


def _due(slug: str) -> QuerySet[Payment]:
    return Payment.objects.filter(provider=slug, status__in=POLLED, poll_at__lte=now())


def _ask(provider: PaymentProvider, payment: Payment) -> bool:
    """One question, outside any transaction; False where the provider is to be left alone."""
    try:
        event = provider.fetch(payment.external_id)
    except IntegrationError as error:
        if error.retryable or error.status in CREDENTIALS_REFUSED:
            state = provider_states.gave_no_answer(provider.slug, error)
            Payment.objects.filter(pk=payment.pk, poll_at__isnull=False).update(
                poll_at=now() + provider_states.SHORTEST_SILENCE
            )
            log.warning(
                "poll.no_answer", provider=provider.slug, failures=state.failures, error=str(error)
            )
            return False
        # It knows no such payment, or will not speak of it: its other payments are not concerned.
        log.warning("poll.refused", case=payment.case, error=str(error))
        return True
    provider_states.answered(provider.slug)
    try:
        _act_on(payment, event)
    except Exception:
        # The payment is due again by its schedule; the others go on.
        log.exception("poll.broke", case=payment.case)
    return True


def _act_on(payment: Payment, event: ProviderEvent) -> None:
    if event.reference and event.reference != payment.reference:
        log.warning("poll.other_order", case=payment.case)
        return
    if event.kind is EventKind.UNKNOWN:
        return
    if event.kind is EventKind.PAID and payment.provider not in settings.RECONCILE_ACTIVATES:
        found_money.report(payment_id=payment.pk, event=event)
        return
    # A part that went back of money we have not seen: there is nothing to take it from.
    with suppress(EventTooEarly):
        apply_event(
            payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.POLL, waited=True
        )
