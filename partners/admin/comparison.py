"""What was sent, what the tax service says and what the partner's card holds, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING
from partners.fields import FIELDS, Kind
from partners.models import (
    Application,
    Category,
    LegalForm,
    Partner,
    Region,
    RegistryAnswer,
    Specialisation,
)
from partners.services import profile
from partners.services.verification import likeness
from partners.services.verification.likeness import Likeness

LEFT_OUT = ("documents", "logo", "consent", "comment", "partner_code")
ALWAYS = ("company", "inn", "ogrn", "kpp", "director", "legal_address")
LISTS: dict[str, Any] = {
    "category": Category,
    "specialisations": Specialisation,
    "regions": Region,
}


@dataclass(frozen=True, slots=True)
class Line:
    """`problem` says why a value was not read; `differs` marks what a person should look at."""

    title: str
    sent: str
    registry: str
    current: str
    problem: str = ""
    differs: bool = False
    is_news: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    lines: list[Line]
    has_registry: bool
    has_partner: bool

    @property
    def differences(self) -> int:
        return sum(line.differs for line in self.lines)


def compare(
    application: Application, answer: RegistryAnswer | None, partner: Partner | None
) -> Comparison:
    titles = _titles(application.data)
    registry = _of_registry(answer)
    current = _of_partner(partner) if partner else {}
    lines = []
    for name, field in FIELDS.items():
        if name in LEFT_OUT:
            continue
        sent = _shown(name, application.data.get(name), titles)
        theirs, ours = registry.get(name, ""), current.get(name, "")
        problem = str(application.problems.get(name, ""))
        if not (sent or theirs or ours or problem or name in ALWAYS):
            continue
        lines.append(
            Line(
                str(field.title),
                sent or NOTHING,
                theirs or NOTHING,
                ours or NOTHING,
                problem,
                differs=bool(sent and theirs) and not same(name, sent, theirs),
                is_news=partner is not None and bool(sent) and not same(name, sent, ours),
            )
        )
    return Comparison(lines, answer is not None, partner is not None)


def same(name: str, one: str, other: str) -> bool:
    """Whether two values mean the same to a reader: signs, case and the words of a legal form aside."""
    if name == "company":
        return likeness.companies(one, other) == Likeness.SAME
    if name == "director":
        return likeness.people(one, other) == Likeness.SAME
    if name == "legal_address":
        return likeness.addresses(one, other) != Likeness.OTHER
    return likeness.plain(one) == likeness.plain(other)


def _of_registry(answer: RegistryAnswer | None) -> dict[str, str]:
    found = profile.registry_columns(answer)
    said: dict[str, str] = {
        name: str(found[name])
        for name in ("ogrn", "kpp", "director", "legal_address")
        if name in found
    }
    if answer is not None:
        card: Mapping[str, Any] = answer.card
        said["inn"] = answer.inn
        said["company"] = str(card.get("short_name") or found.get("legal_name") or "")
    return said


def _of_partner(partner: Partner) -> dict[str, str]:
    said = {name: profile.said(getattr(partner, column)) for name, column in profile.TEXTS.items()}
    said |= {name: profile.said(getattr(partner, name)) for name in ("budget_from", "budget_to")}
    said["radius_km"] = profile.said(partner.radius_km)
    said["legal_form"] = str(partner.get_legal_form_display())
    said["category"] = str(partner.category)
    for name in ("specialisations", "regions", "cities"):
        said[name] = ", ".join(sorted(str(one) for one in getattr(partner, name).all()))
    said["services"] = "\n".join(profile.service_lines(partner))
    return said


def _titles(data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The words of the codes that this application names: a query for each list."""
    return {
        name: {
            term.code: str(term) for term in model.objects.filter(code__in=_many(data.get(name)))
        }
        for name, model in LISTS.items()
        if data.get(name)
    }


def _shown(name: str, value: Any, titles: dict[str, dict[str, str]]) -> str:
    if value in (None, "", []):
        return ""
    if name == "legal_form":
        return str(dict(LegalForm.choices).get(str(value), value))
    if name in LISTS:
        words = titles.get(name, {})
        return ", ".join(sorted(words.get(code, code) for code in _many(value)))
    if FIELDS[name].kind == Kind.YES:
        return _("да") if value else _("нет")
    if FIELDS[name].kind == Kind.MONEY:
        amount = profile.columns({name: value}).get(name)
        return profile.said(amount) or str(value)
    return ", ".join(sorted(_many(value))) if isinstance(value, list) else str(value)


def _many(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]
