"""Forms of promo codes: one, or many at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from payments.models import Plan, PromoCode
from payments.services.promo_batches import MOST_AT_ONCE
from payments.services.promotions import normal

LONGEST_DAYS = 3660
CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("Три заглавные латинские буквы: RUB."))


def check_terms(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """What a code gives must make sense, and its time must not end before it begins."""
    kind, value = cleaned.get("kind"), cleaned.get("value")
    if kind == PromoCode.Kind.PERCENT and value is not None and value > 99:
        form.add_error("value", _("Не больше 99: что-то должно остаться к оплате."))
    is_odd = value is not None and (value % 1 or value > LONGEST_DAYS)
    if kind == PromoCode.Kind.DAYS and is_odd:
        form.add_error("value", _("Дни – целое число, не больше 3660."))
    starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
    if starts and ends and ends <= starts:
        form.add_error("ends_at", _("Конец раньше начала."))


class PromoCodeForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    currency = forms.CharField(
        label=_("Валюта"),
        initial="RUB",
        widget=UnfoldAdminTextInputWidget,
        validators=[CURRENCY],
        help_text=_("Только для скидки суммой."),
    )

    class Meta:
        model = PromoCode
        fields = (
            "code",
            "kind",
            "value",
            "currency",
            "plans",
            "starts_at",
            "ends_at",
            "limit_total",
            "limit_per_customer",
            "first_purchase_only",
            "is_active",
            "note",
        )
        widgets = {"plans": UnfoldAdminCheckboxSelectMultipleWidget}
        help_texts = {
            "code": _("Клиент может вводить маленькими буквами. Для ссылки – только латиница."),
            "value": _("Проценты, сумма или дни – по тому, что выбрано выше."),
            "plans": _("Ничего не выбрано – на все тарифы."),
            "limit_total": _("Пусто – сколько угодно."),
            "is_active": _("Снимите, чтобы код больше не принимался. Оплаченное остаётся."),
        }

    def clean_code(self) -> str:
        return normal(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        check_terms(self, {"kind": self.instance.kind, **cleaned})
        return cleaned


class MakeCodesForm(forms.Form):
    """Codes that are drawn by chance, each for one use."""

    number = forms.IntegerField(
        label=_("Сколько кодов"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    beginning = forms.CharField(
        label=_("Начало кода"),
        max_length=16,
        required=False,
        help_text=_("Например MARCH-. Дальше восемь случайных букв и цифр."),
        widget=UnfoldAdminTextInputWidget,
    )
    kind = forms.ChoiceField(
        label=_("Что даёт"), choices=PromoCode.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    value = forms.DecimalField(
        label=_("Сколько"),
        min_value=1,
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    currency = forms.CharField(
        label=_("Валюта"), initial="RUB", validators=[CURRENCY], widget=UnfoldAdminTextInputWidget
    )
    plans = forms.ModelMultipleChoiceField(
        label=_("Тарифы"),
        queryset=Plan.objects.filter(audience=Plan.Audience.CUSTOMERS),
        required=False,
        help_text=_("Ничего не выбрано – на все тарифы."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    starts_at = forms.SplitDateTimeField(
        label=_("Действуют с"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    ends_at = forms.SplitDateTimeField(
        label=_("Действуют до"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    first_purchase_only = forms.BooleanField(
        label=_("Только на первую покупку"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    note = forms.CharField(
        label=_("Заметка"),
        max_length=200,
        help_text=_("По ней набор находится в списке."),
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_beginning(self) -> str:
        beginning = normal(self.cleaned_data["beginning"])
        RegexValidator(r"^[A-ZА-ЯЁ0-9_-]*\Z", _("Буквы, цифры, дефис."))(beginning)
        return beginning

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        check_terms(self, cleaned)
        return cleaned
