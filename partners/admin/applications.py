"""The desk of applications: what waits, how long, who looks at it, and everything needed to decide it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge
from integrations.admin.cards import Card, CardAdmin
from partners.admin import found
from partners.admin.application_actions import DECIDES, Deciding
from partners.admin.application_card import card_of
from partners.admin.filters import ApplicationState, RiskFilter, count_of
from partners.admin.words import check_badge, waits_badge, who_looks
from partners.models import Application, RiskSignal


@admin.register(Application)
class ApplicationAdmin(Deciding, CardAdmin):
    change_form_template = "admin/office/application.html"
    change_list_template = "admin/office/change_list.html"
    list_display = (
        "number",
        "company_name",
        "inn",
        "what",
        "checked",
        "risk_signs",
        "waits",
        "looks",
    )
    list_select_related = ("taken_by",)
    list_filter = (
        ApplicationState,
        ("check_state", admin.ChoicesFieldListFilter),
        ("form", admin.ChoicesFieldListFilter),
        ("source", admin.ChoicesFieldListFilter),
        RiskFilter,
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер заявки, ИНН, компания, телефон или e-mail")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "take": ("take", DECIDES),
        "take_over": ("take_over", DECIDES),
        "leave": ("leave", DECIDES),
        "approve": ("decide", DECIDES),
        "correct": ("decide", DECIDES),
        "reject": ("decide", DECIDES),
        "ask_again": ("ask_again", DECIDES),
        "note": ("note", "partners.view_application"),
    }

    # --- the queue: whoever has waited longest comes first

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        rows: QuerySet[Application] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        if is_list:
            return rows.defer("raw", "data", "problems").annotate(
                risk_count=count_of(RiskSignal.objects.all(), "application")
            )
        return rows.select_related("partner__category", "previous", "callback", "taken_by").defer(
            "callback__body", "callback__headers"
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        if request.GET.get("state"):
            return ["-id"]
        return ["created_at", "id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        return queryset.filter(
            found.applications(search_term)
        ) if search_term.strip() else queryset, False

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Application) -> int:
        return row.number

    @admin.display(description=gettext_lazy("компания"))
    def company_name(self, row: Application) -> str:
        return row.company or NOTHING

    @admin.display(description=gettext_lazy("форма"))
    def what(self, row: Application) -> str:
        return f"{row.get_form_display()} · {row.get_source_display()}"

    @admin.display(description=gettext_lazy("ФНС"))
    def checked(self, row: Application) -> SafeString:
        return check_badge(row)

    @admin.display(description=gettext_lazy("риски"))
    def risk_signs(self, row: Application) -> Any:
        count = int(row.risk_count)  # type: ignore[attr-defined]  # annotated above
        return badge(str(count), Tone.WARN) if count else NOTHING

    @admin.display(description=gettext_lazy("ждёт"))
    def waits(self, row: Application) -> SafeString:
        return waits_badge(row)

    @admin.display(description=gettext_lazy("смотрит"))
    def looks(self, row: Application) -> str:
        return who_looks(row) or NOTHING

    # --- the page

    def build_card(self, request: HttpRequest, row: Application) -> Card:
        card = card_of(row, request.user)
        card.actions = self.actions_of(request, row)
        return card
