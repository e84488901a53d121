"""Leads as a partner may see them: whose client it is, only after accepting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet

from partners.models import LeadOffer, Partner


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCard:
    """An offer in the partner's language. The contacts are empty until he has accepted; `budget` in roubles."""

    pk: int
    number: int
    status: str
    status_title: str
    created_at: datetime
    answered_at: datetime | None
    text: str
    place: str
    wanted: str
    budget: Decimal | None
    term: str
    is_closed: bool
    client_name: str = ""
    phone: str = ""
    email: str = ""
    rating: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status == LeadOffer.Status.OFFERED and not self.is_closed

    @property
    def is_accepted(self) -> bool:
        return self.status == LeadOffer.Status.ACCEPTED


def offers_to(partner: Partner, *, status: str = "") -> QuerySet[LeadOffer]:
    """Newest first; those of one status, if it is one."""
    offers = LeadOffer.objects.filter(partner=partner).select_related(
        "lead__region", "lead__category", "lead__specialisation"
    )
    if status in LeadOffer.Status.values:
        offers = offers.filter(status=status)
    return offers.order_by("-pk")


def offers_by_status(partner: Partner) -> dict[str, int]:
    counts = (
        LeadOffer.objects.filter(partner=partner)
        .order_by()
        .values_list("status")
        .annotate(many=Count("pk"))
    )
    return dict(counts)


def offer_card(offer: LeadOffer, language: str) -> OfferCard:
    lead = offer.lead
    known = offer.status == LeadOffer.Status.ACCEPTED
    region = lead.region.title(language) if lead.region else ""
    term = lead.specialisation or lead.category
    return OfferCard(
        pk=offer.pk,
        number=lead.pk,
        status=offer.status,
        status_title=offer.get_status_display(),
        created_at=offer.created_at,
        answered_at=offer.answered_at,
        text=lead.text,
        place=", ".join(word for word in (lead.city, region) if word),
        wanted=term.title(language) if term else "",
        budget=lead.budget,
        term=lead.term,
        is_closed=lead.status == lead.Status.CLOSED,
        client_name=lead.client_name if known else "",
        phone=lead.phone if known else "",
        email=lead.email if known else "",
        rating=offer.rating,
    )


def new_leads(partner: Partner) -> int:
    """Offers that wait for an answer."""
    return LeadOffer.objects.filter(partner=partner, status=LeadOffer.Status.OFFERED).count()
