"""A bank that charges cards without their owners, once per order, and answers as the test wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.abilities import ChargeRequest
from payments.errors import MethodRevoked
from payments.provider import EventKind, ProviderEvent, Trust

SERVICE = "the bank"


class Bank:
    """`plan` holds what the next charges meet; empty: the money comes.

    paid, declined, revoked (the card is gone), pending, refused, ours (our credentials), lost (charged, and the
    answer never came), unreached (never came there).
    """

    def __init__(self) -> None:
        self.plan: list[str] = []
        self.asked: list[ChargeRequest] = []
        self.questions: list[str] = []
        self.taken: Counter[str] = Counter()  # reference -> how often money moved
        self.knows: dict[str, EventKind] = {}
        self.is_silent = False
        self.before_charge: Callable[[], None] = lambda: None
        self._lock = Lock()

    def charge(self, _provider: object, request: ChargeRequest) -> ProviderEvent:
        self.before_charge()
        with self._lock:
            return self._charge(request)

    def find_charge(
        self, _provider: object, request: ChargeRequest, *, since: datetime
    ) -> ProviderEvent | None:
        self.questions.append(request.reference)
        if self.is_silent:
            raise ServiceUnreachable("silent", service=SERVICE)
        kind = self.knows.get(request.reference)
        return None if kind is None else self.told(request, kind)

    def told(self, request: ChargeRequest, kind: EventKind) -> ProviderEvent:
        return ProviderEvent(
            kind=kind,
            trust=Trust.SIGNED,
            event_id=f"{request.reference}:{kind}",
            reference=request.reference,
            external_id=f"bank-{request.reference}",
            money=request.money,
            reason="insufficient_funds" if kind is EventKind.FAILED else "",
        )

    def _charge(self, request: ChargeRequest) -> ProviderEvent:
        self.asked.append(request)
        if request.reference in self.knows:  # the same order again: the same answer
            return self.told(request, self.knows[request.reference])
        outcome = self.plan.pop(0) if self.plan else "paid"
        if outcome == "unreached":
            raise ServiceUnreachable("not reached", service=SERVICE, maybe_executed=False)
        if outcome in ("refused", "ours"):
            status = 401 if outcome == "ours" else 400
            raise ServiceRefused("refused", service=SERVICE, status=status)
        if outcome == "revoked":
            raise MethodRevoked("permission_revoked")
        kind = {"declined": EventKind.FAILED, "pending": EventKind.PENDING}.get(
            outcome, EventKind.PAID
        )
        self.knows[request.reference] = kind
        if kind is EventKind.PAID:
            self.taken[request.reference] += 1
        if outcome == "lost":
            raise ServiceUnreachable("no answer", service=SERVICE)
        return self.told(request, kind)
