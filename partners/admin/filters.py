"""Filters whose choices cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.clock import now
from partners.models import Application, Category, Region, RegistryChange, RiskSignal, Tier
from partners.selectors.cards import STALE_AFTER
from payments.models import Payment


def count_of(rows: QuerySet[Any], link: str) -> Any:
    """How many of `rows` point at each row of a list: a look-up for each row that is shown, not a join of them all."""
    mine = rows.filter(**{link: OuterRef("pk")}).order_by().values(link)
    return Coalesce(Subquery(mine.annotate(number=Count("pk")).values("number")), 0)


OPEN = Q(status__in=Application.OPEN)


class ApplicationState(SimpleListFilter):
    """What waits for a person, unless somebody asks for the rest."""

    title = gettext_lazy("состояние")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        closed = [one for one in Application.Status if one not in Application.OPEN]
        return [*((one.value, one.label) for one in closed), ("all", _("все"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        if self.value() in Application.Status.values:
            return queryset.filter(status=self.value())
        return queryset.filter(OPEN)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": _("ждёт решения")} if number == 0 else choice


class RiskFilter(SimpleListFilter):
    title = gettext_lazy("риск")
    parameter_name = "risk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("any", _("любой")), *RiskSignal.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        signals = RiskSignal.objects.filter(application=OuterRef("pk"))
        if self.value() in RiskSignal.Kind.values:
            signals = signals.filter(kind=self.value())
        return queryset.filter(Exists(signals)) if self.value() else queryset


class CategoryFilter(SimpleListFilter):
    title = gettext_lazy("категория")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(one.code, one.title_ru) for one in Category.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(category__code=self.value()) if self.value() else queryset


class RegionFilter(SimpleListFilter):
    title = gettext_lazy("регион")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(region.code, region.title_ru) for region in Region.objects.filter(is_active=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(regions__code=self.value()) if self.value() else queryset


class TierFilter(SimpleListFilter):
    """By what was bought and still runs; the free tier is everybody else's."""

    title = gettext_lazy("тариф")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(tier.code, tier.title_ru) for tier in Tier.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tier = Tier.objects.filter(code=self.value() or "").first()
        if tier is None:
            return queryset
        paid = Q(account__subscription__expires_at__gt=now())
        if tier.is_free:
            return queryset.exclude(paid)
        plans = [plan for plan in (tier.monthly_id, tier.yearly_id) if plan is not None]
        bought = Payment.objects.filter(
            customer=OuterRef("account"), plan_id__in=plans, status=Payment.Status.PAID
        )
        return queryset.filter(paid, Exists(bought))


class PartnerQueue(SimpleListFilter):
    """Whom a person should look at."""

    title = gettext_lazy("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("stale", _("давно не проверялись")),
            ("changed", _("ФНС сообщила изменения")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "stale":
            old = Q(verified_at=None) | Q(verified_at__lt=now() - STALE_AFTER)
            return queryset.filter(old, status__in=["active", "paused"])
        if self.value() == "changed":
            unseen = RegistryChange.objects.filter(partner=OuterRef("pk"), seen_at=None)
            return queryset.filter(Exists(unseen))
        return queryset


class SeenFilter(SimpleListFilter):
    """Changes of the registry that nobody has looked at come first."""

    title = gettext_lazy("разбор")
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("разобраны")), ("all", _("все"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(seen_at__isnull=self.value() != "yes")

    def choices(self, changelist: Any) -> Iterator[Any]:
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": _("не разобраны")} if number == 0 else choice
