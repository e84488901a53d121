"""Findings about money that a person has to decide: opened in the transaction of the finding, each of them once."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now
from integrations.models import InboundCallback
from integrations.services import outbox
from payments.models import Customer, Incident, Payment
from payments.money import Money

log = structlog.get_logger(__name__)

Kind = Incident.Kind
Status = Incident.Status

# Of these the money itself waits, in the suspense account, as long as the incident is open.
WITH_MONEY = frozenset({Kind.UNDERPAID, Kind.OVERPAID, Kind.WRONG_CURRENCY, Kind.PAID_TWICE})
LONGEST_KEY = 160
CENT = Decimal("0.01")
MOST = Decimal(10) ** 10  # what a posting can hold
OVERTAKEN = "overtaken"  # the resolution of what came right without a person


def open_incident(
    *,
    kind: Incident.Kind,
    key: str,
    provider: str,
    payment: Payment | None = None,
    customer: Customer | None = None,
    callback: InboundCallback | None = None,
    external_id: str = "",
    operation: str = "",
    money: Money | None = None,
    detail: str = "",
) -> Incident:
    """Write a finding down, inside the transaction that made it, and have staff told.

    `key` names the finding: made again it is the same row, resolved or not. A customer is taken from the payment.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("open_incident() belongs inside the transaction of its finding")
    kept = countable(money)
    incident, is_new = Incident.objects.get_or_create(
        key=key[:LONGEST_KEY],
        defaults={
            "kind": kind,
            "provider": provider,
            "payment": payment,
            "customer": customer or (payment.customer if payment else None),
            "callback": callback,
            "external_id": (external_id or (payment.external_id if payment else ""))[:100],
            "operation": operation[:100],
            "amount": kept.amount if kept else None,
            "currency": kept.currency if kept else "",
            "detail": detail[:500],
        },
    )
    if is_new:
        outbox.publish(
            "incident.opened",
            {"incident_id": incident.pk},
            key=f"incident:{incident.pk}",
            case=payment.case if payment else "",
        )
        log.warning(
            "incident.opened",
            incident=incident.pk,
            kind=kind.value,
            case=payment.case if payment else "",
        )
    return incident


def countable(money: Money | None) -> Money | None:
    """The sum as a ledger can hold it: two decimals, bounded; None where there is nothing to hold."""
    if money is None or not 0 < money.amount < MOST:
        return None
    amount = money.amount.quantize(CENT, rounding=ROUND_DOWN)
    return Money(amount, money.currency) if amount else None


def money_of(incident: Incident) -> Money | None:
    return None if incident.amount is None else Money(incident.amount, incident.currency)


def resolve(
    incident: Incident,
    *,
    resolution: str,
    note: str = "",
    staff: AbstractBaseUser | None = None,
) -> None:
    """Close an incident whose row the caller has locked. Without `staff` it came right by itself, or as ordered."""
    incident.status = Status.RESOLVED
    incident.resolution = resolution[:40]
    incident.note = note[:500]
    if staff is not None:
        incident.resolved_by_id = staff.pk
    incident.resolved_at = now()
    incident.save(update_fields=["status", "resolution", "note", "resolved_by", "resolved_at"])
    log.info("incident.resolved", incident=incident.pk, kind=incident.kind, how=resolution)


def waiting_money(payment: Payment) -> list[Incident]:
    """The open incidents of a payment whose money waits, locked, oldest first."""
    rows = Incident.objects.select_for_update().filter(
        payment=payment, status=Status.OPEN, kind__in=WITH_MONEY, amount__isnull=False
    )
    return list(rows.order_by("pk"))
