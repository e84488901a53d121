"""A client's request as a lead: its number, its words, and the way back to the conversation it came from."""

from __future__ import annotations

import re

import phonenumbers
from django.db.models import QuerySet

from partners.models import Conversation, Lead
from partners.services import channels, leads
from partners.services.dialogue.turn import NOTHING, Turn, facts
from partners.services.understanding import understand

LONGEST = 5_000
DOTS = "•••"
ADDRESS = re.compile(r"\S*@\S+|(?:https?://)?(?:t\.me|wa\.me|telegram\.me)/\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
A_SENTENCE = 3  # words


def lead_from(turn: Turn) -> Lead:
    """The lead of what was understood, written once."""
    conversation, wish = turn.conversation, turn.merged
    lead, _fresh = leads.receive(
        source=channels.port_of(conversation.channel).source,
        external_id=f"{leads.OF_A_CHAT}{conversation.pk}:{_number_of(conversation.lead) + 1}",
        text=told(turn),
        client_name=conversation.name,
        phone=conversation.phone,
        email=conversation.email,
        language=conversation.language,
        region_id=wish.region,
        city=wish.city,
        category_id=wish.category,
        specialisation_id=wish.specialisations[0],
        budget=wish.budget_to if wish.budget_to is not None else wish.budget_from,
        term=wish.term,
    )
    return lead


def conversation_of(lead: Lead) -> QuerySet[Conversation]:
    """The conversation the lead came from, at most one."""
    found = re.fullmatch(rf"{leads.OF_A_CHAT}(\d{{1,18}}):\d+", lead.external_id or "")
    if not found:
        return Conversation.objects.none()
    return Conversation.objects.filter(pk=int(found[1]), channel__in=channels.called(lead.source))


def told(turn: Turn) -> str:
    """The person's own sentences, oldest first, without contacts: those are for who takes the lead."""
    said = [message.text for message in reversed(turn.request) if message.is_from_person]
    return "\n".join(filter(_is_telling, map(without_contacts, said)))[:LONGEST]


def without_contacts(text: str) -> str:
    hidden = ADDRESS.sub(DOTS, text)
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(hidden, "RU"))):
        hidden = hidden[: match.start] + DOTS + hidden[match.end :]
    return hidden


def _is_telling(text: str) -> bool:
    """More than «да» or «вот мой телефон»."""
    return facts(understand(text)) != NOTHING or len(WORD.findall(text)) >= A_SENTENCE


def _number_of(lead: Lead | None) -> int:
    """Of the conversation's requests, from 1 on."""
    return int((lead.external_id or "").rpartition(":")[2] or 0) if lead else 0
