"""The registry's own form: the fields of a Tilda form, with the trouble beside each of them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners.errors import FileRefused
from partners.fields import FIELDS, REQUIRED, Kind
from partners.models import Application, Category, Document, LegalForm, Region, Specialisation
from partners.services import documents, news
from partners.services.reading import read

CONSENT = "2026-11"  # the wording beside the box; a new wording is a new version
MOST_FILES = 10
NUMBER = re.compile(r"[A-Za-z0-9_-]{20,60}")

COMPANY = ("company", "inn", "ogrn", "legal_form", "kpp", "director", "legal_address")
CONTACTS = ("contact_name", "phone", "email", "website", "telegram", "address")
WORK = ("category", "specialisations", "regions", "cities", "radius_km", "budget_from", "budget_to")
WORDS = ("about", "services")
FIELDS_OF: dict[str, tuple[str, ...]] = {
    Application.Form.REGISTRATION: (*COMPANY, *CONTACTS, *WORK, *WORDS, "comment"),
    Application.Form.UPDATE: ("partner_code", *COMPANY, *CONTACTS, *WORK, *WORDS, "comment"),
    Application.Form.DOCUMENTS: ("partner_code", "company", "inn", "email", "phone", "comment"),
}
HINTS: dict[str, Any] = {
    "company": _("Как вас знают клиенты, например ООО «Ромашка»."),
    "inn": _("10 цифр у компании, 12 у предпринимателя. По нему мы спросим ФНС."),
    "email": _("Сюда придёт письмо со ссылкой на вашу заявку."),
    "phone": _("Например +7 900 000-00-01."),
    "cities": _("Через запятую."),
    "about": _("Что вы делаете лучше других. До 5000 знаков."),
    "services": _("По одной на строке, например: Кровля под ключ – от 3000 ₽ за м²."),
    "telegram": _("Например @romashka."),
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "company": {"autocomplete": "organization"},
    "inn": {"inputmode": "numeric"},
    "ogrn": {"inputmode": "numeric"},
    "contact_name": {"autocomplete": "name"},
    "phone": {"autocomplete": "tel", "inputmode": "tel"},
    "email": {"autocomplete": "email", "inputmode": "email"},
    "website": {"autocomplete": "url", "inputmode": "url"},
    "radius_km": {"inputmode": "numeric"},
    "budget_from": {"inputmode": "decimal"},
    "budget_to": {"inputmode": "decimal"},
    "about": {"rows": 6},
    "services": {"rows": 4},
    "comment": {"rows": 3},
}
LISTS: dict[str, Any] = {
    "category": Category,
    "specialisations": Specialisation,
    "regions": Region,
}


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files of the kinds we take, each looked at by its bytes."""

    widget = ManyFiles

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [file for file in given if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Не больше %(most)s файлов.") % {"most": MOST_FILES})
        troubles = []
        for file in files:
            try:
                documents.examine(file, kind=self.kind)
            except FileRefused as error:
                troubles.append(f"{documents.shown_name(file.name or '')}: {error}")
        if troubles:
            raise forms.ValidationError([*troubles])
        return files


class JoinForm(forms.Form):
    """One of our forms, in the language of whoever fills it in. `number` names this very submission."""

    number = forms.CharField(required=False, widget=forms.HiddenInput)
    # People do not see it; programs fill in whatever has a name.
    homepage = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    papers = FilesField(
        kind=Document.Kind.OTHER,
        required=False,
        label=_("Документы"),
        help_text=_(
            "Свидетельства, лицензии, примеры работ: PDF, JPEG, PNG, WebP, HEIC, DOCX, XLSX до 15 МБ."
        ),
    )
    logo = FilesField(
        kind=Document.Kind.LOGO,
        required=False,
        label=_("Логотип"),
        help_text=_("PNG, JPEG или WebP."),
        widget=forms.ClearableFileInput,
    )

    def __init__(self, *args: Any, kind: str, language: str, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.kind = kind
        required = REQUIRED if kind == Application.Form.REGISTRATION else ()
        for name in FIELDS_OF[kind]:
            self.fields[name] = _field(name, language, is_required=name in required)
        for name in ("specialisations", "regions"):
            if name in self.fields:
                self._put_chosen_first(name)
        self.fields["consent"] = forms.BooleanField(
            label=_("Согласен на обработку персональных данных для проверки и размещения в реестре")
        )
        if kind == Application.Form.REGISTRATION:
            self.fields["news"] = forms.BooleanField(label=news.wording(), required=False)

    def clean(self) -> dict[str, Any]:
        """What our reader cannot read is said beside its field."""
        given = {
            name: self.cleaned_data[name]
            for name in FIELDS_OF[self.kind]
            if name in self.cleaned_data
        }
        _data, problems = read(self.kind, given)
        for name, why in problems.items():
            if name in given and name not in self.errors:
                self.add_error(name, why[:1].upper() + why[1:] + ".")
        return self.cleaned_data

    def _put_chosen_first(self, name: str) -> None:
        """In a list of ninety nobody would find what is ticked."""
        chosen = set(self[name].value() or [])
        field: Any = self.fields[name]
        field.choices = sorted(field.choices, key=lambda choice: choice[0] not in chosen)

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("homepage"))

    def release(self) -> None:
        """Empty the trap, so that a person may press again."""
        if isinstance(self.data, QueryDict):
            emptied = self.data.copy()
            emptied["homepage"] = ""
            self.data = emptied

    def raw(self) -> dict[str, str | list[str]]:
        """What was typed, as any form sends it, with the wording that was agreed to."""
        typed = {name: self.cleaned_data.get(name) for name in FIELDS_OF[self.kind]}
        told: dict[str, str | list[str]] = {name: value for name, value in typed.items() if value}
        told |= {"consent": "yes", "consent text": CONSENT}
        if self.cleaned_data.get("news"):
            told |= {"news": "yes", news.TEXT: news.wording()}
        return told

    def uploads(self) -> list[UploadedFile[Any]]:
        return [*self.cleaned_data.get("papers", []), *self.cleaned_data.get("logo", [])]

    def submission(self) -> str:
        """The number of this submission; a new one where somebody took it away."""
        given = self.cleaned_data.get("number", "")
        return given if NUMBER.fullmatch(given) else new_number()


def new_number() -> str:
    return secrets.token_urlsafe(18)


def typed_before(raw: Mapping[str, Any], data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What a form shows first: what was read, and what was sent where it could not be read."""
    shown: dict[str, Any] = {}
    for name in FIELDS_OF[kind]:
        value = data.get(name, raw.get(name, ""))
        is_list = FIELDS[name].kind is Kind.TERMS
        if isinstance(value, list) and not is_list:
            value = ", ".join(str(item) for item in value)
        elif is_list and not isinstance(value, list):
            value = [value] if value else []
        shown[name] = value
    return shown


def _field(name: str, language: str, *, is_required: bool) -> forms.Field:
    field = FIELDS[name]
    common: dict[str, Any] = {
        "label": field.title,
        "required": is_required,
        "help_text": HINTS.get(name, ""),
    }
    nothing = ("", _("не выбрано"))
    if name in LISTS:
        terms = LISTS[name].objects.filter(is_active=True)
        choices = [(term.code, term.title(language)) for term in terms]
        if field.kind is Kind.TERMS:
            return forms.MultipleChoiceField(
                **common, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        return forms.ChoiceField(**common, choices=[nothing, *choices])
    if field.kind is Kind.FORM:
        return forms.ChoiceField(**common, choices=[nothing, *LegalForm.choices])
    widget = forms.Textarea if field.longest > 1000 else forms.TextInput
    # A little more than fits: the reader says it better.
    return forms.CharField(
        **common, max_length=field.longest * 2, widget=widget(attrs=ATTRIBUTES.get(name, {}))
    )
