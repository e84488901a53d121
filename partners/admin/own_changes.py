"""What partners changed in their cabinet without asking anybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link, shortened
from partners.admin.words import field_title
from partners.models import ProfileChange


@admin.register(ProfileChange)
class ProfileChangeAdmin(CardAdmin):
    list_display = ("partner", "what", "was", "became", "made", "remote_addr")
    list_select_related = ("partner",)
    search_fields = ("partner__code", "partner__inn")
    search_help_text = gettext_lazy("Код или ИНН партнёра")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("partner")

    @admin.display(description=gettext_lazy("поле"))
    def what(self, row: ProfileChange) -> str:
        return field_title(row.field)

    @admin.display(description=gettext_lazy("было"))
    def was(self, row: ProfileChange) -> str:
        return shortened(row.before) or NOTHING

    @admin.display(description=gettext_lazy("стало"))
    def became(self, row: ProfileChange) -> str:
        return shortened(row.after) or NOTHING

    @admin.display(description=gettext_lazy("когда"))
    def made(self, row: ProfileChange) -> str:
        return moment(row.created_at, seconds=True)

    def build_card(self, request: HttpRequest, row: ProfileChange) -> Card:
        return Card(
            title=f"{row.partner.name}: {field_title(row.field)}",
            facts=[
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Когда"), moment(row.created_at, seconds=True)),
                Fact(_("Откуда"), row.remote_addr or NOTHING, is_code=True),
            ],
            texts=[(_("Было"), row.before), (_("Стало"), row.after)],
        )
