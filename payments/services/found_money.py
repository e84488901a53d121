"""Money that our own question found at a provider whose calls alone may pay: a person is told, the customer may check.

A call may be on its way while we ask, so money counts as found only when a second look, a little later, still finds
the payment unpaid and none of the provider's calls unread.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from integrations.clock import now, wall_clock
from integrations.models import InboundCallback
from integrations.services import outbox
from payments.models import Incident, Payment
from payments.provider import ProviderEvent
from payments.services.incidents import open_incident
from payments.services.locks import lock_customers

SECOND_LOOK = timedelta(seconds=20)
STILL_COMING = timedelta(minutes=2)  # how old an unread call may be and still count as on its way

Status = Payment.Status
UNPAID = (Status.CREATED, Status.PENDING, Status.FAILED, Status.CANCELED, Status.EXPIRED)


def report(*, payment_id: int, event: ProviderEvent) -> bool:
    """Note that the provider says "paid"; True where this was the finding. Each payment is found once."""
    with transaction.atomic():
        customer_id = Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id)
        lock_customers([customer_id])
        payment = (
            Payment.objects.select_for_update(of=("self",))
            .select_related("customer")
            .get(pk=payment_id)
        )
        if payment.status not in UNPAID:
            return False
        if payment.found_at is None or _calls_coming(payment.provider):
            payment.found_at = payment.found_at or now()
            payment.poll_at = now() + SECOND_LOOK
            payment.save(update_fields=["found_at", "poll_at"])
            return False
        open_incident(
            kind=Incident.Kind.NO_CALLBACK,
            key=f"no_callback:{payment.pk}",
            provider=payment.provider,
            payment=payment,
            operation=event.operation,
            money=event.money,
        )
        outbox.publish(
            "payment.found",
            {"payment_id": payment.pk},
            key=f"found:{payment.pk}",
            case=payment.case,
        )
        return True


def _calls_coming(provider: str) -> bool:
    """Whether a call of this provider is stored and not yet applied: it may be the one."""
    return InboundCallback.objects.filter(
        source=provider,
        status__in=[
            InboundCallback.Status.RECEIVED,
            InboundCallback.Status.WAITING,
            InboundCallback.Status.CONFIRMING,
        ],
        received_at__gte=wall_clock() - STILL_COMING,
    ).exists()
