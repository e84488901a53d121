"""A conversation's states, and what the robot understood of it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING, Tone, badge
from integrations.admin.cards import Fact
from partners.admin.words import price_range
from partners.models import (
    Category,
    ChatMessage,
    Conversation,
    Region,
    SentCard,
    Specialisation,
)

Stage, State = Conversation.Stage, ChatMessage.State

STAGE_TONES = {
    Stage.WHO: Tone.WAIT,
    Stage.WHAT: Tone.WAIT,
    Stage.CONFIRM: Tone.WAIT,
    Stage.OFFERED: Tone.OK,
    Stage.NOBODY: Tone.WARN,
    Stage.INVITED: Tone.OK,
    Stage.RATING: Tone.WAIT,
    Stage.CLOSED: Tone.IDLE,
}
STATE_TONES = {
    State.RECEIVED: Tone.OK,
    State.WAITING: Tone.WAIT,
    State.SENDING: Tone.WAIT,
    State.SENT: Tone.OK,
    State.UNCLEAR: Tone.WARN,
    State.FAILED: Tone.BAD,
}
TROUBLE = (State.FAILED, State.UNCLEAR)


def stage_badge(row: Conversation) -> SafeString:
    return badge(row.get_stage_display(), STAGE_TONES[Stage(row.stage)])


def unread_badge(row: Conversation) -> SafeString:
    return badge(_("новых: %(n)s") % {"n": row.unread}, Tone.WAIT)


def wish_badge(row: Conversation) -> SafeString | str:
    """Why a person is wanted, in the reader's language; it is kept as it was first said."""
    return badge(_(row.wants_person), Tone.BAD) if row.wants_person else NOTHING


def state_badge(message: ChatMessage) -> SafeString:
    if message.state == State.SENT and message.delivered_at:
        return badge(_("доставлено"), Tone.OK)
    return badge(message.get_state_display(), STATE_TONES[State(message.state)])


def opened_badge(card: SentCard) -> SafeString:
    if card.opened_at is None:
        return badge(_("не открывали"), Tone.IDLE)
    return badge(_("открыли: %(times)s") % {"times": card.opens}, Tone.OK)


def who(row: Conversation) -> str:
    """The best name there is."""
    return row.name or row.phone or row.email or _("чат %(number)s") % {"number": row.external_id}


def excerpt(row: Any) -> str:
    """The last message in short, with who said it."""
    if row.last_author is None:
        return NOTHING
    text = " ".join((row.last_text or "").split()) or _("вложение")
    if row.last_author == ChatMessage.Author.PERSON:
        return text
    return f"{ChatMessage.Author(row.last_author).label}: {text}"


def understood_facts(row: Conversation) -> list[Fact]:
    """What was understood so far; at most three queries, for the words of the lists."""
    said: Mapping[str, Any] = row.understood or {}
    works = Specialisation.objects.in_bulk(list(said.get("specialisations") or []))
    region = Region.objects.filter(pk=said.get("region") or 0).first()
    category = Category.objects.filter(pk=said.get("category") or 0).first()
    return [
        Fact(_("Кто пишет"), row.get_speaker_display()),
        Fact(_("Что нужно"), ", ".join(str(work) for work in works.values())),
        Fact(_("Категория"), category),
        Fact(_("Регион"), region),
        Fact(_("Город"), said.get("city")),
        Fact(_("Бюджет"), price_range(_sum(said, "budget_from"), _sum(said, "budget_to"))),
        Fact(_("Срок"), said.get("term")),
    ]


def _sum(said: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(said[name]) if said.get(name) else None
