"""A person at an exception: looking at it, deciding it. Two people deciding at once are one decision.

The order of locks is the money path's: customers, the payment's row, the incident's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import wall_clock
from payments.errors import IncidentDecided, IncidentTaken
from payments.models import Incident, Payment
from payments.services.transitions import lock_involved

TAKEN_FOR = timedelta(minutes=15)  # whoever looks longer without deciding has gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided. `key` is drawn with the form: sent twice, the same form acts once.

    `answer` goes to the customer, "" says nothing. `payment_id`, or `customer_id` with `plan_id`, name whom the money
    of an unknown payer belongs to.
    """

    staff: AbstractBaseUser
    reason: str = ""
    answer: str = ""
    key: UUID = field(default_factory=uuid4)
    payment_id: int | None = None
    customer_id: int | None = None
    plan_id: int | None = None


def take(*, incident_id: int, staff: AbstractBaseUser, over: bool = False) -> Incident:
    """Say that one is looking at it. Raises IncidentTaken where a colleague is, unless it is taken `over`."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        if incident.status != Incident.Status.OPEN:
            raise IncidentDecided(f"incident {incident_id}")
        if looked_at_by_another(incident, staff) and not over:
            raise IncidentTaken(f"incident {incident_id}")
        incident.taken_by_id = staff.pk
        incident.taken_at = wall_clock()
        incident.save(update_fields=["taken_by", "taken_at"])
        return incident


def leave(*, incident_id: int, staff: AbstractBaseUser) -> bool:
    """Give it back to the queue; False where somebody else has it."""
    mine = Incident.objects.filter(pk=incident_id, taken_by_id=staff.pk)
    return bool(mine.update(taken_by=None, taken_at=None))


def looked_at_by_another(incident: Incident, staff: AbstractBaseUser) -> bool:
    return (
        incident.taken_by_id is not None
        and incident.taken_by_id != staff.pk
        and incident.taken_at is not None
        and incident.taken_at > wall_clock() - TAKEN_FOR
    )


@contextmanager
def deciding(incident_id: int, staff: AbstractBaseUser) -> Iterator[Incident]:
    """An open incident with everything it may move locked, in one transaction.

    Raises IncidentDecided where it is resolved, IncidentTaken where a colleague is looking at it.
    """
    with transaction.atomic():
        found = Incident.objects.select_related("payment").get(pk=incident_id)
        payer = found.payment.customer_id if found.payment else None
        lock_involved({one for one in (payer, found.customer_id) if one is not None})
        if found.payment_id is not None:
            Payment.objects.select_for_update().get(pk=found.payment_id)
        incident = (
            Incident.objects.select_for_update(of=("self",))
            .select_related("payment__customer", "payment__plan", "customer", "callback", "refund")
            .get(pk=incident_id)
        )
        if incident.status != Incident.Status.OPEN:
            raise IncidentDecided(f"incident {incident_id}")
        if looked_at_by_another(incident, staff):
            raise IncidentTaken(f"incident {incident_id}")
        incident.taken_by_id = staff.pk
        incident.taken_at = wall_clock()
        incident.save(update_fields=["taken_by", "taken_at"])
        yield incident
