"""Comparing our payments with a provider's own list. Reads only: what to do about a difference is a person's choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from django.db.models import Q

from payments.models import Payment
from payments.provider import EventKind, ListsPayments, PaymentProvider, ProviderEvent
from payments.services.transitions import MONEY_IS_IN

CHUNK = 500  # listed payments looked up by one query


class Kind(StrEnum):
    UNKNOWN_HERE = "unknown_here"  # the provider took money for an order that is not ours
    PAID_THERE = "paid_there"  # paid at the provider, not here: somebody waits for access
    REFUNDED_THERE = "refunded_there"
    PAID_HERE = "paid_here"  # paid here, not in the provider's list
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    kind: Kind
    payment: Payment | None
    reference: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    listed: int
    discrepancies: list[Discrepancy]


def compare(provider: PaymentProvider, *, since: datetime) -> Comparison:
    """What the provider lists since then against what we have, and the other way round.

    Raises TypeError for a provider that cannot list, and the IntegrationErrors of its API.
    """
    if not isinstance(provider, ListsPayments):
        raise TypeError(f"{provider.slug} cannot list its payments")
    # First ours, then theirs: a payment that arrives meanwhile is then in both or in theirs only as already paid.
    ours = list(
        Payment.objects.filter(
            provider=provider.slug, status__in=MONEY_IS_IN, created_at__gte=since
        ).order_by("pk")
    )
    found: list[Discrepancy] = []
    seen: set[int] = set()
    listed = 0
    events = iter(provider.list_payments(since=since))
    while chunk := list(islice(events, CHUNK)):
        listed += len(chunk)
        for event, payment in _matched(provider.slug, chunk):
            if payment is not None:
                seen.add(payment.pk)
            found += _judged(event, payment)
    found += [
        Discrepancy(
            kind=Kind.PAID_HERE,
            payment=payment,
            reference=payment.reference,
            detail=f"{payment.status} here for {payment.money}, not in the provider's list",
        )
        for payment in ours
        if payment.pk not in seen
    ]
    return Comparison(listed=listed, discrepancies=found)


def _matched(
    slug: str, chunk: Iterable[ProviderEvent]
) -> Iterator[tuple[ProviderEvent, Payment | None]]:
    """Each listed payment with ours: by the id we stored, else by our own order number."""
    chunk = list(chunk)
    payments = Payment.objects.filter(provider=slug).filter(
        Q(external_id__in={event.external_id for event in chunk} - {""})
        | Q(reference__in={event.reference for event in chunk} - {""})
    )
    by_id = {payment.external_id: payment for payment in payments if payment.external_id}
    by_reference = {payment.reference: payment for payment in payments}
    for event in chunk:
        yield event, by_id.get(event.external_id) or by_reference.get(event.reference)


def _judged(event: ProviderEvent, payment: Payment | None) -> Iterator[Discrepancy]:
    reference = event.reference or event.external_id
    if event.kind not in (EventKind.PAID, EventKind.REFUNDED):
        return
    if payment is None:
        yield Discrepancy(
            kind=Kind.UNKNOWN_HERE,
            payment=None,
            reference=reference,
            detail=f"{event.kind} there for {event.money or 'an unnamed sum'}, no such order here",
        )
        return
    if event.kind is EventKind.PAID and payment.status not in MONEY_IS_IN:
        yield Discrepancy(
            kind=Kind.PAID_THERE,
            payment=payment,
            reference=payment.reference,
            detail=f"paid there, {payment.status} here",
        )
    if event.kind is EventKind.REFUNDED and payment.status == Payment.Status.PAID:
        yield Discrepancy(
            kind=Kind.REFUNDED_THERE,
            payment=payment,
            reference=payment.reference,
            detail="refunded there, paid here",
        )
    if event.money is not None and event.money != payment.money:
        yield Discrepancy(
            kind=Kind.AMOUNT,
            payment=payment,
            reference=payment.reference,
            detail=f"{event.money} there, {payment.money} here",
        )
