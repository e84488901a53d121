"""How a card looks in every channel, for whoever wants to see it before a client does."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.mail.letters import Letter, compose
from partners.models import LeadOffer, Partner, SentCard
from partners.services.cards.rendering import LIMITS, length, preview

A_NUMBER = 1  # of a request that nobody has made


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One chat. `html` holds no markup but our templates'; `length` of `limit` signs are taken."""

    channel: str
    title: str
    text: str
    html: str
    length: int
    limit: int

    @property
    def fits(self) -> bool:
        return self.length <= self.limit


def chats(partner: Partner, *, language: str, offer: LeadOffer | None = None) -> list[Look]:
    looks = []
    for channel, limit in LIMITS.items():
        shown = preview(partner, channel, language=language, offer=offer)
        looks.append(
            Look(
                channel=channel.value,
                title=channel.label,
                text=shown.text,
                html=shown.html,
                length=length(shown.text),
                limit=limit,
            )
        )
    return looks


def letter(partner: Partner, *, language: str, offer: LeadOffer | None = None) -> Letter:
    """The letter as it would come with this card alone."""
    shown = preview(partner, SentCard.Channel.MAIL, language=language, offer=offer)
    number = offer.lead_id if offer else A_NUMBER
    return compose("lead_cards", language, {"number": number, "cards": [shown.as_context()]})
