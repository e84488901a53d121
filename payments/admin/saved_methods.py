"""Cards and accounts that customers let us keep. The token is not even read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from payments.models import SavedMethod
from payments.registry import provider_label


@admin.register(SavedMethod)
class SavedMethodAdmin(CardAdmin):
    list_display = ("title", "holder", "system", "state", "kept", "used")
    list_select_related = ("customer",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedMethod]:
        rows: QuerySet[SavedMethod] = super().get_queryset(request)
        return rows.select_related("customer").defer("token")

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, row: SavedMethod) -> Any:
        return row_link(row.customer)

    @admin.display(description=gettext_lazy("платёжная система"))
    def system(self, row: SavedMethod) -> str:
        return provider_label(row.provider)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: SavedMethod) -> SafeString:
        if row.revoked_at is not None:
            return badge(_("больше не списывается"), Tone.IDLE)
        return badge(_("сохранён"), Tone.OK)

    @admin.display(description=gettext_lazy("сохранён"))
    def kept(self, row: SavedMethod) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("последнее списание"))
    def used(self, row: SavedMethod) -> str:
        return moment(row.used_at)

    def build_card(self, request: HttpRequest, row: SavedMethod) -> Card:
        return Card(
            title=row.title,
            badges=[self.state(row)],
            facts=[
                Fact(_("Клиент"), row_link(row.customer)),
                Fact(_("Платёжная система"), self.system(row)),
                Fact(_("Сохранён"), moment(row.created_at)),
                Fact(_("Последнее списание"), moment(row.used_at)),
                Fact(_("Отозван"), moment(row.revoked_at)),
                Fact(_("Почему отозван"), row.revoked_reason or NOTHING),
            ],
        )
