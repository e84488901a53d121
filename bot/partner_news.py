"""News for partners in Telegram: a reaction of project/reactions.py. The letter goes out all the same."""

from __future__ import annotations

from bot.messenger import Letter, Outcome, WhenUnsure, send_once
from bot.models import Message
from bot.screens import partner_chat
from partners.models import LeadOffer
from partners.services import chats


def offer_in_telegram(*, offer_id: int) -> None:
    """A lead, once to each chat of the partner; better twice than never. Not said any more once it was answered."""
    offer = LeadOffer.objects.select_related(
        "partner", "lead__region", "lead__specialisation", "lead__category"
    ).get(pk=offer_id)
    if offer.status != LeadOffer.Status.OFFERED:
        return
    for chat in chats.chats_of(offer.partner).select_related("partner"):
        letter = Letter(
            key=f"lead-offer:{offer.pk}:{chat.pk}",
            kind=Message.Kind.LEAD,
            chat_id=chat.chat_id,
            screen=partner_chat.offered(chat, offer),
            when_unsure=WhenUnsure.REPEAT,
        )
        if send_once(letter) is Outcome.LOST:
            chats.leave(chat_id=chat.chat_id)
