"""What staff say in a conversation, and what they put right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from partners.models import Category, Conversation, Region, Specialisation
from partners.services import readers
from partners.services.understanding import Understood


class ReplyForm(forms.Form):
    """`key` is drawn with the form: sent twice, the same form says it once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label=gettext_lazy("Ответ"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Напишите ответ.")},
    )

    def __init__(self, data: object = None, *, longest: int) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        field = self.fields["text"]
        field.max_length = longest  # type: ignore[attr-defined]
        field.validators.append(MaxLengthValidator(longest))
        field.widget.attrs["maxlength"] = str(longest)
        field.widget.attrs["data-reply"] = ""


class AgainForm(forms.Form):
    """Which message is to be sent once more."""

    message = forms.IntegerField(widget=forms.HiddenInput)


def _text(label: Any, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, widget=UnfoldAdminTextInputWidget
    )


def _sum(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=1,
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )


def _choice(label: Any, rows: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        label=label, queryset=rows, required=False, widget=UnfoldAdminSelectWidget
    )


class FactsForm(forms.Form):
    """What somebody wants and who he is, as it was understood until now."""

    specialisation = _choice(
        gettext_lazy("Что нужно"), Specialisation.objects.filter(is_active=True)
    )
    category = _choice(gettext_lazy("Категория"), Category.objects.filter(is_active=True))
    region = _choice(gettext_lazy("Регион"), Region.objects.filter(is_active=True))
    city = _text(gettext_lazy("Город"), 120)
    budget_from = _sum(gettext_lazy("Бюджет от, ₽"))
    budget_to = _sum(gettext_lazy("Бюджет до, ₽"))
    term = _text(gettext_lazy("Срок"), 120)
    name = _text(gettext_lazy("Имя"), 200)
    phone = _text(gettext_lazy("Телефон"), 40)
    email = _text(gettext_lazy("E-mail"), 254)

    def __init__(self, data: Any = None, *, conversation: Conversation) -> None:
        self.known = known = Understood.from_json(conversation.understood)
        super().__init__(
            data,
            initial={
                "specialisation": known.specialisations[0] if known.specialisations else None,
                "name": conversation.name,
                "phone": conversation.phone,
                "email": conversation.email,
                **{
                    field: getattr(known, field)
                    for field in ("category", "region", "city", "budget_from", "budget_to", "term")
                },
            },
        )

    def clean_phone(self) -> str:
        return self._read("phone", readers.phone)

    def clean_email(self) -> str:
        return self._read("email", readers.email)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        low, high = said.get("budget_from"), said.get("budget_to")
        if low is not None and high is not None and low > high:
            self.add_error("budget_to", _("Меньше, чем «от»."))
        return said

    def wish(self) -> Understood:
        said = self.cleaned_data
        work = said["specialisation"]
        # The first one alone was shown: left as it is, the others stay behind it.
        is_kept = work is not None and self.known.specialisations[:1] == (work.pk,)
        works = self.known.specialisations if is_kept else (work.pk,) if work else ()
        return replace(
            self.known,
            specialisations=works,
            category=said["category"] and said["category"].pk,
            region=said["region"] and said["region"].pk,
            **{field: said[field] for field in ("city", "budget_from", "budget_to", "term")},
        )

    def _read(self, field: str, reader: Callable[[str], str]) -> str:
        text = self.cleaned_data[field].strip()
        try:
            return reader(text) if text else ""
        except readers.Unreadable as error:
            raise forms.ValidationError(str(error)) from None
