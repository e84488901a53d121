from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.models import Refund

Status = Refund.Status

# A failed one waits for a person until there is a later one of the same payment.
_LATER = Refund.objects.filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk"))
WAITING = Q(status__in=[Status.REQUESTED, Status.SECOND, Status.MANUAL]) | (
    Q(status=Status.FAILED) & ~Exists(_LATER)
)
REFUND_QUEUES = {
    "waiting": WAITING,
    "sending": Q(status__in=[Status.ORDERED, Status.PENDING]),
}


class RefundQueue(SimpleListFilter):
    """What a person should look at."""

    title = _("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("ждут человека")), ("sending", _("деньги в пути"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(REFUND_QUEUES[chosen]) if chosen in REFUND_QUEUES else queryset
