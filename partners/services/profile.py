"""From what an application says to what a partner's row holds, and what would change by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from partners.models import (
    Category,
    City,
    LegalForm,
    Partner,
    Region,
    RegistryAnswer,
    Specialisation,
)
from partners.services.price_lines import read_services

# Field of an application -> column of the partner.
TEXTS = {
    "company": "name",
    "legal_form": "legal_form",
    "inn": "inn",
    "ogrn": "ogrn",
    "kpp": "kpp",
    "director": "director",
    "legal_address": "legal_address",
    "address": "address",
    "contact_name": "contact_name",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "telegram": "telegram",
    "about": "about",
}
SUMS = ("budget_from", "budget_to")
# Column of the partner -> names in the tax service's card, the first that says something. It is kept as it says it.
OF_THE_REGISTRY = {
    "legal_name": ("legal_name", "short_name"),
    "ogrn": ("ogrn",),
    "kpp": ("kpp",),
    "director": ("director", "managed_by"),
    "legal_address": ("legal_address",),
    "registered_on": ("registered_on",),
}
LEGAL = frozenset({"company", "legal_form", "inn", "ogrn", "kpp", "director", "legal_address"})


@dataclass(frozen=True, slots=True)
class Change:
    """`field` is a name of partners.fields."""

    field: str
    before: str
    after: str


def columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that `data` speaks of, in the types of the partner's row; what cannot be one is left out."""
    found: dict[str, Any] = {}
    for name, column in TEXTS.items():
        if name in data:
            found[column] = _fitting(column, data[name])
    for name in SUMS:
        if name in data:
            found[name] = _decimal(data[name])
    if "radius_km" in data:
        found["radius_km"] = _whole(data["radius_km"])
    if category := Category.objects.filter(code=str(data.get("category") or "")).first():
        found["category"] = category
    low, high = found.get("budget_from"), found.get("budget_to")
    if low is not None and high is not None and low > high:
        found["budget_from"], found["budget_to"] = high, low
    return found


def legal_form_of(data: Mapping[str, Any]) -> str:
    """As it was sent; else a number of twelve digits is a person's."""
    sent = str(data.get("legal_form") or "")
    if sent in LegalForm.values:
        return sent
    return LegalForm.IP if len(str(data.get("inn") or "")) == 12 else LegalForm.OTHER


def registry_columns(answer: RegistryAnswer | None) -> dict[str, Any]:
    """What the tax service's card says, by the partner's columns; empty values are left out."""
    if answer is None:
        return {}
    found: dict[str, Any] = {}
    for column, names in OF_THE_REGISTRY.items():
        value = next((said for name in names if (said := answer.card.get(name))), None)
        value = _day(value) if column == "registered_on" else _fitting(column, value)
        if value:
            found[column] = value
    return found


def last_answer(inn: str) -> RegistryAnswer | None:
    """The newest card the tax service gave for this number."""
    cards = RegistryAnswer.objects.filter(
        inn=inn, method="egr", outcome=RegistryAnswer.Outcome.FOUND
    )
    return cards.order_by("-received_at").first() if inn else None


def set_terms(partner: Partner, data: Mapping[str, Any]) -> None:
    """Its specialisations, regions, towns and services, those of them that `data` speaks of."""
    if "specialisations" in data:
        codes = _texts(data["specialisations"])
        partner.specialisations.set(Specialisation.objects.filter(code__in=codes))
    if "regions" in data:
        partner.regions.set(Region.objects.filter(code__in=_texts(data["regions"])))
    if "cities" in data:
        partner.cities.set(_cities(partner, _texts(data["cities"])))
    if "services" in data:
        _set_services(partner, str(data["services"] or ""))


def changes(partner: Partner, data: Mapping[str, Any]) -> list[Change]:
    """What `data` says otherwise than the partner's row; nothing is written."""
    found = []
    values = columns(data)
    for name in data:
        column = TEXTS.get(name, name)
        if column in values:
            before, after = getattr(partner, column), values[column]
            if (before or None) != (after or None):
                found.append(Change(name, said(before), said(after)))
        elif name in ("specialisations", "regions"):
            before_codes = sorted(getattr(partner, name).values_list("code", flat=True))
            after_codes = sorted(_texts(data[name]))
            if before_codes != after_codes:
                found.append(Change(name, ", ".join(before_codes), ", ".join(after_codes)))
        elif name == "cities":
            names = sorted(partner.cities.values_list("name", flat=True))
            wanted = sorted(_texts(data[name]))
            if names != wanted:
                found.append(Change(name, ", ".join(names), ", ".join(wanted)))
        elif name == "services":
            before_lines = service_lines(partner)
            after_lines = [_line(*_parts(one)) for one in read_services(str(data[name] or ""))]
            if before_lines != after_lines:
                found.append(Change(name, "\n".join(before_lines), "\n".join(after_lines)))
    return found


def service_lines(partner: Partner) -> list[str]:
    """The partner's services as lines a person could have typed."""
    return [_line(*_parts(one)) for one in partner.services.all()]


def said(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _parts(one: Any) -> tuple[str, Decimal | None, Decimal | None, str]:
    return one.title, one.price_from, one.price_to, one.unit


def _line(title: str, low: Decimal | None, high: Decimal | None, unit: str) -> str:
    """In words that read_services() reads again."""
    if low is None and high is None:
        return title
    if low is not None and high is not None:
        price = f"{low:.2f}" if low == high else f"{low:.2f}–{high:.2f}"
    elif low is not None:
        price = _("от %(sum)s") % {"sum": f"{low:.2f}"}
    else:
        price = _("до %(sum)s") % {"sum": f"{high:.2f}"}
    line = f"{title} – {price} ₽"
    return f"{line} {_('за %(unit)s') % {'unit': unit}}" if unit else line


def _set_services(partner: Partner, text: str) -> None:
    """The list as it was typed; a service that stays keeps what staff gave it."""
    known = {one.title: one.specialisation_id for one in partner.services.all()}
    partner.services.all().delete()
    for position, one in enumerate(read_services(text), 1):
        partner.services.create(
            title=one.title,
            price_from=one.price_from,
            price_to=one.price_to,
            unit=one.unit,
            position=position,
            specialisation_id=known.get(one.title),
        )


def _cities(partner: Partner, names: list[str]) -> list[City]:
    """Towns of the partner's regions, the largest of a name; a new one is created in the first of them."""
    regions = list(partner.regions.all())
    found = []
    for name in dict.fromkeys(one[:120] for one in names):
        known = City.objects.filter(name__iexact=name).order_by("-population", "pk")
        city = known.filter(region__in=regions).first() if regions else known.first()
        if city is None and regions:
            city, _fresh = City.objects.get_or_create(region=regions[0], name=name)
        if city is not None:
            found.append(city)
    return found


def _fitting(column: str, value: Any) -> str:
    longest = getattr(Partner._meta.get_field(column), "max_length", None)
    return str(value or "").strip()[:longest]


def _texts(value: Any) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [text for one in many if (text := str(one or "").strip())]


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if 0 <= number < Decimal(10**10) else None


def _whole(value: Any) -> int | None:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 32767 else None


def _day(value: Any) -> date | None:
    try:
        return datetime.strptime(str(value or ""), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
