"""What the public is shown of a partner: plain values in the active language, and nothing else of the row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max
from django.utils.translation import get_language, gettext

from integrations.clock import now
from partners.models import Document, LegalForm, Partner, PartnerService
from partners.models.vocabulary import Term
from payments.formats import money

REGIONS_ON_A_CARD = 3
# Whom the tax service was not asked about for longer is doubtful: staff and the partner are told.
STALE_AFTER = timedelta(days=30)
# Papers whose name may be told; what proves a registration, or shows somebody's house, stays with us.
PUBLIC_DOCUMENTS = (Document.Kind.LICENCE, Document.Kind.CERTIFICATE)
TELEGRAM = re.compile(r"(?:@|(?:https?://)?(?:t\.me|telegram\.me)/)?([a-z][a-z0-9_]{3,31})/?", re.I)
PHONE = re.compile(r"\+\d{7,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A partner in a list. `logo` marks the version of the picture, empty where there is none."""

    code: str
    name: str
    category: str
    specialisations: list[str]
    regions: list[str]
    more_regions: int
    about: str
    rating: Decimal | None
    ratings: int
    verified_at: datetime | None
    logo: str

    @property
    def initial(self) -> str:
        # A name in quotes has the company's form before it.
        name = self.name.partition("«")[2] or self.name
        return next((letter for letter in name if letter.isalnum()), "·").upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    title: str
    low: Decimal | None
    high: Decimal | None
    unit: str

    @property
    def text(self) -> str:
        """«10 000 ₽ – 20 000 ₽ за м²»; empty where no price was given."""
        amount = amounts(self.low, self.high)
        return f"{amount} / {self.unit}" if amount and self.unit else amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Addresses that are safe to stand in a link; empty where there is none."""

    phone: str
    email: str
    website: str
    telegram: str

    @property
    def phone_text(self) -> str:
        """«+7 900 000-00-01»."""
        try:
            number = phonenumbers.parse(self.phone)
        except phonenumbers.NumberParseException:
            return self.phone
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def site_name(self) -> str:
        host = urlsplit(self.website).hostname or ""
        try:
            return host.encode("ascii").decode("idna")
        except UnicodeError:
            return host


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All of a partner's page."""

    card: Card
    legal_name: str
    legal_form: str
    inn: str
    ogrn: str
    registered_on: date | None
    published_at: datetime
    address: str
    cities: list[str]
    regions: list[str]
    radius_km: int | None
    budget: str
    services: list[Price]
    documents: list[str]
    response_percent: int | None
    contacts: Contacts
    changed_at: datetime


def card(partner: Partner) -> Card:
    regions = titles(partner.regions.all())
    return Card(
        code=partner.code,
        name=partner.name,
        category=partner.category.title(language()),
        specialisations=titles(partner.specialisations.all()),
        regions=regions[:REGIONS_ON_A_CARD],
        more_regions=max(0, len(regions) - REGIONS_ON_A_CARD),
        about=partner.about,
        rating=partner.rating if partner.ratings else None,
        ratings=partner.ratings,
        verified_at=partner.verified_at,
        logo=logo_version(partner),
    )


def profile(partner: Partner) -> Profile:
    """Six queries more than the row itself."""
    return Profile(
        card=card(partner),
        legal_name=partner.legal_name,
        legal_form=""
        if partner.legal_form == LegalForm.OTHER
        else partner.get_legal_form_display(),
        inn=partner.inn,
        ogrn=partner.ogrn,
        registered_on=partner.registered_on,
        published_at=partner.published_at,
        address=partner.address,
        cities=[city.name for city in partner.cities.all()],
        regions=titles(partner.regions.all()),
        radius_km=partner.radius_km,
        budget=amounts(partner.budget_from, partner.budget_to),
        services=[_price(service) for service in partner.services.all()],
        documents=_documents(partner),
        response_percent=(
            None if partner.response_rate is None else round(partner.response_rate * 100)
        ),
        contacts=contacts(partner),
        changed_at=_changed_at(partner),
    )


def contacts(partner: Partner) -> Contacts:
    return Contacts(
        phone=partner.phone if PHONE.fullmatch(partner.phone) else "",
        email=_email(partner.email),
        website=web_address(partner.website),
        telegram=_telegram(partner.telegram),
    )


def web_address(text: str) -> str:
    """The address where it is one of the web, else nothing: no `javascript:`, no `data:`, no name with a password."""
    try:
        parts = urlsplit(text.strip())
        is_plain = parts.username is None and parts.password is None
        host = parts.hostname
    except ValueError:
        return ""
    good = parts.scheme.lower() in ("http", "https") and bool(host) and is_plain
    return parts.geturl() if good else ""


def amounts(low: Decimal | None, high: Decimal | None) -> str:
    """«от 10 000 ₽», «до 20 000 ₽», «10 000 ₽ – 20 000 ₽»; empty where neither is known."""
    if low is None and high is None:
        return ""
    if high is None:
        return gettext("от %(amount)s") % {"amount": money(low or Decimal(0), "RUB")}
    if low is None:
        return gettext("до %(amount)s") % {"amount": money(high, "RUB")}
    if low == high:
        return money(low, "RUB")
    return f"{money(low, 'RUB')} – {money(high, 'RUB')}"


def titles(terms: Iterable[Term]) -> list[str]:
    return [term.title(language()) for term in terms]


def is_stale(partner: Partner) -> bool:
    return partner.verified_at is None or partner.verified_at < now() - STALE_AFTER


def language() -> str:
    return (get_language() or "ru")[:2]


def logo_version(partner: Partner) -> str:
    """Changes with the file, so that a browser may keep the picture for a year."""
    if not partner.logo:
        return ""
    return hashlib.sha256(str(partner.logo.name).encode()).hexdigest()[:12]


def _price(service: PartnerService) -> Price:
    return Price(
        title=service.title, low=service.price_from, high=service.price_to, unit=service.unit
    )


def _documents(partner: Partner) -> list[str]:
    shown = partner.documents.filter(
        review=Document.Review.VERIFIED, kind__in=PUBLIC_DOCUMENTS
    ).order_by("kind", "id")
    return [
        f"{row.get_kind_display()}: {row.name}" if row.name else row.get_kind_display()
        for row in shown
    ]


def _changed_at(partner: Partner) -> datetime:
    """When the page last said something else: the profile, the tax service's answer, a paper or a client's stars."""
    seen = partner.documents.aggregate(at=Max("reviewed_at"))["at"]
    rated = partner.offers.aggregate(at=Max("rated_at"))["at"]
    times = (partner.updated_at, partner.published_at, partner.verified_at, seen, rated)
    return max(time for time in times if time is not None)


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _telegram(text: str) -> str:
    """The name alone, from «@name», «t.me/name» or «name»."""
    match = TELEGRAM.fullmatch(text.strip())
    return match[1] if match else ""
