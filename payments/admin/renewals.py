"""Charging without the customer: what is agreed, by which card, and who charges. No token is ever shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Action, Card, CardAdmin, Fact, Table, row_link
from payments.admin import search
from payments.admin.badges import status_badge, sum_of
from payments.admin.forms import ReasonForm
from payments.models import AutoRenewal, Customer, Payment, ProviderSubscription
from payments.money import Money
from payments.registry import provider_label
from payments.services.provider_subscriptions import CHARGING, stop_renewing
from payments.services.renewals import Reason

MOST = 50
Status = ProviderSubscription.Status
TONES = {
    Status.ACTIVE: Tone.OK,
    Status.PAST_DUE: Tone.WARN,
    Status.CANCELED: Tone.IDLE,
    Status.ENDED: Tone.BAD,
}
REASONS = {
    Reason.CUSTOMER: gettext_lazy("выключил клиент"),
    Reason.REMOVED: gettext_lazy("клиент удалил карту"),
    Reason.STAFF: gettext_lazy("выключил сотрудник"),
    Reason.REFUND: gettext_lazy("деньги возвращены"),
    Reason.DECLINED: gettext_lazy("все попытки списать не прошли"),
    Reason.REVOKED: gettext_lazy("банк запретил списания с карты"),
    Reason.PRICE: gettext_lazy("цена выше согласованной"),
    Reason.ARCHIVED: gettext_lazy("тариф больше не продаётся"),
    Reason.LATE: gettext_lazy("срок давно закончился"),
    Reason.HANDED_OVER: gettext_lazy("списывает сама платёжная система"),
}


def why_off(renewal: AutoRenewal) -> str:
    """Why it is off, with a person's own words where there are any."""
    word, _colon, note = renewal.disabled_reason.partition(": ")
    try:
        said = str(REASONS[Reason(word)])
    except ValueError:
        return renewal.disabled_reason
    return f"{said}: {note}" if note else said


def renewal_badge(renewal: AutoRenewal) -> SafeString:
    if not renewal.is_on:
        return badge(_("выключено"), Tone.IDLE)
    if renewal.attempts and renewal.last_error:
        return badge(_("не списывается"), Tone.WARN)
    return badge(_("включено"), Tone.OK)


def running_badge(running: ProviderSubscription) -> SafeString:
    return badge(running.get_status_display(), TONES[Status(running.status)])


def renewal_facts(customer: Customer) -> list[Fact]:
    """For the customer's page: what charges him, with a link to where it is switched off."""
    renewal = AutoRenewal.objects.filter(customer=customer).first()
    running = customer.provider_subscriptions.filter(status__in=CHARGING).first()
    facts = []
    if renewal is not None:
        facts.append(Fact(_("Автопродление"), row_link(renewal, renewal_badge(renewal))))
    if running is not None:
        facts.append(Fact(_("Подписка у системы"), row_link(running, running_badge(running))))
    return facts


def stop_actions(request: HttpRequest, customer: Customer) -> list[Action]:
    """For the customer's page: the button that ends every charge without him."""
    if not request.user.has_perm("payments.stop_renewal"):
        return []
    title = _("Выключить автопродление")
    renewal = AutoRenewal.objects.filter(customer=customer, is_on=True).first()
    if renewal is not None:
        url = reverse("admin:payments_autorenewal_stop", args=[renewal.pk])
        return [Action(title=title, url=url, asks=True)]
    running = customer.provider_subscriptions.filter(status__in=CHARGING).first()
    if running is None:
        return []
    url = reverse("admin:payments_providersubscription_stop", args=[running.pk])
    return [Action(title=title, url=url, asks=True)]


class StoppingAdmin(CardAdmin):
    """A list of what charges customers, with the button that ends it."""

    card_actions = {"stop": ("stop", "payments.stop_renewal")}
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя клиента")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(customer_id__in=search.customer_ids(search_term)), False

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, row: Any) -> Any:
        return row_link(row.customer)

    def stop(self, request: HttpRequest, row: Any) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            stopped = stop_renewing(customer_id=row.customer_id, reason=Reason.STAFF, note=reason)
            if not stopped:
                return self.done(request, row, _("Уже выключено."), level=messages.INFO)
            self.log_change(request, row, _("Автопродление выключено: %(r)s") % {"r": reason})
            return self.done(request, row, _("Автопродление выключено, клиенту сообщим."))
        return self.ask(
            request,
            row,
            title=_("Выключить автопродление клиента %(customer)s") % {"customer": row.customer},
            effects=[
                _("Ни мы, ни платёжная система больше ничего не спишем без клиента."),
                _("Оплаченный срок останется."),
                _("Клиент узнает и сможет включить автопродление снова сам."),
                _("Ваше имя и причина останутся в записи."),
            ],
            form=form,
            button=_("Выключить"),
        )


