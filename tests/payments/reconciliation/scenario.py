"""Runs and listed rows as the tests of reconciliation speak of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.clock import now
from payments.models import Payment, ReconciliationLine, ReconciliationRun
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services.reconciliation.runs import execute, order

WEEK = timedelta(days=7)


def said(
    payment: Payment | None = None, kind: EventKind = EventKind.PAID, **fields: Any
) -> ProviderEvent:
    """A row of the provider's list."""
    if payment is not None:
        fields = {
            "reference": payment.reference,
            "external_id": payment.external_id,
            "money": payment.money,
        } | fields
    return ProviderEvent(kind=kind, trust=Trust.SIGNED, event_id="listed", **fields)


def reconciled(subject: str = "oneplat", **fields: Any) -> ReconciliationRun:
    """A run over the last week, done."""
    run = order(subject=subject, **({"since": now() - WEEK, "until": now()} | fields))
    return execute(run_id=run.pk)


def kinds(run: ReconciliationRun | None = None) -> list[str]:
    return [line.kind for line in (run or reconciled()).lines.all()]


def only_line(run: ReconciliationRun | None = None) -> ReconciliationLine:
    return (run or reconciled()).lines.get()


def roubles(amount: str) -> Money:
    return Money(Decimal(amount), "RUB")
