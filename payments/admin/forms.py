from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from payments.models import Plan, PlanPrice

LONGEST_GIFT = 3660


class ReasonForm(forms.Form):
    """Whatever a person does past the rules is explained by that person."""

    reason = forms.CharField(
        label=_("Причина"),
        help_text=_("Увидят все, кто откроет эту запись: обращение, договорённость, ошибка."),
        min_length=5,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class GiveDaysForm(ReasonForm):
    """`key` is drawn with the form: sent twice, the same form gives once."""

    number = forms.IntegerField(
        label=_("Сколько дней"),
        min_value=1,
        max_value=LONGEST_GIFT,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ("number", "reason", "key")


class ChoosePlanForm(forms.Form):
    plan = forms.ModelChoiceField(
        label=_("Тариф"),
        queryset=Plan.objects.filter(is_active=True),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, audience: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["plan"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Plan.objects.filter(is_active=True, audience=audience)


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    currency = forms.CharField(
        label=_("Валюта"),
        initial="RUB",
        widget=UnfoldAdminTextInputWidget,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Три заглавные латинские буквы: RUB."))],
    )

    class Meta:
        model = Plan
        fields = (
            "code",
            "audience",
            "title_ru",
            "title_en",
            "length",
            "unit",
            "amount",
            "currency",
            "is_active",
            "position",
        )
        help_texts = {
            "code": _("Латиницей, для ссылок и отчётов. После первых продаж лучше не менять."),
            "audience": _(
                "Клиентам – в боте, партнёрам – в их кабинете. Одни не видят тарифов других."
            ),
            "length": _("Сколько дней или календарных месяцев доступа."),
            "amount": _("Новая цена действует для новых счетов; открытые остаются при своей."),
            "is_active": _("Снимите, чтобы убрать тариф из бота. Купленное продолжит работать."),
            "position": _("Меньшее число – выше в списке бота."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "audience" in self.fields:  # absent where the plan is only read
            self.fields["audience"].required = False  # the model's own answer: customers

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("Цена должна быть больше нуля."))
        return amount


class PlanPriceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    currency = forms.CharField(
        label=_("Валюта"),
        widget=UnfoldAdminTextInputWidget,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Три заглавные латинские буквы: XTR."))],
    )

    class Meta:
        model = PlanPrice
        fields = ("currency", "amount")