@admin.register(AutoRenewal)
class AutoRenewalAdmin(StoppingAdmin):
    list_display = ("number", "holder", "state", "plan", "total", "card", "next_step", "tries")
    list_select_related = ("customer", "plan", "method")
    list_filter = ("is_on",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AutoRenewal]:
        rows: QuerySet[AutoRenewal] = super().get_queryset(request)
        return rows.select_related("customer", "plan", "method")

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: AutoRenewal) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: AutoRenewal) -> SafeString:
        return renewal_badge(row)

    @admin.display(description=gettext_lazy("согласованная цена"))
    def total(self, row: AutoRenewal) -> str:
        return sum_of(Money(row.amount, row.currency))

    @admin.display(description=gettext_lazy("карта"))
    def card(self, row: AutoRenewal) -> str:
        return row.method.title

    @admin.display(description=gettext_lazy("следующий шаг"))
    def next_step(self, row: AutoRenewal) -> str:
        return moment(row.next_try_at)

    @admin.display(description=gettext_lazy("попыток"))
    def tries(self, row: AutoRenewal) -> int:
        return row.attempts

    def build_card(self, request: HttpRequest, row: AutoRenewal) -> Card:
        charges = Payment.objects.filter(renewal_key__startswith=f"renewal:{row.pk}:")
        card = Card(
            title=_("Автопродление № %(number)s") % {"number": row.pk},
            badges=[renewal_badge(row)],
            warning=row.last_error if row.is_on and row.attempts else "",
            facts=[
                Fact(_("Клиент"), row_link(row.customer)),
                Fact(_("Тариф"), row.plan),
                Fact(_("Согласованная цена"), self.total(row)),
                Fact(_("Карта"), row_link(row.method)),
                Fact(_("Платёжная система"), provider_label(row.method.provider)),
                Fact(_("Следующий шаг"), moment(row.next_try_at)),
                Fact(_("Продлевает срок до"), moment(row.period_end)),
                Fact(_("Попыток за этот срок"), row.attempts),
                Fact(_("Последняя ошибка"), row.last_error or NOTHING),
                Fact(_("Включено"), moment(row.enabled_at)),
                Fact(_("Выключено"), moment(row.disabled_at)),
                Fact(_("Почему выключено"), why_off(row) if row.disabled_reason else NOTHING),
            ],
            tables=[_charges(charges.order_by("-id")[:MOST])],
        )
        if row.is_on and self.may(request, "stop"):
            card.actions = [self.button("stop", row, _("Выключить автопродление"), asks=True)]
        return card


@admin.register(ProviderSubscription)
class ProviderSubscriptionAdmin(StoppingAdmin):
    list_display = ("number", "holder", "state", "system", "plan", "total", "changed")
    list_select_related = ("customer", "plan")
    list_filter = (("status", admin.ChoicesFieldListFilter),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderSubscription]:
        rows: QuerySet[ProviderSubscription] = super().get_queryset(request)
        return rows.select_related("customer", "plan")

    @admin.display(description=gettext_lazy("номер у системы"))
    def number(self, row: ProviderSubscription) -> str:
        return row.external_id

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: ProviderSubscription) -> SafeString:
        return running_badge(row)

    @admin.display(description=gettext_lazy("платёжная система"))
    def system(self, row: ProviderSubscription) -> str:
        return provider_label(row.provider)

    @admin.display(description=gettext_lazy("сумма"))
    def total(self, row: ProviderSubscription) -> str:
        return sum_of(Money(row.amount, row.currency))

    @admin.display(description=gettext_lazy("изменена"))
    def changed(self, row: ProviderSubscription) -> str:
        return moment(row.changed_at)

    def build_card(self, request: HttpRequest, row: ProviderSubscription) -> Card:
        charges = Payment.objects.filter(renewal_key__startswith=f"charge:{row.pk}:")
        card = Card(
            title=_("Подписка у системы № %(number)s") % {"number": row.pk},
            badges=[running_badge(row)],
            facts=[
                Fact(_("Клиент"), row_link(row.customer)),
                Fact(_("Платёжная система"), self.system(row)),
                Fact(_("Номер у системы"), row.external_id, is_code=True),
                Fact(_("Тариф"), row.plan),
                Fact(_("Сумма"), self.total(row)),
                Fact(_("Оформлена"), moment(row.created_at)),
                Fact(_("Изменена"), moment(row.changed_at)),
            ],
            tables=[_charges(charges.order_by("-id")[:MOST])],
        )
        if row.status in CHARGING and self.may(request, "stop"):
            card.actions = [self.button("stop", row, _("Выключить автопродление"), asks=True)]
        return card


def _charges(payments: Any) -> Table:
    return Table(
        title=_("Списания"),
        headers=(_("платёж"), _("состояние"), _("сумма"), _("когда"), _("что сообщили")),
        rows=[
            [
                row_link(payment),
                status_badge(payment),
                sum_of(payment.money),
                moment(payment.created_at),
                payment.reason or NOTHING,
            ]
            for payment in payments
        ],
        empty=_("Списаний ещё не было."),
    )
