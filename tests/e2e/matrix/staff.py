"""What staff order in the back office, by the same services. Runs in the process of `desk`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import User

from integrations.clock import now
from payments.models import Refund
from payments.services import refunds
from payments.services.reconciliation import runs

NAME = "olga-at-the-desk"


def give_back(*, payment_id: int, amount: str, days: int = 0) -> int:
    """Order a refund; returns its number."""
    return refunds.start_refund(
        payment_id=payment_id,
        staff=_olga(),
        amount=Decimal(amount),
        days=days,
        reason="клиент попросил",
        key=uuid4(),
    ).pk


def transferred(*, refund_id: int) -> str:
    """The money went from hand to hand; returns the refund's state."""
    evidence = "Банк, перевод 4711, 12:30"
    done = refunds.complete_manual(refund_id=refund_id, staff=_olga(), evidence=evidence)
    return str(Refund.objects.get(pk=done.pk).status)


def reconcile(*, provider: str) -> list[object]:
    """Compare with the provider's list: how it ended and why it failed."""
    run = runs.order(subject=provider, since=now() - timedelta(hours=3), until=now())
    run = runs.execute(run_id=run.pk)
    return [str(run.status), run.error, run.theirs]


def _olga() -> User:
    return User.objects.get_or_create(username=NAME, defaults={"is_staff": True})[0]
