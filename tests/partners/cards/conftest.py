from __future__ import annotations

from decimal import Decimal

import pytest

from partners.models import Channel, ChatMessage, Conversation, LeadOffer, Specialisation
from partners.services import channels
from tests.partners.factories import a_lead, a_partner, an_offer

WHY = [["region", 30], ["specialisation", 30], ["rating", 10], ["response", 10], ["turn", 10]]


class Port:
    """A way back to the person that leads nowhere: these tests look at what is written, not at what leaves."""

    channel = Channel.UMNICO
    longest = 4096

    def send(self, message: ChatMessage) -> str:
        raise AssertionError("nothing is sent here")

    fetch_text = send


@pytest.fixture
def ports(monkeypatch) -> dict[Channel, Port]:
    made: dict[Channel, Port] = {
        channel: Port() for channel in Channel if channel != Channel.FLEXBE
    }
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
