"""«Подтвердить по выписке» on the page of a payment that a bank's statement alone can show."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.admin.cards import Action, CardAdmin
from integrations.clock import now
from payments.abilities import StatementLine
from payments.admin.badges import sum_of
from payments.admin.forms import ReasonForm
from payments.errors import NotPossible
from payments.models import Payment, PaymentEvent
from payments.money import Money
from payments.services.bank_lines import awaits_line, confirm_transfer

RIGHT = "payments.confirm_transfer"


class LineForm(ReasonForm):
    """The line as the statement has it: typed in, never taken from the invoice."""

    number = forms.CharField(
        label=gettext_lazy("Номер платёжного поручения"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
    )
    on = forms.DateField(label=gettext_lazy("Дата в выписке"), widget=UnfoldAdminDateWidget)
    amount = forms.DecimalField(
        label=gettext_lazy("Сумма в выписке, ₽"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    field_order = ("number", "on", "amount", "reason")

    def clean_on(self) -> object:
        day = self.cleaned_data["on"]
        if day > localdate(now()):
            raise forms.ValidationError(_("Дата ещё не наступила."))
        return day


class ConfirmsTransfers(CardAdmin):
    """For the admin of payments: the button and its page."""

    line_actions = {"confirm_transfer": ("confirm_line", RIGHT)}

    def line_buttons(self, request: HttpRequest, row: Payment) -> list[Action]:
        if not request.user.has_perm(RIGHT) or not awaits_line(row):
            return []
        title = _("Подтвердить по выписке")
        return [self.button("confirm_transfer", row, title, asks=True, is_main=True)]

    def confirm_line(self, request: HttpRequest, row: Payment) -> HttpResponse:
        if not awaits_line(row):
            said = _("Подтверждать нечего: деньги по этому счёту уже учтены.")
            return self.done(request, row, said, level=messages.WARNING)
        form = LineForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._confirm(request, row, form)
        return self.ask(
            request,
            row,
            title=_("Подтвердить счёт № %(number)s по выписке банка") % {"number": row.number},
            effects=[
                _("Счёт на %(sum)s. Сумма должна совпасть до копейки.")
                % {"sum": sum_of(row.money)},
                _("Совпадёт – деньги будут проведены, тариф включится, партнёр получит письмо."),
                _("Не совпадёт – платёж уйдёт на проверку, решать будут в исключениях."),
                _("Одна строка выписки оплачивает один счёт."),
                _("Ваше имя и причина останутся в записи."),
            ],
            form=form,
            button=_("Подтвердить"),
        )

    def _confirm(self, request: HttpRequest, row: Payment, form: LineForm) -> HttpResponse:
        data = form.cleaned_data
        line = StatementLine(
            number=data["number"].strip(), on=data["on"], money=Money(data["amount"], row.currency)
        )
        try:
            outcome = confirm_transfer(
                payment_id=row.pk,
                line=line,
                reason=data["reason"],
                staff=cast(User, request.user),
            )
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        words = {"number": line.number, "date": line.on.isoformat(), "sum": sum_of(line.money)}
        said = _("Строка выписки: № %(number)s от %(date)s, %(sum)s.") % words
        self.log_change(request, row, f"{said} {data['reason']}")
        if outcome == PaymentEvent.Outcome.REVIEW:
            differs = _("Сумма не та, что в счёте: платёж на проверке, открыто исключение.")
            return self.done(request, row, differs, level=messages.WARNING)
        return self.done(request, row, _("Оплата подтверждена."))
