from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, list_link, row_link
from integrations.clock import now
from integrations.mail.addresses import shown
from payments.admin import search
from payments.admin.badges import (
    access_badge,
    panel_badge,
    referral_badge,
    status_badge,
    subscription_badge,
    sum_of,
)
from payments.admin.day_rows import day_headers, day_row, days_phrase
from payments.admin.forms import ChoosePlanForm, GiveDaysForm
from payments.admin.reminders import reminders_of
from payments.admin.renewals import renewal_facts, stop_actions
from payments.models import Customer, Payment, Subscription
from payments.services import pay_pages, staff

MOST = 50


class BlockedFilter(admin.EmptyFieldListFilter):
    """Two fixed choices; the field itself is a date."""


@admin.register(Customer)
class CustomerAdmin(CardAdmin):
    list_display = ("who", "first_name", "telegram_id", "access", "until", "met", "seen", "reached")
    list_select_related = ("subscription",)
    list_filter = (
        ("kind", admin.ChoicesFieldListFilter),
        ("blocked_bot_at", BlockedFilter),
        ("language", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя")
    sortable_by = ()
    card_actions = {
        "give_days": ("give_days", "payments.grant_days"),
        "pay_page": ("pay_page", "payments.add_paylink"),
    }

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search.customer_ids(search_term)), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        rows: QuerySet[Customer] = super().get_queryset(request)
        return rows.select_related("subscription")

    @admin.display(description=gettext_lazy("клиент"))
    def who(self, customer: Customer) -> str:
        return str(customer)

    @admin.display(description=gettext_lazy("подписка"))
    def access(self, customer: Customer) -> SafeString:
        return subscription_badge(subscription_of(customer))

    @admin.display(description=gettext_lazy("доступ до"))
    def until(self, customer: Customer) -> str:
        subscription = subscription_of(customer)
        return moment(subscription.expires_at if subscription else None)

    @admin.display(description=gettext_lazy("появился"))
    def met(self, customer: Customer) -> str:
        return moment(customer.created_at)

    @admin.display(description=gettext_lazy("был в боте"))
    def seen(self, customer: Customer) -> str:
        return moment(customer.last_seen_at)

    @admin.display(description=gettext_lazy("бот"))
    def reached(self, customer: Customer) -> SafeString:
        return bot_badge(customer)

    def build_card(self, request: HttpRequest, row: Customer) -> Card:
        subscription = subscription_of(row)
        card = Card(
            title=str(row),
            badges=[subscription_badge(subscription), bot_badge(row)],
            facts=[
                *_partner(row),
                Fact(_("Telegram ID"), row.telegram_id, is_code=True),
                Fact(_("Имя в Telegram"), f"@{row.username}" if row.username else ""),
                Fact(_("Имя"), row.first_name),
                Fact(_("Язык"), row.get_language_display()),
                Fact(_("Условия приняты"), moment(row.terms_accepted_at)),
                Fact(_("Появился"), moment(row.created_at)),
                Fact(_("Был в боте"), moment(row.last_seen_at)),
                Fact(_("Заблокировал бота"), moment(row.blocked_bot_at)),
                Fact(_("E-mail"), shown(row.email)),
                Fact(_("Напоминания"), _("включены") if row.reminders_on else _("выключены")),
                Fact(_("Код приглашения"), row.invite_code, is_code=True),
                *_brought_by(row),
                *_subscription_facts(subscription),
                *renewal_facts(row),
            ],
            tables=[_days(subscription), _payments(row), reminders_of(row), _referrals(row)],
        )
        if self.may(request, "give_days"):
            card.actions.append(
                self.button("give_days", row, _("Выдать дни"), asks=True, is_main=True)
            )
        card.actions += stop_actions(request, row)
        if self.may(request, "pay_page"):
            card.actions.append(self.button("pay_page", row, _("Страница оплаты"), asks=True))
        return card

    def pay_page(self, request: HttpRequest, row: Customer) -> HttpResponse:
        form = ChoosePlanForm(
            request.POST if request.method == "POST" else None, audience=row.audience
        )
        if request.method == "POST" and form.is_valid():
            page = pay_pages.new_page(
                customer_id=row.pk,
                plan_id=form.cleaned_data["plan"].pk,
                staff=cast(User, request.user),
            )
            self.log_change(
                request, row, _("Открыта страница оплаты: %(plan)s") % {"plan": page.plan}
            )
            messages.success(request, _("Страница готова. Отправьте клиенту её адрес."))
            return HttpResponseRedirect(reverse("admin:payments_paylink_change", args=[page.pk]))
        return self.ask(
            request,
            row,
            title=_("Страница оплаты для клиента %(customer)s") % {"customer": row},
            effects=[
                _("Появится секретный адрес: кто его знает, тот может заплатить за клиента."),
                _("Способы оплаты те же, что в боте; Telegram клиенту не нужен."),
            ],
            form=form,
            button=_("Создать страницу"),
        )

    def give_days(self, request: HttpRequest, row: Customer) -> HttpResponse:
        form = GiveDaysForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            number, reason = form.cleaned_data["number"], form.cleaned_data["reason"]
            is_new = staff.give_days(
                customer_id=row.pk,
                number=number,
                reason=reason,
                staff=cast(User, request.user),
                key=str(form.cleaned_data["key"]),
            )
            if not is_new:
                said = _("Эти дни уже выданы: форма была отправлена дважды.")
                return self.done(request, row, said, level=messages.INFO)
            words = {"days": days_phrase(number), "reason": reason}
            self.log_change(request, row, _("Выдано вручную: %(days)s. %(reason)s") % words)
            return self.done(request, row, _("Выдано: %(days)s.") % words)
        return self.ask(
            request,
            row,
            title=_("Выдать дни клиенту %(customer)s") % {"customer": row},
            effects=_effects(row),
            form=form,
            button=_("Выдать дни"),
        )


def subscription_of(customer: Customer) -> Subscription | None:
    return getattr(customer, "subscription", None)


def bot_badge(customer: Customer) -> SafeString:
    if customer.is_partner:
        return badge(_("партнёр: пишем письма"), Tone.OK)
    if customer.blocked_bot_at is not None:
        return badge(_("заблокировал бота"), Tone.BAD)
    return badge(_("бот доступен"), Tone.OK)


def _effects(customer: Customer) -> list[str]:
    subscription = subscription_of(customer)
    start = now() if subscription is None else max(now(), subscription.expires_at)
    return [
        _("Дни прибавятся к %(start)s.") % {"start": moment(start)},
        _("Деньги не проводятся: выручка не изменится."),
        _("Тариф останется тем, что был оплачен последним.")
        if customer.is_partner
        else _("Панель получит новый срок."),
        _("Ваше имя и причина останутся в записи."),
    ]


def _partner(customer: Customer) -> list[Fact]:
    """The company behind an account. Its app stands above this one, so it is found by the account alone."""
    partner = getattr(customer, "partner", None)
    if not customer.is_partner:
        return []
    number = Fact(_("Номер плательщика"), customer.payer_id, is_code=True)
    return [*([Fact(_("Партнёр"), row_link(partner))] if partner else []), number]


def _brought_by(customer: Customer) -> list[Fact]:
    referral = getattr(customer, "referral", None)
    return [Fact(_("Пригласил"), row_link(referral.inviter))] if referral else []


def _subscription_facts(subscription: Subscription | None) -> list[Fact]:
    if subscription is None:
        return []
    return [
        Fact(_("Доступ до"), row_link(subscription, moment(subscription.expires_at, seconds=True))),
        *(
            []
            if subscription.customer.is_partner
            else [Fact(_("Панель"), panel_badge(subscription))]
        ),
        Fact(_("Ошибка панели"), subscription.panel_error),
    ]


def _days(subscription: Subscription | None) -> Table:
    entries = subscription.day_entries.select_related("granted_by") if subscription else []
    return Table(
        title=_("Проводки дней"),
        headers=day_headers(),
        rows=[day_row(entry) for entry in entries],
        empty=_("Дни ещё не начислялись."),
    )


def _payments(customer: Customer) -> Table:
    return Table(
        title=_("Платежи"),
        headers=(_("платёж"), _("состояние"), _("сумма"), _("создан"), _("оплачен"), _("доступ")),
        rows=[
            [
                row_link(payment),
                status_badge(payment),
                sum_of(payment.money),
                moment(payment.created_at),
                moment(payment.paid_at),
                access_badge(payment),
            ]
            for payment in customer.payments.all()[:MOST]
        ],
        empty=_("Платежей ещё не было."),
        more=list_link(Payment, q=customer.payer_id),
    )


def _referrals(customer: Customer) -> Table:
    referrals = customer.referrals.select_related("friend")[:MOST]
    return Table(
        title=_("Приглашённые друзья"),
        headers=(_("друг"), _("состояние"), _("перешёл"), _("дни начислены")),
        rows=[
            [
                row_link(referral.friend),
                referral_badge(referral),
                moment(referral.created_at),
                moment(referral.rewarded_at) if referral.rewarded_at else NOTHING,
            ]
            for referral in referrals
        ],
        empty=_("Никого не приглашал."),
    )
