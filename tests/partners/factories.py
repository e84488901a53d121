"""Rows of the registry for tests. Numbers are the simulator's own: region 99, companies that do not exist."""

from __future__ import annotations

from itertools import count
from typing import Any

from integrations.clock import now
from partners.models import (
    Application,
    Category,
    Document,
    Lead,
    LeadOffer,
    Partner,
    Region,
    Specialisation,
)
from partners.services.vocabulary import load_defaults

_numbers = count(1)


def inn(number: int) -> str:
    """A genuine INN-10 of the fictional region 99: its last digit is the check digit."""
    body = f"9901{number % 100_000:05}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return f"{body}{total % 11 % 10}"


def ogrn(number: int) -> str:
    """A genuine OGRN-13 of region 99."""
    body = f"119990{number % 1_000_000:06}"
    return f"{body}{int(body) % 11 % 10}"


def vocabulary() -> None:
    """The default lists, once."""
    load_defaults()


def a_partner(**fields: Any) -> Partner:
    """A listed partner. `specialisations` and `regions` are codes."""
    if not Category.objects.exists():
        vocabulary()
    number = next(_numbers)
    specialisations = fields.pop("specialisations", ["roofing"])
    regions = fields.pop("regions", ["99"])
    if "category" not in fields:
        fields["category"] = Category.objects.get(code="contractor")
    partner: Partner = Partner.objects.create(
        **{
            "code": f"P-261122-{number:04}",
            "name": f"Ромашка {number}",
            "legal_name": f"ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ «РОМАШКА {number}»",
            "legal_form": "ooo",
            "inn": inn(number),
            "ogrn": ogrn(number),
            "kpp": "990101001",
            "director": "Петров Пётр Петрович",
            "legal_address": "г. Тестовск, ул. Примерная, д. 1",
            "phone": f"+7900{number:07}",
            "email": f"partner{number}@example.test",
            "about": "Кроем крыши.",
            "verified_at": now(),
            **fields,
        }
    )
    partner.specialisations.set(Specialisation.objects.filter(code__in=specialisations))
    partner.regions.set(Region.objects.filter(code__in=regions))
    return partner


def an_application(**fields: Any) -> Application:
    """A registration as it stands after it was read; `data` follows the columns."""
    number = next(_numbers)
    columns = {
        "company": f"ООО «Ромашка {number}»",
        "legal_form": "ooo",
        "inn": inn(number),
        "ogrn": ogrn(number),
        "phone": f"+7901{number:07}",
        "email": f"applicant{number}@example.test",
    }
    columns |= {name: fields.pop(name) for name in list(fields) if name in columns}
    data = {
        **columns,
        "category": "contractor",
        "specialisations": ["roofing"],
        "regions": ["99"],
        **fields.pop("data", {}),
    }
    application: Application = Application.objects.create(
        **{
            "form": Application.Form.REGISTRATION,
            "source": Application.Source.SITE,
            "raw": {name: str(value) for name, value in data.items()},
            "data": data,
            **columns,
            **fields,
        }
    )
    return application


def a_document(**fields: Any) -> Document:
    if not {"partner", "application"} & fields.keys():
        fields["application"] = an_application()
    document: Document = Document.objects.create(
        **{"name": "licence.pdf", "content_type": "application/pdf", **fields}
    )
    return document


def a_lead(**fields: Any) -> Lead:
    lead: Lead = Lead.objects.create(
        **{"source": Lead.Source.API, "text": "Нужна крыша", "phone": "+79020000001", **fields}
    )
    return lead


def an_offer(**fields: Any) -> LeadOffer:
    if "lead" not in fields:
        fields["lead"] = a_lead()
    if "partner" not in fields:
        fields["partner"] = a_partner()
    offer: LeadOffer = LeadOffer.objects.create(**{"rank": 1, "score": 1, **fields})
    return offer
