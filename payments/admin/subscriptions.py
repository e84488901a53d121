from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link
from payments.admin import search
from payments.admin.badges import panel_badge, subscription_badge
from payments.admin.day_rows import day_headers, day_row
from payments.admin.filters import SubscriptionState
from payments.models import Subscription
from payments.services import staff


@admin.register(Subscription)
class SubscriptionAdmin(CardAdmin):
    list_display = ("number", "holder", "state", "until", "panel", "panel_until", "synced")
    list_select_related = ("customer",)
    list_filter = (SubscriptionState,)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя")
    sortable_by = ("until",)
    card_actions = {"sync": ("sync", "payments.sync_subscription")}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscription], search_term: str
    ) -> tuple[QuerySet[Subscription], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(customer_id__in=search.customer_ids(search_term)), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.select_related("customer")

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Subscription) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, row: Subscription) -> Any:
        return row_link(row.customer)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Subscription) -> SafeString:
        return subscription_badge(row)

    @admin.display(description=gettext_lazy("доступ до"), ordering="expires_at")
    def until(self, row: Subscription) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("панель"))
    def panel(self, row: Subscription) -> SafeString:
        return panel_badge(row)

    @admin.display(description=gettext_lazy("панель знает срок до"))
    def panel_until(self, row: Subscription) -> str:
        return moment(row.panel_expires_at)

    @admin.display(description=gettext_lazy("сверено"))
    def synced(self, row: Subscription) -> str:
        return moment(row.panel_synced_at)

    def build_card(self, request: HttpRequest, row: Subscription) -> Card:
        entries = row.day_entries.select_related("granted_by")
        card = Card(
            title=_("Подписка № %(number)s") % {"number": row.pk},
            badges=[subscription_badge(row)],
            warning=row.panel_error,
            facts=[
                Fact(_("Клиент"), row_link(row.customer)),
                Fact(_("Доступ до"), moment(row.expires_at, seconds=True)),
                Fact(_("Панель знает срок до"), moment(row.panel_expires_at, seconds=True)),
                Fact(_("Доступ закроется"), moment(row.access_ends_at, seconds=True)),
                Fact(_("Панель"), panel_badge(row)),
                Fact(_("Сверено с панелью"), moment(row.panel_synced_at, seconds=True)),
                Fact(_("Имя на панели"), row.panel_username, is_code=True),
                Fact(_("Номер на панели"), row.panel_id, is_code=True),
                Fact(_("Ссылка доступа"), _("есть") if row.access_url else _("нет")),
                Fact(_("Создана"), moment(row.created_at)),
            ],
            tables=[
                Table(
                    title=_("Проводки дней"),
                    headers=day_headers(),
                    rows=[day_row(entry) for entry in entries],
                    empty=_("Дни ещё не начислялись."),
                )
            ],
        )
        if self.may(request, "sync") and not row.customer.is_partner:
            card.actions = [self.button("sync", row, _("Сверить с панелью"), is_main=True)]
        return card

    @method_decorator(require_POST)
    def sync(self, request: HttpRequest, row: Subscription) -> HttpResponse:
        staff.sync_with_panel(row)
        self.log_change(request, row, _("Сверка с панелью запрошена"))
        said = _("Сверка поставлена в очередь: через несколько секунд обновите страницу.")
        return self.done(request, row, said)
