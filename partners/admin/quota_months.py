"""How many requests partners were offered, by calendar months."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from partners.models import QuotaMonth


@admin.register(QuotaMonth)
class QuotaMonthAdmin(CardAdmin):
    list_display = ("partner", "when", "used")
    list_select_related = ("partner",)
    list_filter = (("month", admin.DateFieldListFilter),)
    search_fields = ("partner__code", "partner__inn")
    search_help_text = gettext_lazy("Код или ИНН партнёра")
    sortable_by = ()

    @admin.display(description=gettext_lazy("месяц"))
    def when(self, row: QuotaMonth) -> str:
        return f"{row.month:%m.%Y}"

    def build_card(self, request: HttpRequest, row: QuotaMonth) -> Card:
        return Card(
            title=_("Обращения за %(month)s") % {"month": self.when(row)},
            facts=[
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Месяц"), self.when(row)),
                Fact(_("Предложено обращений"), row.used),
            ],
        )
