from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link
from integrations.clock import now
from payments.admin import search
from payments.admin.badges import status_badge, sum_of
from payments.models import PayLink
from payments.services.pay_pages import page_url


@admin.register(PayLink)
class PayLinkAdmin(CardAdmin):
    """Payment pages: whom they are for, who made them, whether they were opened."""

    list_display = ("number", "customer", "plan", "made_by", "created", "opened", "open_until")
    list_select_related = ("customer", "plan", "created_by")
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя клиента")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PayLink], search_term: str
    ) -> tuple[QuerySet[PayLink], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(customer__in=search.customer_ids(search_term)), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, page: PayLink) -> str:
        return f"№ {page.pk}"

    @admin.display(description=gettext_lazy("создал"))
    def made_by(self, page: PayLink) -> str:
        return str(page.created_by) if page.created_by else _("бот")

    @admin.display(description=gettext_lazy("создана"))
    def created(self, page: PayLink) -> str:
        return moment(page.created_at)

    @admin.display(description=gettext_lazy("впервые открыта"))
    def opened(self, page: PayLink) -> str:
        return moment(page.opened_at)

    @admin.display(description=gettext_lazy("открывается до"))
    def open_until(self, page: PayLink) -> SafeString:
        is_over = page.expires_at <= now()
        return badge(moment(page.expires_at), Tone.IDLE if is_over else Tone.OK)

    def build_card(self, request: HttpRequest, row: PayLink) -> Card:
        return Card(
            title=_("Страница оплаты № %(number)s") % {"number": row.pk},
            badges=[self.open_until(row)],
            facts=[
                Fact(_("Адрес для клиента"), page_url(row), is_code=True),
                Fact(_("Клиент"), row_link(row.customer)),
                Fact(_("Тариф"), row.plan),
                Fact(_("Создал"), self.made_by(row)),
                Fact(_("Создана"), moment(row.created_at)),
                Fact(_("Впервые открыта"), moment(row.opened_at) or NOTHING),
            ],
            tables=[
                Table(
                    title=_("Платежи"),
                    headers=(_("платёж"), _("состояние"), _("сумма"), _("создан")),
                    rows=[
                        [
                            row_link(payment),
                            status_badge(payment),
                            sum_of(payment.money),
                            moment(payment.created_at),
                        ]
                        for payment in row.payments.order_by("-id")[:50]
                    ],
                    empty=_("На этой странице ещё не выбирали способ оплаты."),
                )
            ],
        )
