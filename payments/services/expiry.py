"""Invoices that nobody paid in time."""

from __future__ import annotations

from integrations.clock import now
from payments.models import Payment
from payments.services.transitions import close_open


def expire_payments(*, limit: int = 500) -> int:
    """Close open payments whose invoice has lapsed; returns how many. Late money is still honoured."""
    lapsed = Payment.objects.filter(
        status__in=Payment.OPEN, invoice_expires_at__lte=now(), held_at=None
    ).values_list("pk", flat=True)[:limit]
    return sum(close_open(payment_id=pk, to=Payment.Status.EXPIRED) for pk in list(lapsed))
