from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin
from integrations.errors import IntegrationError
from payments.errors import PaymentError
from payments.models import Customer, Plan, ProviderState
from payments.provider import PaymentProvider
from payments.registry import get_provider
from payments.services import checkout, provider_states
from payments.services.examination import examine
from payments.services.provider_health import Health, health_of
from project.admin.provider_card import card_of, silence_badge

EXAMINE = "payments.examine_provider"


@admin.register(ProviderState)
class ProviderStateAdmin(CardAdmin):
    """Every provider that is switched on: one row each, made when it is first looked for."""

    change_form_template = "admin/office/provider.html"
    list_display = ("name", "keys", "last_call", "quiet", "poller", "examined")
    sortable_by = ()
    card_actions = {"examine": ("examine", EXAMINE), "try_paying": ("try_paying", EXAMINE)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderState]:
        rows: QuerySet[ProviderState] = super().get_queryset(request)
        return rows.filter(slug__in=settings.PAYMENT_PROVIDERS)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        known = set(ProviderState.objects.values_list("slug", flat=True))
        for slug in settings.PAYMENT_PROVIDERS:
            if slug not in known:
                provider_states.state_of(slug)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    @admin.display(description=gettext_lazy("платёжная система"))
    def name(self, row: ProviderState) -> str:
        return get_provider(row.slug).label

    @admin.display(description=gettext_lazy("ключи"))
    def keys(self, row: ProviderState) -> SafeString:
        return keys_badge(row, get_provider(row.slug))

    @admin.display(description=gettext_lazy("последний принятый вызов"))
    def last_call(self, row: ProviderState) -> str:
        accepted = self._health(row).accepted
        return moment(accepted.last_delivery_at if accepted else None)

    @admin.display(description=gettext_lazy("тишина"))
    def quiet(self, row: ProviderState) -> SafeString:
        return silence_badge(self._health(row).silence)

    @admin.display(description=gettext_lazy("опрос"))
    def poller(self, row: ProviderState) -> SafeString:
        return poller_badge(row)

    @admin.display(description=gettext_lazy("проверена"))
    def examined(self, row: ProviderState) -> str:
        return moment(row.examined_at)

    def _health(self, row: Any) -> Health:
        """Read once for a row of the list."""
        if not hasattr(row, "health"):
            row.health = health_of(get_provider(row.slug))
        health: Health = row.health
        return health

    def build_card(self, request: HttpRequest, row: ProviderState) -> Card:
        provider = get_provider(row.slug)
        card = card_of(
            provider, self._health(row), badges=[keys_badge(row, provider), poller_badge(row)]
        )
        if self.may(request, "examine"):
            card.actions = [self.button("examine", row, _("Проверить сейчас"), is_main=True)]
            if settings.SANDBOX:
                card.actions.append(self.button("try_paying", row, _("Пробная оплата")))
        return card

    @method_decorator(require_POST)
    def examine(self, request: HttpRequest, row: ProviderState) -> HttpResponse:
        examine(get_provider(row.slug))
        self.log_change(request, row, _("Проверена"))
        return self.done(request, row, _("Проверено: ответы ниже."))

    @method_decorator(require_POST)
    def try_paying(self, request: HttpRequest, row: ProviderState) -> HttpResponse:
        """In the sandbox: an invoice for whoever talked to the bot last, and straight to where it is paid."""
        if not settings.SANDBOX:
            raise PermissionDenied
        provider = get_provider(row.slug)
        people = Customer.objects.filter(kind=Customer.Kind.TELEGRAM)
        customer = people.order_by("-last_seen_at").first()
        on_sale = Plan.objects.filter(is_active=True, audience=Plan.Audience.CUSTOMERS)
        plan = on_sale.filter(currency__in=provider.currencies).first()
        if customer is None or plan is None:
            said = _("Сначала напишите боту в песочнице /start и заведите тариф в этой валюте.")
            return self.done(request, row, said, level=messages.WARNING)
        try:
            payment = checkout.start_checkout(
                customer_id=customer.pk,
                plan_id=plan.pk,
                provider=row.slug,
                method=provider.methods[0],
                shown_amount=Decimal(plan.amount),
            )
        except (PaymentError, IntegrationError) as error:
            said = _("Счёт не открылся: %(error)s") % {"error": error}
            return self.done(request, row, said, level=messages.WARNING)
        if payment.pay_url.startswith(("https://", "http://")):
            return HttpResponseRedirect(payment.pay_url)
        return self.done(request, row, _("Счёт открыт: %(payment)s.") % {"payment": payment})


def keys_badge(row: ProviderState, provider: PaymentProvider) -> SafeString:
    """Whether they are there, and whether the last examination found them right. Their values are never shown."""
    if provider.missing(settings.CREDENTIALS):
        return badge(_("ключей нет"), Tone.BAD)
    works = row.examination.get("account", {}).get("ok")
    if works is False:
        return badge(_("ключи не подошли"), Tone.BAD)
    return badge(_("ключи верны") if works else _("ключи заданы"), Tone.OK)


def poller_badge(row: ProviderState) -> SafeString:
    if settings.POLLS_A_MINUTE <= 0:
        return badge(_("опрос выключен"), Tone.IDLE)
    if row.failures:
        words = {"count": row.failures, "until": moment(row.silent_until, seconds=True)}
        return badge(_("не отвечает (%(count)s), ждём до %(until)s") % words, Tone.BAD)
    if row.answered_at is None:
        return badge(_("ещё не спрашивали"), Tone.IDLE)
    return badge(_("опрос идёт"), Tone.OK)
