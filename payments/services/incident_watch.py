"""Exceptions that time makes, and those that time has settled."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.clock import now
from payments.models import Incident, Payment
from payments.services.incidents import OVERTAKEN, open_incident, resolve
from payments.services.transitions import MONEY_IS_IN

Kind = Incident.Kind


def watch_incidents(*, limit: int = 200) -> int:
    """Open what waits for access too long, close what came right by itself; returns how many rows changed."""
    return _open_without_access(limit) + _close_overtaken(limit)


def _open_without_access(limit: int) -> int:
    long_ago = now() - timedelta(minutes=settings.NO_ACCESS_MINUTES)
    known = Incident.objects.filter(payment=OuterRef("pk"), kind=Kind.NO_ACCESS)
    waiting = (
        Payment.objects.filter(
            ~Q(access=Payment.Access.GRANTED),
            ~Exists(known),
            status=Payment.Status.PAID,
            paid_at__lt=long_ago,
        )
        .exclude(access=Payment.Access.NONE)
        .select_related("customer__subscription")
    )
    opened = 0
    for payment in waiting.order_by("pk")[:limit]:
        subscription = getattr(payment.customer, "subscription", None)
        with transaction.atomic():
            open_incident(
                kind=Kind.NO_ACCESS,
                key=f"no_access:{payment.pk}",
                provider=payment.provider,
                payment=payment,
                money=payment.money,
                detail=subscription.panel_error if subscription else "",
            )
        opened += 1
    return opened


def _overtaken() -> QuerySet[Incident]:
    """Open incidents whose reason is gone: the access is there, the money was told of, or it went back."""
    gone = Q(kind=Kind.NO_ACCESS) & (
        Q(payment__access=Payment.Access.GRANTED) | ~Q(payment__status=Payment.Status.PAID)
    )
    told = Q(kind=Kind.NO_CALLBACK, payment__status__in=[*MONEY_IS_IN, Payment.Status.REVIEW])
    return Incident.objects.filter(gone | told, status=Incident.Status.OPEN)


def _close_overtaken(limit: int) -> int:
    closed = 0
    for pk in list(_overtaken().order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            # Whoever decides holds the row: it is looked at again at the next run.
            row = _overtaken().select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
            incident = row.first()
            if incident is not None:
                resolve(incident, resolution=OVERTAKEN)
                closed += 1
    return closed
