"""What a page tells search engines and messengers about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext

from partners.selectors.cards import Profile

DESCRIPTION = 160  # characters that are shown in a list of results
LOCALES = {"ru": "ru_RU", "en": "en_GB"}
Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """`alternates` are pairs of a language (or x-default) and the page's address in it."""

    title: str
    description: str
    canonical: str
    alternates: list[tuple[str, str]] = field(default_factory=list)
    image: str = ""
    kind: str = "website"
    is_hidden: bool = False  # from search engines
    data: Data | None = None

    @property
    def locale(self) -> str:
        return LOCALES.get(get_language() or "", LOCALES["ru"])


def address(path: str, parameters: Sequence[tuple[str, str]] = ()) -> str:
    """Absolute, at PUBLIC_URL with its host as it travels: a Cyrillic one in punycode."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{_home(settings.PUBLIC_URL)}{path}{query}"


@lru_cache(maxsize=4)
def _home(public_url: str) -> str:
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    ascii_host = host if host.isascii() else host.encode("idna").decode()
    return f"{parts.scheme}://{parts.netloc.lower().replace(host, ascii_host)}"


def addresses(
    path: str, parameters: Sequence[tuple[str, str]] = ()
) -> tuple[str, list[tuple[str, str]]]:
    """The canonical address of what is being rendered, and all of them by language. Russian needs no word for it."""
    by_language = {
        code: address(path, parameters if code == "ru" else [*parameters, ("lang", code)])
        for code, _name in settings.LANGUAGES
    }
    canonical = by_language.get(get_language() or "", by_language["ru"])
    return canonical, [*by_language.items(), ("x-default", by_language["ru"])]


def of_partner(profile: Profile) -> Meta:
    card = profile.card
    path = reverse("partners:page", args=[card.code])
    canonical, alternates = addresses(path)
    image = (
        address(reverse("partners:logo", args=[card.code]), [("v", card.logo)]) if card.logo else ""
    )
    where = f" · {', '.join(card.regions)}" if card.regions else ""
    return Meta(
        title=f"{card.name} – {card.category.lower()}{where}",
        description=description(profile),
        canonical=canonical,
        alternates=alternates,
        image=image,
        kind="profile",
        data=partner_data(profile, canonical, image),
    )


def description(profile: Profile) -> str:
    card = profile.card
    said = [card.about] if card.about else []
    does = ", ".join(card.specialisations)
    text = " ".join([f"{does}.", *said] if does else said) or gettext(
        "Компания проверена по реестру ФНС и одобрена сотрудником."
    )
    return Truncator(" ".join(text.split())).chars(DESCRIPTION)


def partner_data(profile: Profile, canonical: str, image: str) -> Data:
    """schema.org's LocalBusiness; only what the page itself shows, and no rating where nobody rated."""
    card, reach = profile.card, profile.contacts
    offers = [
        {
            "@type": "Offer",
            "itemOffered": {"@type": "Service", "name": price.title},
            **_price(price.low, price.high),
        }
        for price in profile.services
    ]
    facts: Data = {
        "@id": canonical,
        "url": canonical,
        "name": card.name,
        "legalName": profile.legal_name,
        "taxID": profile.inn,
        "description": card.about,
        "image": image,
        "logo": image,
        "telephone": reach.phone,
        "email": reach.email,
        "address": profile.address,
        "sameAs": [reach.website] if reach.website else [],
        "areaServed": [
            *({"@type": "City", "name": name} for name in profile.cities),
            *({"@type": "AdministrativeArea", "name": name} for name in profile.regions),
        ],
        "knowsAbout": card.specialisations,
        "makesOffer": offers,
    }
    data: Data = {"@context": "https://schema.org", "@type": "LocalBusiness"}
    data |= {name: value for name, value in facts.items() if value}
    if card.rating is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(card.rating),
            "ratingCount": card.ratings,
            "bestRating": 5,
            "worstRating": 1,
        }
    return data


def _price(low: Any, high: Any) -> Data:
    prices = {"minPrice": low, "maxPrice": high}
    given = {name: str(value) for name, value in prices.items() if value is not None}
    if not given:
        return {}
    return {"priceSpecification": {"@type": "PriceSpecification", "priceCurrency": "RUB", **given}}
