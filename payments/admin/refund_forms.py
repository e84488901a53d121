from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
)

from payments.admin.badges import sum_of
from payments.admin.forms import ReasonForm
from payments.money import Money

MOST_DAYS = 3660


class RefundForm(ReasonForm):
    """How much goes back and what it takes. `key` is drawn with the form: sent twice, it is one refund."""

    amount = forms.DecimalField(
        label=gettext_lazy("Сколько вернуть"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    days = forms.IntegerField(
        label=gettext_lazy("Снять дней"),
        help_text=gettext_lazy("Только для части денег: вся сумма снимает всё, что за неё дано."),
        min_value=0,
        max_value=MOST_DAYS,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ("amount", "days", "reason", "key")

    def __init__(self, *args: Any, left: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        self.fields["amount"].help_text = _("Не больше %(left)s.") % {"left": sum_of(left)}
        self.fields["reason"].help_text = _("Увидят сотрудники; клиенту она не отправляется.")

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount > self.left.amount:
            said = _("Осталось только %(left)s.") % {"left": sum_of(self.left)}
            raise forms.ValidationError(said)
        return amount


class RejectForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Это прочитает клиент: что проверили и почему нет.")


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page itself is the question."""


class EvidenceForm(forms.Form):
    evidence = forms.CharField(
        label=gettext_lazy("Подтверждение перевода"),
        help_text=gettext_lazy("Банк, номер операции и время: по ним перевод найдут."),
        min_length=5,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
