"""Who used which promo code, and what became of each gift: for reading."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link
from payments.admin import search
from payments.admin.badges import status_badge, sum_of
from payments.admin.day_rows import day_headers, day_row
from payments.admin.promo_codes import gives
from payments.models import DayEntry, Gift, PromoUse
from payments.money import Money
from payments.services.promotions import normal

USE_TONES = {
    PromoUse.Status.RESERVED: Tone.WAIT,
    PromoUse.Status.USED: Tone.OK,
    PromoUse.Status.RELEASED: Tone.IDLE,
}
GIFT_TONES = {
    Gift.Status.WAITING: Tone.WAIT,
    Gift.Status.CLAIMED: Tone.OK,
    Gift.Status.REVOKED: Tone.BACK,
}


def use_badge(use: PromoUse) -> SafeString:
    return badge(use.get_status_display(), USE_TONES[PromoUse.Status(use.status)])


def gift_badge(gift: Gift) -> SafeString:
    return badge(gift.get_status_display(), GIFT_TONES[Gift.Status(gift.status)])


@admin.register(PromoUse)
class PromoUseAdmin(CardAdmin):
    list_display = ("number", "promo", "holder", "state", "payment_page", "entered", "used")
    list_select_related = ("code", "customer", "payment")
    list_filter = (("status", admin.ChoicesFieldListFilter),)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Промокод, Telegram ID, имя или @имя")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromoUse], search_term: str
    ) -> tuple[QuerySet[PromoUse], bool]:
        if not search_term.strip():
            return queryset, False
        found = Q(code__code=normal(search_term))
        return queryset.filter(found | Q(customer__in=search.customer_ids(search_term))), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, use: PromoUse) -> str:
        return f"№ {use.pk}"

    @admin.display(description=gettext_lazy("промокод"))
    def promo(self, use: PromoUse) -> Any:
        return row_link(use.code)

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, use: PromoUse) -> Any:
        return row_link(use.customer)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, use: PromoUse) -> SafeString:
        return use_badge(use)

    @admin.display(description=gettext_lazy("платёж"))
    def payment_page(self, use: PromoUse) -> Any:
        return row_link(use.payment)

    @admin.display(description=gettext_lazy("введён"))
    def entered(self, use: PromoUse) -> str:
        return moment(use.created_at)

    @admin.display(description=gettext_lazy("использован"))
    def used(self, use: PromoUse) -> str:
        return moment(use.used_at)

    def build_card(self, request: HttpRequest, row: PromoUse) -> Card:
        entry = DayEntry.objects.filter(key=f"promo:{row.pk}").first()
        facts = [
            Fact(_("Промокод"), row_link(row.code)),
            Fact(_("Что даёт"), gives(row.code)),
            Fact(_("Клиент"), row_link(row.customer)),
            Fact(_("Платёж"), row_link(row.payment)),
            Fact(_("Введён"), moment(row.created_at, seconds=True)),
            Fact(_("Использован"), moment(row.used_at, seconds=True)),
        ]
        if row.payment is not None:
            discount = Money(row.payment.discount, row.payment.currency)
            facts.insert(4, Fact(_("Скидка"), sum_of(discount)))
        if entry is not None:
            facts.append(Fact(_("Проводка дней"), row_link(entry)))
        return Card(
            title=_("Использование промокода № %(number)s") % {"number": row.pk},
            badges=[use_badge(row)],
            facts=facts,
        )


@admin.register(Gift)
class GiftAdmin(CardAdmin):
    """The claim link is not shown: whoever has it has the gift."""

    list_display = ("number", "payer", "plan", "state", "receiver", "created", "claimed")
    list_select_related = ("payment__customer", "payment__plan", "claimed_by")
    list_filter = (("status", admin.ChoicesFieldListFilter),)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер платежа, Telegram ID или имя")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Gift], search_term: str
    ) -> tuple[QuerySet[Gift], bool]:
        if not search_term.strip():
            return queryset, False
        found = Q(payment_id__in=search.payment_ids(search_term))
        return queryset.filter(found | Q(claimed_by__in=search.customer_ids(search_term))), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, gift: Gift) -> str:
        return f"№ {gift.pk}"

    @admin.display(description=gettext_lazy("подарил"))
    def payer(self, gift: Gift) -> Any:
        return row_link(gift.payment.customer)

    @admin.display(description=gettext_lazy("тариф"))
    def plan(self, gift: Gift) -> str:
        return str(gift.payment.plan)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, gift: Gift) -> SafeString:
        return gift_badge(gift)

    @admin.display(description=gettext_lazy("получил"))
    def receiver(self, gift: Gift) -> Any:
        return row_link(gift.claimed_by)

    @admin.display(description=gettext_lazy("создан"))
    def created(self, gift: Gift) -> str:
        return moment(gift.created_at)

    @admin.display(description=gettext_lazy("получен"))
    def claimed(self, gift: Gift) -> str:
        return moment(gift.claimed_at)

    def build_card(self, request: HttpRequest, row: Gift) -> Card:
        entries = DayEntry.objects.filter(payment_id=row.payment_id).exclude(
            kind=DayEntry.Kind.REFERRAL
        )
        return Card(
            title=_("Подарок № %(number)s") % {"number": row.pk},
            badges=[gift_badge(row)],
            facts=[
                Fact(_("Платёж"), row_link(row.payment)),
                Fact(_("Состояние платежа"), status_badge(row.payment)),
                Fact(_("Подарил"), row_link(row.payment.customer)),
                Fact(_("Тариф"), row.payment.plan),
                Fact(_("Получил"), row_link(row.claimed_by)),
                Fact(_("Создан"), moment(row.created_at, seconds=True)),
                Fact(_("Получен"), moment(row.claimed_at, seconds=True)),
            ],
            tables=[
                Table(
                    title=_("Проводки дней"),
                    headers=day_headers(),
                    rows=[day_row(entry) for entry in entries.select_related("granted_by")],
                    empty=_("Подарок ещё никто не открыл."),
                )
            ],
        )
