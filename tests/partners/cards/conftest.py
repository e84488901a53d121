from __future__ import annotations

from decimal import Decimal

import pytest

from partners.models import Channel, Conversation, LeadOffer, Specialisation
from partners.services import channels
from partners.services.channels import Port
from tests.partners.factories import a_lead, a_partner, an_offer
from tests.support.ports import stand_ins

WHY = [["region", 30], ["specialisation", 30], ["rating", 10], ["response", 10], ["turn", 10]]


@pytest.fixture
def ports(monkeypatch) -> dict[Channel, Port]:
    """These tests look at what is written, not at what leaves."""
    made = stand_ins()
    monkeypatch.setattr(channels, "PORTS", made)
    return made


@pytest.fixture
def offers(db) -> list[LeadOffer]:
    """Three companies for one lead; the first with all a card can tell."""
    best = a_partner(
        name="ООО «Кровля-Тест»",
        rating=Decimal("4.75"),
        ratings=12,
        response_rate=Decimal("0.954"),
        budget_from=Decimal(50_000),
        specialisations=["roofing", "finishing", "foundations", "electrics"],
    )
    lead = a_lead(specialisation=Specialisation.objects.get(code="roofing"))
    best.services.create(
        title="Кровля",
        specialisation=lead.specialisation,
        price_from=1000,
        price_to=2000,
        unit="м²",
    )
    others = [a_partner(), a_partner()]
    return [
        an_offer(lead=lead, partner=partner, rank=rank, why=WHY)
        for rank, partner in enumerate([best, *others], 1)
    ]


@pytest.fixture
def conversation(db) -> Conversation:
    made: Conversation = Conversation.objects.create(channel=Channel.UMNICO, external_id="chat-1")
    return made
