"""What a person says about differences: each explained or fixed, then the run signed."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now
from payments.errors import PaymentError
from payments.models import ReconciliationLine, ReconciliationRun

How = ReconciliationLine.How


class NotReconciled(PaymentError):
    """The run cannot be signed: something in it is open, or it was not finished, or is signed already."""


def explain(*, line_id: int, reason: str, staff: AbstractBaseUser) -> bool:
    """This difference is right as it is, and here is why; False where somebody was faster.

    Later runs stay silent about it as long as it does not change.
    """
    return resolve(line_id=line_id, how=How.EXPLAINED, resolution=reason, staff=staff)


def resolve(*, line_id: int, how: How, resolution: str, staff: AbstractBaseUser) -> bool:
    """Close one open line; False where it was closed already."""
    return bool(
        ReconciliationLine.objects.filter(pk=line_id, resolved_at=None).update(
            how=how, resolution=resolution[:300], resolved_by_id=staff.pk, resolved_at=now()
        )
    )


def sign(*, run_id: int, staff: AbstractBaseUser, note: str = "") -> ReconciliationRun:
    """A person vouches for a finished run in which nothing is open. Raises NotReconciled."""
    with transaction.atomic():
        run = ReconciliationRun.objects.select_for_update().get(pk=run_id)
        if run.status != ReconciliationRun.Status.DONE or run.error:
            raise NotReconciled("the run did not compare everything")
        if run.signed_at is not None:
            raise NotReconciled("it is signed already")
        if run.open_lines.exists():
            raise NotReconciled("differences are open")
        run.signed_by_id, run.signed_at, run.note = staff.pk, now(), note[:500]
        run.save(update_fields=["signed_by", "signed_at", "note"])
    return run
