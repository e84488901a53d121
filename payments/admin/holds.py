"""Held money on a payment's page: taken or released by a person, with a reason."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from integrations.admin.badges import Tone, badge
from integrations.admin.cards import Action, CardAdmin
from integrations.errors import IntegrationError
from payments.admin.badges import sum_of
from payments.admin.forms import ReasonForm
from payments.errors import NothingHeld, UnknownPayment
from payments.models import Payment
from payments.registry import UnknownProvider
from payments.services import holds

RIGHT = "payments.settle_hold"


class CaptureForm(ReasonForm):
    """How much of the held sum is taken."""

    amount = forms.DecimalField(
        label=gettext_lazy("Сколько списать"),
        help_text=gettext_lazy("Меньше можно: остаток вернётся клиенту, разница станет скидкой."),
        max_digits=10,
        decimal_places=2,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    field_order = ("amount", "reason")


def is_held(payment: Payment) -> bool:
    return payment.is_open and payment.held_at is not None


def held_badge(payment: Payment) -> list[SafeString]:
    return [badge(_("деньги заморожены"), Tone.WARN)] if is_held(payment) else []


class HoldActions(CardAdmin):
    """The two buttons of a payment whose sum is held."""

    hold_actions = {"capture_hold": ("capture", RIGHT), "release_hold": ("release", RIGHT)}

    def hold_buttons(self, request: HttpRequest, row: Payment) -> list[Action]:
        if not is_held(row) or not request.user.has_perm(RIGHT):
            return []
        return [
            self.button("capture_hold", row, _("Списать"), asks=True, is_main=True),
            self.button("release_hold", row, _("Отменить заморозку"), asks=True),
        ]

    def capture(self, request: HttpRequest, row: Payment) -> HttpResponse:
        data = request.POST if request.method == "POST" else None
        form = CaptureForm(data, initial={"amount": row.amount})
        if request.method == "POST" and form.is_valid():
            amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
            words = {"sum": amount, "r": reason}
            return self._settle(
                request,
                row,
                lambda: holds.capture_hold(payment_id=row.pk, amount=amount),
                _("Списание замороженных денег: %(sum)s. %(r)s") % words,
            )
        return self.ask(
            request,
            row,
            title=_("Списать деньги по платежу № %(number)s") % {"number": row.number},
            effects=[
                _("Заморожено: %(sum)s.") % {"sum": sum_of(row.money)},
                _("Деньги будут списаны, доступ выдан, клиент получит ссылку."),
                _("Ваше имя и причина останутся в записи."),
            ],
            form=form,
            button=_("Списать"),
        )

    def release(self, request: HttpRequest, row: Payment) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            words = {"r": form.cleaned_data["reason"]}
            return self._settle(
                request,
                row,
                lambda: holds.release_hold(payment_id=row.pk),
                _("Заморозка отменена: %(r)s") % words,
            )
        return self.ask(
            request,
            row,
            title=_("Отменить заморозку по платежу № %(number)s") % {"number": row.number},
            effects=[
                _("Деньги вернутся клиенту, доступ выдан не будет."),
                _("Клиент узнает об этом от бота."),
                _("Ваше имя и причина останутся в записи."),
            ],
            form=form,
            button=_("Отменить заморозку"),
        )

    def _settle(
        self, request: HttpRequest, row: Payment, act: Callable[[], Payment], said: str
    ) -> HttpResponse:
        """Do it, and say calmly what came of it."""
        try:
            payment = act()
        except NothingHeld:
            words = _("Замороженных денег уже нет, или их меньше. Ничего не изменено.")
            return self.done(request, row, words, level=messages.WARNING)
        except (IntegrationError, UnknownPayment, UnknownProvider) as error:
            words = _("Платёжная система не ответила как надо: %(error)s. Попробуйте через минуту.")
            return self.done(request, row, words % {"error": error}, level=messages.WARNING)
        self.log_change(request, row, said)
        result = {"status": payment.get_status_display()}
        return self.done(request, row, _("Готово. Состояние: %(status)s.") % result)
