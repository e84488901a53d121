"""What a partner may type in, read by the readers of applications: a sum or a phone means the same everywhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from partners.fields import FIELDS
from partners.models import Application, Category, LegalForm, Partner, Region, Specialisation
from partners.services import reading

LISTS = ("specialisations", "regions", "cities")


def _title(name: str) -> Any:
    return FIELDS[name].title


def _field(name: str, *, is_needed: bool = False, hint: Any = "", **attrs: Any) -> forms.CharField:
    field = FIELDS[name]
    widget = forms.Textarea if field.longest > 1000 else forms.TextInput
    return forms.CharField(
        label=_title(name),
        required=is_needed,
        help_text=hint,
        # A little more than fits: the reader says it better.
        max_length=field.longest * 2,
        widget=widget(attrs=attrs),
    )


def _choices(model: Any, language: str) -> list[tuple[str, str]]:
    return [(term.code, term.title(language)) for term in model.objects.filter(is_active=True)]


class ProfileForm(forms.Form):
    """The part of the profile that is changed at once."""

    about = _field("about", hint=_("Что вы делаете лучше других. До 5000 знаков."), rows=8)
    category = forms.ChoiceField(label=_title("category"))
    specialisations = forms.MultipleChoiceField(
        label=_title("specialisations"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.MultipleChoiceField(
        label=_title("regions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cities = _field("cities", hint=_("Через запятую."))
    radius_km = _field("radius_km", inputmode="numeric")
    budget_from = _field("budget_from", inputmode="decimal")
    budget_to = _field("budget_to", inputmode="decimal")
    contact_name = _field("contact_name", autocomplete="name")
    phone = _field("phone", autocomplete="tel", inputmode="tel")
    website = _field("website", autocomplete="url", inputmode="url")
    telegram = _field("telegram")
    address = _field("address", hint=_("Где вас найти: офис, склад, выставка."))
    language = forms.ChoiceField(label=_("Язык писем и кабинета"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = {"category": Category, "specialisations": Specialisation, "regions": Region}
        for name, model in lists.items():
            self.fields[name].choices = _choices(model, language)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """`cleaned_data` afterwards is what partners.services.profile takes; what was emptied is empty there."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "language"}
        data, problems = reading.read(Application.Form.UPDATE, typed)
        for name, why in problems.items():
            if name in self.fields:
                self.add_error(name, why)
        emptied = {name: [] if name in LISTS else "" for name in typed}
        return {**emptied, **data, "language": self.cleaned_data.get("language", "")}


def profile_values(partner: Partner) -> dict[str, Any]:
    """What the form shows first."""
    return {
        "about": partner.about,
        "category": partner.category.code,
        "specialisations": [term.code for term in partner.specialisations.all()],
        "regions": [term.code for term in partner.regions.all()],
        "cities": ", ".join(city.name for city in partner.cities.all()),
        "radius_km": partner.radius_km if partner.radius_km is not None else "",
        "budget_from": typed(partner.budget_from),
        "budget_to": typed(partner.budget_to),
        "contact_name": partner.contact_name,
        "phone": partner.phone,
        "website": partner.website,
        "telegram": partner.telegram,
        "address": partner.address,
        "language": partner.language,
    }


def typed(value: Decimal | None) -> str:
    """A sum as it stands in a form."""
    return "" if value is None else f"{value.normalize():f}"


class DetailsForm(forms.Form):
    """What the tax service knows, and the e-mail that opens the cabinet."""

    company = _field("company", is_needed=True)
    legal_form = forms.ChoiceField(label=_title("legal_form"), choices=LegalForm)
    inn = _field("inn", is_needed=True, inputmode="numeric")
    ogrn = _field("ogrn", inputmode="numeric")
    kpp = _field("kpp", inputmode="numeric")
    director = _field("director")
    legal_address = _field("legal_address")
    email = _field(
        "email",
        is_needed=True,
        hint=_("На него приходят письма и ссылки для входа."),
        inputmode="email",
        autocomplete="email",
    )
    comment = _field("comment", hint=_("Что и почему меняется."), rows=3)
    file = forms.FileField(
        label=_("Документ, который это подтверждает"), required=False, max_length=200
    )

    def clean(self) -> dict[str, Any]:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        data, problems = reading.read(Application.Form.UPDATE, typed)
        for name, why in problems.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, why)
        return {**dict.fromkeys(typed, ""), **data}


class SpecialisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    language = "ru"

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title(self.language))


class PriceForm(forms.Form):
    """One row of the price list."""

    title = forms.CharField(label=_("Услуга"), max_length=200)
    specialisation = SpecialisationField(
        label=_("Специализация"),
        queryset=Specialisation.objects.none(),
        required=False,
        empty_label=_("не выбрана"),
    )
    price_from = forms.CharField(
        label=_("Цена от, ₽"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    price_to = forms.CharField(
        label=_("Цена до, ₽"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    unit = forms.CharField(
        label=_("За что"), max_length=40, required=False, help_text=_("Например: м², час, проект.")
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["specialisation"]
        if isinstance(choice, SpecialisationField):
            choice.language = language
            choice.queryset = Specialisation.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        sums = {"price_from": "budget_from", "price_to": "budget_to"}
        typed = {sums[name]: cleaned.get(name, "") for name in sums}
        data, problems = reading.read(Application.Form.UPDATE, typed)
        for name, ours in sums.items():
            if ours in problems:
                self.add_error(name, problems[ours])
            cleaned[name] = Decimal(data[ours]) if ours in data else None
        return cleaned
