"""Calls that are only hints: the provider's own API is asked before anything moves, outside any transaction."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from integrations.clock import wall_clock
from integrations.errors import CallbackMalformed, ServiceUnreachable
from integrations.models import InboundCallback
from integrations.services import calls
from payments.errors import UnknownPayment
from payments.models import Payment
from payments.provider import PaymentProvider, ProviderEvent, Trust
from payments.registry import get_provider
from payments.services import inbound
from payments.services.transitions import find_payment

log = structlog.get_logger(__name__)

DRAIN = "payments.confirm_callbacks"  # the task's name: services never import tasks

Status = InboundCallback.Status


def confirm_callbacks(*, seconds: float = 20.0) -> int:
    """Ask about every hint that is due; returns how many rows were finished.

    A provider that does not answer is left alone until the next run: one dead API must not eat the time of the rest.
    """
    finished = 0
    silent: set[str] = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until and (row := _claim(silent)) is not None:
        try:
            finished += _settle(row)
        except ServiceUnreachable as error:
            silent.add(row.source)
            calls.retry(row, error, status=Status.CONFIRMING)
        except CallbackMalformed as error:
            finished += calls.finish(row, Status.DEAD, f"CallbackMalformed: {error}")
        except UnknownPayment as error:
            finished += inbound.unknown(row, error, ())
        except Exception as error:  # noqa: BLE001 - stored with the row, which is tried again
            finished += calls.retry(row, error, status=Status.CONFIRMING)
    return finished


def _claim(silent: set[str]) -> InboundCallback | None:
    """Reserve the oldest due hint for the lease; a killed worker's row is due again when the lease ends."""
    sources = [slug for slug in settings.PAYMENT_PROVIDERS if slug not in silent]
    with transaction.atomic():
        row = (
            InboundCallback.objects.select_for_update(skip_locked=True)
            .filter(source__in=sources, status=Status.CONFIRMING, not_before__lte=wall_clock())
            .order_by("not_before", "id")
            .first()
        )
        if row is not None:
            row.not_before = wall_clock() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
            row.save(update_fields=["not_before"])
    return row


def _settle(row: InboundCallback) -> int:
    """Replace each hint by what the provider's API says, then move the payment by that."""
    provider = get_provider(row.source)
    events = [_confirmed(provider, event, row) for event in provider.parse(row.as_raw())]
    with transaction.atomic():
        call = inbound.look_up(row, events)
        inbound.lock_customers_of([call])
        return inbound.apply_call(call)


def _confirmed(
    provider: PaymentProvider, event: ProviderEvent, row: InboundCallback
) -> ProviderEvent:
    """What decides about an event: itself where it is signed, the provider's API where it is a hint.

    The API is asked by the id we stored ourselves, and its answer must speak of the order the hint named.
    """
    if event.trust is Trust.SIGNED or inbound.is_silent(event):
        return event
    payment = _hinted_payment(provider, event)
    if payment is not None:
        row.case = payment.case
    truth = provider.confirm(event, stored_id=payment.external_id if payment else "")
    if payment is not None and truth.reference and truth.reference != payment.reference:
        raise UnknownPayment("the provider says this id belongs to another order")
    return truth


def _hinted_payment(provider: PaymentProvider, event: ProviderEvent) -> Payment | None:
    """The order a hint names. A foreign id beside our own order number does not lead away from that order."""
    if event.reference:
        named = Payment.objects.filter(provider=provider.slug, reference=event.reference)
        if payment := named.first():
            return payment
    try:
        return find_payment(provider=provider.slug, event=event)
    except UnknownPayment:
        return None
