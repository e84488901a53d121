"""Filters with fixed choices: none of them asks a big table what to offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models import Customer, Payment
from payments.registry import provider_label

Status = Payment.Status

PAYMENT_QUEUES = {
    "no_access": Q(status=Status.PAID) & ~Q(access=Payment.Access.GRANTED),
    "review": Q(status=Status.REVIEW),
    "held": Q(status=Status.PENDING, held_at__isnull=False),
    "open": Q(status__in=Payment.OPEN),
}

# The condition of the partial index `subscription_to_sync`, word for word; partners have nothing on the panel.
BEHIND = (~Q(panel_expires_at=F("expires_at")) | Q(panel_expires_at=None)) & Q(
    customer__kind=Customer.Kind.TELEGRAM
)


class PaymentQueue(SimpleListFilter):
    """What a person should look at."""

    title = _("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("no_access", _("оплачен без доступа")),
            ("review", _("на проверке")),
            ("held", _("деньги заморожены")),
            ("open", _("ждёт оплаты")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(PAYMENT_QUEUES[chosen]) if chosen in PAYMENT_QUEUES else queryset


class ProviderFilter(SimpleListFilter):
    title = _("платёжная система")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, provider_label(slug)) for slug in settings.PAYMENT_PROVIDERS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(provider=self.value()) if self.value() else queryset


class SubscriptionState(SimpleListFilter):
    title = _("состояние")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("active", _("действует")),
            ("soon", _("закончится за 3 дня")),
            ("ended", _("закончилась")),
            ("behind", _("панель отстаёт")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        moment = now()
        if self.value() == "active":
            return queryset.filter(expires_at__gt=moment)
        if self.value() == "soon":
            soon = moment + timedelta(days=3)
            return queryset.filter(expires_at__gt=moment, expires_at__lte=soon)
        if self.value() == "ended":
            return queryset.filter(expires_at__lte=moment)
        if self.value() == "behind":
            return queryset.filter(BEHIND)
        return queryset
