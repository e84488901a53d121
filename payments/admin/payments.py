from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from integrations.admin.badges import moment
from integrations.admin.cards import Card, row_link
from integrations.admin.dates import DatedChangeList
from integrations.clock import now
from integrations.errors import IntegrationError
from payments.admin import search
from payments.admin.badges import access_badge, status_badge, sum_of, way
from payments.admin.bank_lines import ConfirmsTransfers
from payments.admin.day_rows import days_phrase
from payments.admin.export import csv_of
from payments.admin.filters import PaymentQueue, ProviderFilter
from payments.admin.forms import ReasonForm
from payments.admin.holds import HoldActions, held_badge, is_held
from payments.admin.payment_card import card_of
from payments.admin.refund_actions import RefundsPayments
from payments.errors import EventTooEarly, NotPossible, UnknownPayment
from payments.models import Payment, PaymentEvent
from payments.periods import Unit, add_period
from payments.registry import UnknownProvider
from payments.services import chargebacks, checks, fulfilment, staff

WITH_MONEY = (Payment.Status.PAID, Payment.Status.PARTLY_REFUNDED)
ASKED = ("give_access", "refund", "chargeback")  # a page of their own first


@admin.register(Payment)
class PaymentAdmin(RefundsPayments, ConfirmsTransfers, HoldActions):
    change_form_template = "admin/office/payment.html"
    change_list_template = "admin/office/change_list.html"
    list_display = (
        "number",
        "status_sign",
        "payer",
        "total",
        "way_to_pay",
        "made",
        "money_came",
        "access_sign",
    )
    list_select_related = ("customer",)
    list_filter = (
        PaymentQueue,
        ("status", admin.ChoicesFieldListFilter),
        ProviderFilter,
        ("purpose", admin.ChoicesFieldListFilter),
        ("created_at", admin.DateFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер, заказ, Telegram ID, имя, @имя")
    sortable_by = ("number", "made")
    dated_by = "created_at"
    card_actions = {
        "check": ("ask_provider", "payments.check_payment"),
        "give_access": ("give_access", "payments.give_access"),
        "refund": ("give_back", "payments.decide_refund"),
        "repeat": ("repeat", "integrations.replay"),
        "chargeback": ("charge_back", "payments.resolve_incident"),
        **HoldActions.hold_actions,
        **ConfirmsTransfers.line_actions,
    }

    # --- the list ---

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DatedChangeList]:
        return DatedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        if not search_term.strip():
            return queryset, False
        ids = search.payment_ids(search_term)
        if len(ids) == search.MOST_PAYMENTS:
            messages.info(
                request, _("Подходит слишком много платежей, показаны новейшие. Уточните запрос.")
            )
        return queryset.filter(pk__in=ids), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if request.user.has_perm("payments.export_payment"):
            query = request.GET.urlencode()
            context["export_url"] = f"{self.page_of('export')}?{query}"
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [
            path("export/", export, name="payments_payment_export"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The list as it is filtered, every page of it."""
        if not request.user.has_perm("payments.export_payment"):
            raise PermissionDenied
        changelist = self.get_changelist_instance(request)
        name = f"payments-{localtime(now()):%Y-%m-%d-%H%M}"
        return csv_of(changelist.get_queryset(request), name=name)

    @admin.display(description=gettext_lazy("№"), ordering="id")
    def number(self, payment: Payment) -> int:
        return payment.number

    @admin.display(description=gettext_lazy("состояние"))
    def status_sign(self, payment: Payment) -> SafeString:
        return status_badge(payment)

    @admin.display(description=gettext_lazy("клиент"))
    def payer(self, payment: Payment) -> Any:
        return row_link(payment.customer)

    @admin.display(description=gettext_lazy("сумма"))
    def total(self, payment: Payment) -> str:
        return sum_of(payment.money)

    @admin.display(description=gettext_lazy("способ"))
    def way_to_pay(self, payment: Payment) -> str:
        return way(payment)

    @admin.display(description=gettext_lazy("создан"), ordering="created_at")
    def made(self, payment: Payment) -> str:
        return moment(payment.created_at)

    @admin.display(description=gettext_lazy("оплачен"))
    def money_came(self, payment: Payment) -> str:
        return moment(payment.paid_at)

    @admin.display(description=gettext_lazy("доступ"))
    def access_sign(self, payment: Payment) -> SafeString:
        return access_badge(payment)

    # --- the page ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        rows: QuerySet[Payment] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        return (
            rows
            if is_list
            else rows.select_related(
                "customer__subscription",
                "plan",
                "pay_link__customer",
                "pay_link__plan",
                "promo_code",
                "replaces",
            )
        )

    def build_card(self, request: HttpRequest, row: Payment) -> Card:
        card = card_of(row)
        card.badges += held_badge(row)
        main = "" if is_held(row) else "check"
        titles = {
            "check": _("Проверить у платёжной системы"),
            "give_access": _("Выдать доступ"),
            "repeat": _("Повторить"),
        }
        if row.status in WITH_MONEY:
            titles["refund"] = _("Вернуть деньги")
        if row.status in chargebacks.POSSIBLE:
            titles["chargeback"] = _("Опротестование")
        card.actions = [
            self.button(name, row, title, asks=name in ASKED, is_main=name == main)
            for name, title in titles.items()
            if self.may(request, name)
        ]
        card.actions += [*self.hold_buttons(request, row), *self.line_buttons(request, row)]
        return card

    @method_decorator(require_POST)
    def ask_provider(self, request: HttpRequest, row: Payment) -> HttpResponse:
        """Ask the provider; whatever it answers, or does not, is said calmly."""
        if not row.external_id:
            said = _("Счёт у платёжной системы не открыт: спросить не о чем.")
            return self.done(request, row, said, level=messages.WARNING)
        try:
            payment = checks.check_payment(payment_id=row.pk, origin=PaymentEvent.Origin.STAFF)
        except (IntegrationError, EventTooEarly) as error:
            said = _("Платёжная система не ответила как надо: %(error)s. Попробуйте через минуту.")
            return self.done(request, row, said % {"error": error}, level=messages.WARNING)
        except UnknownPayment:
            said = _("Платёжная система говорит о другом заказе. Ничего не изменено.")
            return self.done(request, row, said, level=messages.ERROR)
        except UnknownProvider:
            said = _("Эта платёжная система сейчас выключена.")
            return self.done(request, row, said, level=messages.WARNING)
        self.log_change(request, row, _("Проверен у платёжной системы"))
        words = {"before": row.get_status_display(), "after": payment.get_status_display()}
        if payment.status == row.status:
            said = _("Проверено. Состояние прежнее: %(after)s.") % words
            return self.done(request, row, said, level=messages.INFO)
        return self.done(request, row, _("Проверено: %(before)s → %(after)s.") % words)

    def give_access(self, request: HttpRequest, row: Payment) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            fulfilment.give_access(payment_id=row.pk, reason=reason, staff=cast(User, request.user))
            self.log_change(request, row, _("Доступ выдан вручную: %(r)s") % {"r": reason})
            return self.done(request, row, _("Доступ выдаётся: ссылка придёт клиенту сама."))
        return self.ask(
            request,
            row,
            title=_("Выдать доступ по платежу № %(number)s") % {"number": row.number},
            effects=effects_of_giving(row),
            form=form,
            button=_("Выдать доступ"),
        )

    def charge_back(self, request: HttpRequest, row: Payment) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                incident = chargebacks.report(payment_id=row.pk, detail=reason)
            except NotPossible as error:
                return self.done(request, row, str(error), level=messages.ERROR)
            self.log_change(request, row, _("Опротестование: %(r)s") % {"r": reason})
            words = {"number": incident.pk}
            return self.done(request, row, _("Открыто исключение № %(number)s.") % words)
        return self.ask(
            request,
            row,
            title=_("Опротестование платежа № %(number)s") % {"number": row.number},
            effects=[
                _("Откроется исключение: по нему решают, снимать ли срок."),
                _("Деньги и доступ пока не меняются."),
            ],
            form=form,
            button=_("Открыть исключение"),
        )

    @method_decorator(require_POST)
    def repeat(self, request: HttpRequest, row: Payment) -> HttpResponse:
        calls, reactions = staff.repeat_case(row)
        self.log_change(request, row, _("Вызовы и действия повторены"))
        if not calls and not reactions:
            return self.done(request, row, _("Повторять нечего."), level=messages.INFO)
        said = _("Поставлено в очередь: вызовов – %(calls)s, действий – %(reactions)s.")
        return self.done(request, row, said % {"calls": calls, "reactions": reactions})


def effects_of_giving(payment: Payment) -> list[str]:
    """What pressing the button would do, worked out before it is pressed."""
    subscription = getattr(payment.customer, "subscription", None)
    entries = payment.day_entries.filter(seconds__gt=0, subscription__customer=payment.customer)
    effects = []
    if entries.exists():
        effects.append(_("Дни по этому платежу уже начислены, второй раз они не начислятся."))
    else:
        start = max(now(), subscription.expires_at) if subscription else now()
        end = add_period(start, length=payment.length, unit=Unit(payment.unit))
        words = {"from": moment(start), "to": moment(end), "days": days_phrase((end - start).days)}
        effects.append(_("Доступ продлится: %(from)s → %(to)s (%(days)s).") % words)
        effects.append(_("Деньги не проводятся: выручка не изменится."))
        if payment.paid_at is None:
            late = _("Если деньги придут позже, дни за них начислятся отдельно.")
            effects.append(late)
    if payment.customer.is_partner:
        effects.append(_("Тариф включится, партнёр получит письмо."))
    else:
        effects.append(_("Панель получит новый срок, бот отправит клиенту ссылку."))
    effects.append(_("Ваше имя и причина останутся в записи."))
    return effects
