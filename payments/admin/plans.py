from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline

from integrations.admin.badges import Tone, badge
from payments.admin.badges import sum_of
from payments.admin.forms import PlanForm, PlanPriceForm
from payments.models import Plan, PlanPrice


class PlanPriceInline(TabularInline):  # type: ignore[misc]  # Unfold is untyped
    """Prices in other currencies, for ways to pay that do not take the plan's own."""

    model = PlanPrice
    form = PlanPriceForm
    extra = 0


@admin.register(Plan)
class PlanAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """The only thing here that staff edit. A plan that was sold is taken off sale, not deleted."""

    form = PlanForm
    list_display = ("title_ru", "code", "audience", "term", "price", "sale", "position")
    list_filter = (("audience", admin.ChoicesFieldListFilter),)
    ordering = ("position", "id")
    inlines = (PlanPriceInline,)
    actions = None
    list_fullwidth = True
    warn_unsaved_form = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("срок"))
    def term(self, plan: Plan) -> str:
        return f"{plan.length} {plan.get_unit_display()}"

    @admin.display(description=gettext_lazy("цена"))
    def price(self, plan: Plan) -> str:
        return sum_of(plan.money)

    @admin.display(description=gettext_lazy("продаётся"))
    def sale(self, plan: Plan) -> SafeString:
        if plan.is_active:
            return badge(_("продаётся"), Tone.OK)
        return badge(_("снят"), Tone.IDLE)
