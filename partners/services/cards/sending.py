"""Cards on their way to a client, and what the journal keeps of each: written in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.db import transaction

from integrations.models import MailMessage
from integrations.services import post
from partners.models import ChatMessage, Conversation, Lead, LeadOffer, SentCard, Shows
from partners.services import saying, shows
from partners.services.cards.rendering import BETWEEN, LIMITS, CardText, length, render
from partners.services.channels import port_of

LETTER = "lead_cards"


@transaction.atomic
def send_in_chat(conversation: Conversation, offers: Sequence[LeadOffer]) -> list[ChatMessage]:
    """Say the cards in as few messages as hold them; what this conversation has had is not said again.

    A partner who is not listed any more is left out. Raises KeyError for a channel that has no chat.
    """
    port = port_of(conversation.channel)
    wording = port.cards
    limit = min(LIMITS[wording], port.longest)
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    had = SentCard.objects.filter(message__conversation=conversation, offer__in=offers)
    fresh = _listed(offers, set(had.values_list("offer_id", flat=True)))
    messages = []
    for cards in _packed(render(fresh, wording, language=conversation.language), limit):
        html = BETWEEN.join(card.html for card in cards if card.html)
        message = saying.say(
            conversation,
            BETWEEN.join(card.text for card in cards),
            key=f"cards:{conversation.pk}:{cards[0].offer.pk}",
            kind=ChatMessage.Kind.CARDS,
            data={"html": html} if html else None,
        )
        _journal(cards, wording, recipient=conversation.external_id, message=message)
        messages.append(message)
    return messages


@transaction.atomic
def send_by_mail(
    lead: Lead, offers: Sequence[LeadOffer], to: str, language: str
) -> MailMessage | None:
    """Write the letter with the cards; what this address has had is not sent again. None where nothing is left."""
    Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    sent = SentCard.objects.filter(
        channel=SentCard.Channel.MAIL, recipient__iexact=to, offer__in=offers
    )
    fresh = _listed(offers, set(sent.values_list("offer_id", flat=True)))
    cards = render(fresh, SentCard.Channel.MAIL, language=language)
    if not cards:
        return None
    reader = hashlib.sha256(to.lower().encode()).hexdigest()[:16]
    letter = post.write(
        key=f"lead-cards:{cards[0].offer.pk}:{reader}",
        kind=LETTER,
        to=to,
        language=language,
        context={"number": lead.pk, "cards": [card.as_context() for card in cards]},
        case=lead.case,
    )
    _journal(cards, SentCard.Channel.MAIL, recipient=to, letter=letter)
    return letter


def _listed(offers: Iterable[LeadOffer], had: set[int]) -> list[LeadOffer]:
    return [offer for offer in offers if offer.pk not in had and offer.partner.is_listed]


def _packed(cards: Iterable[CardText], limit: int) -> list[list[CardText]]:
    """In their order, each message as full as it may be."""
    packed: list[list[CardText]] = []
    room = 0
    for card in cards:
        needs = length(card.text) + len(BETWEEN)
        if not packed or needs > room:
            packed.append([])
            room = limit + len(BETWEEN)
        packed[-1].append(card)
        room -= needs
    return packed


def _journal(
    cards: Sequence[CardText],
    channel: SentCard.Channel,
    *,
    recipient: str,
    message: ChatMessage | None = None,
    letter: MailMessage | None = None,
) -> None:
    SentCard.objects.bulk_create(
        SentCard(
            offer=card.offer,
            channel=channel,
            recipient=recipient,
            message=message,
            letter=letter,
            version=card.version,
            text=card.text,
            token=card.token,
        )
        for card in cards
    )
    ids = [card.offer.partner_id for card in cards]
    # After the commit: a popular partner's counter is nothing to wait for with a conversation's row in the hand.
    transaction.on_commit(lambda: shows.count(ids, Shows.Surface.CARD))
