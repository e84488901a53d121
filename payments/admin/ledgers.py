"""Both ledgers and the invitations, for reading. The database itself refuses to change a posting."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from payments.admin import search
from payments.admin.badges import referral_badge, sum_of
from payments.admin.day_rows import ground, signed_days
from payments.models import DayEntry, MoneyEntry, Referral
from payments.money import Money


def of_payments(queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Postings found the way payments are found."""
    return queryset.filter(payment_id__in=search.payment_ids(term)) if term.strip() else queryset


@admin.register(MoneyEntry)
class MoneyEntryAdmin(CardAdmin):
    list_display = ("number", "made", "kind", "debit", "credit", "total", "payment_page")
    list_select_related = ("payment",)
    list_filter = (
        ("kind", admin.ChoicesFieldListFilter),
        ("created_at", admin.DateFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Как платёж: номер, заказ, Telegram ID, имя")
    ordering = ("-id",)
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MoneyEntry], search_term: str
    ) -> tuple[QuerySet[MoneyEntry], bool]:
        return of_payments(queryset, search_term), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, entry: MoneyEntry) -> int:
        return int(entry.pk)

    @admin.display(description=gettext_lazy("когда"))
    def made(self, entry: MoneyEntry) -> str:
        return moment(entry.created_at, seconds=True)

    @admin.display(description=gettext_lazy("сумма"))
    def total(self, entry: MoneyEntry) -> str:
        return sum_of(Money(entry.amount, entry.currency))

    @admin.display(description=gettext_lazy("платёж"))
    def payment_page(self, entry: MoneyEntry) -> Any:
        return row_link(entry.payment)

    def build_card(self, request: HttpRequest, row: MoneyEntry) -> Card:
        return Card(
            title=_("Денежная проводка № %(number)s") % {"number": row.pk},
            facts=[
                Fact(_("Вид"), row.get_kind_display()),
                Fact(_("Сумма"), self.total(row)),
                Fact(_("Дебет"), row.get_debit_display()),
                Fact(_("Кредит"), row.get_credit_display()),
                Fact(_("Платёж"), row_link(row.payment)),
                Fact(_("Когда"), moment(row.created_at, seconds=True)),
                Fact(_("Ключ"), row.key, is_code=True),
            ],
        )


@admin.register(DayEntry)
class DayEntryAdmin(CardAdmin):
    list_display = ("number", "made", "holder", "kind", "amount_of_days", "until", "why")
    list_select_related = ("subscription__customer", "granted_by")
    list_filter = (("kind", admin.ChoicesFieldListFilter),)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер платежа, Telegram ID или имя клиента")
    ordering = ("-id",)
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DayEntry], search_term: str
    ) -> tuple[QuerySet[DayEntry], bool]:
        if not search_term.strip():
            return queryset, False
        found = Q(payment_id__in=search.payment_ids(search_term))
        customers = search.customer_ids(search_term)
        subscriptions = search.subscription_ids(customers)
        return queryset.filter(found | Q(subscription_id__in=subscriptions)), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, entry: DayEntry) -> int:
        return int(entry.pk)

    @admin.display(description=gettext_lazy("когда"))
    def made(self, entry: DayEntry) -> str:
        return moment(entry.created_at, seconds=True)

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, entry: DayEntry) -> Any:
        return row_link(entry.subscription.customer)

    @admin.display(description=gettext_lazy("дней"))
    def amount_of_days(self, entry: DayEntry) -> str:
        return signed_days(entry)

    @admin.display(description=gettext_lazy("стало до"))
    def until(self, entry: DayEntry) -> str:
        return moment(entry.ends_at)

    @admin.display(description=gettext_lazy("основание"))
    def why(self, entry: DayEntry) -> Any:
        return ground(entry)

    def build_card(self, request: HttpRequest, row: DayEntry) -> Card:
        return Card(
            title=_("Проводка дней № %(number)s") % {"number": row.pk},
            facts=[
                Fact(_("Клиент"), row_link(row.subscription.customer)),
                Fact(_("Вид"), row.get_kind_display()),
                Fact(_("Дней"), signed_days(row)),
                Fact(_("С"), moment(row.starts_at, seconds=True)),
                Fact(_("Стало до"), moment(row.ends_at, seconds=True)),
                Fact(_("Платёж"), row_link(row.payment)),
                Fact(_("Кто выдал"), row.granted_by),
                Fact(_("Причина"), row.reason),
                Fact(_("Когда"), moment(row.created_at, seconds=True)),
                Fact(_("Ключ"), row.key, is_code=True),
            ],
        )


@admin.register(Referral)
class ReferralAdmin(CardAdmin):
    list_display = ("number", "who_invited", "who_came", "state", "came", "rewarded")
    list_select_related = ("inviter", "friend")
    list_filter = (("status", admin.ChoicesFieldListFilter),)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя любого из двоих")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Referral], search_term: str
    ) -> tuple[QuerySet[Referral], bool]:
        if not search_term.strip():
            return queryset, False
        customers = search.customer_ids(search_term)
        return queryset.filter(Q(inviter__in=customers) | Q(friend__in=customers)), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Referral) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("пригласил"))
    def who_invited(self, row: Referral) -> Any:
        return row_link(row.inviter)

    @admin.display(description=gettext_lazy("друг"))
    def who_came(self, row: Referral) -> Any:
        return row_link(row.friend)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Referral) -> SafeString:
        return referral_badge(row)

    @admin.display(description=gettext_lazy("перешёл"))
    def came(self, row: Referral) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("начислено"))
    def rewarded(self, row: Referral) -> str:
        return moment(row.rewarded_at)

    def build_card(self, request: HttpRequest, row: Referral) -> Card:
        return Card(
            title=_("Приглашение № %(number)s") % {"number": row.pk},
            badges=[referral_badge(row)],
            facts=[
                Fact(_("Пригласил"), row_link(row.inviter)),
                Fact(_("Друг"), row_link(row.friend)),
                Fact(_("Перешёл"), moment(row.created_at, seconds=True)),
                Fact(_("Дни начислены"), moment(row.rewarded_at, seconds=True)),
            ],
        )
