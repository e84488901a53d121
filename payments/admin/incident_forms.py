"""What a person fills in to decide an exception."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from payments.admin import search
from payments.models import Incident, Plan
from payments.services.incident_actions import Action
from payments.services.incident_answers import LONGEST


class DecisionForm(forms.Form):
    """`key` is drawn with the form: sent twice, the same form acts once."""

    reason = forms.CharField(
        label=gettext_lazy("Причина"),
        help_text=gettext_lazy("Увидят все, кто откроет эту запись."),
        min_length=5,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    answer = forms.CharField(
        label=gettext_lazy("Ответ клиенту"),
        help_text=gettext_lazy("Уйдёт через бота. Пустое поле – ничего не писать."),
        max_length=LONGEST,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, action: Action, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = action.needs_reason
        if not action.needs_reason:
            self.fields["reason"].help_text = _("Можно не заполнять.")
        if incident.customer is None and not action.names_payer:
            del self.fields["answer"]


class LinkForm(DecisionForm):
    """Whose money it is: an invoice, or a customer and the plan he meant."""

    payment = forms.CharField(
        label=gettext_lazy("Счёт"),
        help_text=gettext_lazy("Номер счёта или номер заказа."),
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    customer = forms.CharField(
        label=gettext_lazy("или клиент"),
        help_text=gettext_lazy(
            "Telegram ID или @имя, у партнёра e-mail: для него откроется новый платёж."
        ),
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    plan = forms.ModelChoiceField(
        label=gettext_lazy("и тариф"),
        queryset=Plan.objects.all(),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("payment", "customer", "plan", "reason", "answer", "key")

    def clean_payment(self) -> int | None:
        term = self.cleaned_data["payment"].strip()
        if not term:
            return None
        found = search.invoices_called(term)
        if len(found) != 1:
            raise forms.ValidationError(_ambiguous(len(found)))
        return found[0]

    def clean_customer(self) -> int | None:
        term = self.cleaned_data["customer"].strip()
        if not term:
            return None
        found = search.customers_called(term)
        if len(found) != 1:
            raise forms.ValidationError(_ambiguous(len(found)))
        return found[0]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        by_customer = data.get("customer") is not None and data.get("plan") is not None
        if (data.get("payment") is not None) == by_customer:
            raise forms.ValidationError(_("Укажите либо счёт, либо клиента вместе с тарифом."))
        return data


def _ambiguous(found: int) -> str:
    if found == 0:
        return _("Никого не нашли.")
    return _("Нашлось несколько: уточните.")
