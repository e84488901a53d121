"""What a card says, whichever channel carries it: plain words in the active language, each of a bounded length."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.template.defaultfilters import floatformat
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from partners.models import LeadOffer, Partner
from partners.selectors import cards as selector
from partners.services import matching

# Characters: five cards of ordinary companies fit into one message, the longest card into a message of its own.
NAME, TERM, UNIT = 100, 60, 40
MOST_TERMS = 3
SHORTENED = "…"
# Nobody sees them, and with them a name could turn the text behind it round (RTL marks) or begin another line.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})

# `LeadOffer.why` as it is said to the client; whose turn it was is no reason for him.
WHY = {
    "region": gettext_lazy("работает в вашем регионе"),
    "specialisation": gettext_lazy("делает такие работы"),
    "category": gettext_lazy("нужная категория"),
    "budget": gettext_lazy("берётся за такой бюджет"),
    "city": gettext_lazy("работает в вашем городе"),
    "rating": gettext_lazy("хорошие оценки клиентов"),
    "response": gettext_lazy("отвечает вовремя"),
}
NOT_SAID = frozenset({"turn"})
# Points come from a start that everybody has; a reason for this one they are from here on.
GOOD_RATING, GOOD_RESPONSE = 4, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`price` is that of the work asked for, `budget` what the partner takes on at all; empty where unknown."""

    code: str
    name: str
    category: str
    specialisations: list[str]
    more_specialisations: int
    regions: list[str]
    more_regions: int
    price: str
    budget: str
    rating: str
    ratings: int
    response_percent: int | None
    verified_on: str
    why: list[str]

    @property
    def version(self) -> str:
        """Changes with anything the card says."""
        said = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def content_of(partner: Partner, offer: LeadOffer | None = None) -> Content:
    """Of an offer with what concerns its lead. No query where specialisations, regions and services were prefetched."""
    card = selector.card(partner)
    wanted = offer.lead.specialisation_id if offer else None
    does = sorted(partner.specialisations.all(), key=lambda term: term.pk != wanted)
    titles = selector.titles(does)
    rate = partner.response_rate
    return Content(
        code=card.code,
        name=one_line(card.name, NAME),
        category=one_line(card.category, TERM),
        specialisations=_terms(titles[:MOST_TERMS]),
        more_specialisations=max(0, len(titles) - MOST_TERMS),
        regions=_terms(card.regions),
        more_regions=card.more_regions,
        price=_price(partner, offer) if offer else "",
        budget=selector.amounts(partner.budget_from, partner.budget_to),
        rating=floatformat(card.rating, 1),
        ratings=card.ratings,
        response_percent=None if rate is None else round(rate * 100),
        verified_on=f"{localtime(card.verified_at):%d.%m.%Y}" if card.verified_at else "",
        why=_why(partner, offer) if offer else [],
    )


def one_line(text: str, longest: int) -> str:
    """The text without what nobody sees, in one line, and no longer than that."""
    seen = "".join(
        " " if unicodedata.category(letter) in UNSEEN else letter for letter in text[: 50 * longest]
    )
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - len(SHORTENED)].rstrip() + SHORTENED


def _terms(titles: Iterable[str]) -> list[str]:
    return [one_line(title, TERM) for title in titles]


def _price(partner: Partner, offer: LeadOffer) -> str:
    """What the partner takes for the work the client asked for, where he names a price."""
    wanted = offer.lead.specialisation_id
    for service in partner.services.all():
        if wanted is None or service.specialisation_id != wanted:
            continue
        price = selector.Price(
            title=service.title,
            low=service.price_from,
            high=service.price_to,
            unit=one_line(service.unit, UNIT),
        )
        if price.text:
            return price.text
    return ""


def _why(partner: Partner, offer: LeadOffer) -> list[str]:
    return [
        one_line(str(WHY.get(code) or matching.REASONS.get(code, code)), TERM)
        for code, _points in offer.why
        if code not in NOT_SAID and _is_earned(partner, code)
    ]


def _is_earned(partner: Partner, code: str) -> bool:
    if code == "rating":
        return partner.rating is not None and partner.rating >= GOOD_RATING
    if code == "response":
        return partner.response_rate is not None and partner.response_rate * 100 >= GOOD_RESPONSE
    return True
