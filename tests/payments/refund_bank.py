"""A provider that gives money back, scripted; and what has become of refunds there and here."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

from integrations.clock import wall_clock
from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.abilities import RefundRequest, RefundResult, RefundState
from payments.models import MoneyEntry, Refund
from payments.provider import EventKind, ProviderEvent, Trust


class Bank:
    """A provider that remembers every refund by its key. `plan` is what happens to the next calls."""

    label = "Bank"

    def __init__(self) -> None:
        self.made: dict[str, str] = {}
        self.calls: list[str] = []
        self.plan: list[str] = []
        self.settled = True
        self.gate: threading.Barrier | None = None

    def refund(self, request: RefundRequest) -> RefundResult:
        self.calls.append("refund")
        what = self.plan.pop(0) if self.plan else ""
        if what == "down":
            raise ServiceUnreachable("no answer", service="Bank")
        if what == "refuse":
            raise ServiceRefused("more than is left", service="Bank")
        self.made.setdefault(request.reference, f"r-{len(self.made) + 1}")
        if what == "lost":
            raise ServiceUnreachable("the answer was lost", service="Bank")
        return self._told(request)

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        self.calls.append("find")
        what = self.plan.pop(0) if self.plan else ""
        if what == "down":
            raise ServiceUnreachable("no answer", service="Bank")
        if what == "refuse":
            raise ServiceRefused("wrong key", service="Bank")
        return self._told(request) if request.reference in self.made else None

    def _told(self, request: RefundRequest) -> RefundResult:
        number = self.made[request.reference]
        if not self.settled:
            return RefundResult(state=RefundState.PENDING, external_id=number)
        return RefundResult(
            state=RefundState.SUCCEEDED, external_id=number, event=told(request, number)
        )


def told(request: RefundRequest, number: str) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.REFUNDED,
        trust=Trust.SIGNED,
        event_id=f"refund:{number}",
        reference=request.payment_reference,
        external_id=request.external_id,
        money=request.money,
        operation=number,
    )


def due(refund: Refund) -> None:
    """The lease or the pause is over."""
    Refund.objects.filter(pk=refund.pk).update(not_before=wall_clock() - timedelta(seconds=1))


def now_is(refund: Refund) -> str:
    refund.refresh_from_db()
    return refund.status


def booked() -> list[Decimal]:
    return list(MoneyEntry.objects.filter(kind="refund").values_list("amount", flat=True))
