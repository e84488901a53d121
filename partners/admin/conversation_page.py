"""All of a conversation on one page, in a fixed number of queries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Fact, Table, row_link
from integrations.admin.letters import letter_badge
from partners.admin.conversation_words import TROUBLE, opened_badge, state_badge, who
from partners.admin.words import offer_badge
from partners.models import Channel, ChatMessage, Conversation, Lead, SentCard
from partners.selectors.cards import web_address
from partners.services import channels

SHOWN = 100  # messages of a page; earlier ones are a link away
Author = ChatMessage.Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message as the page shows it."""

    pk: int
    side: str  # theirs, robot, staff
    author: str
    at: str
    kind: str
    text: str
    attachments: list[tuple[str, str]]
    state: SafeString | str
    error: str
    can_repeat: bool
    cards: list[tuple[SafeString | str, SafeString]] = field(default_factory=list)
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """`tag` changes with anything the reader would see change; `earlier` is the number to look before, 0 for none."""

    lines: list[Line]
    earlier: int
    tag: str


def thread_of(conversation: Conversation, *, before: int = 0) -> Thread:
    """Three queries, however long the conversation is."""
    messages = conversation.messages.select_related("staff").prefetch_related(
        "cards__offer__partner"
    )
    if before:
        messages = messages.filter(pk__lt=before)
    newest = list(messages.order_by("-pk")[: SHOWN + 1])
    has_earlier = len(newest) > SHOWN
    shown = newest[:SHOWN][::-1]
    return Thread(
        lines=[_line(message, conversation) for message in shown],
        earlier=shown[0].pk if has_earlier else 0,
        tag=_tag(conversation, shown),
    )


def can_answer(conversation: Conversation) -> int:
    """The longest message the channel takes; 0 where nobody can be answered in it."""
    port = channels.PORTS.get(Channel(conversation.channel))
    return port.longest if port else 0


def lead_tables(lead: Lead) -> list[Table]:
    offers = list(lead.offers.select_related("partner"))
    return [
        Table(
            title=_("Кому предложено"),
            headers=(_("место"), _("партнёр"), _("ответ"), _("оценка")),
            rows=[
                [
                    row_link(offer, offer.rank),
                    row_link(offer.partner),
                    offer_badge(offer),
                    offer.rating or NOTHING,
                ]
                for offer in offers
            ],
            empty=_("Никому не предлагалось."),
        ),
        cards_table(lead),
    ]


def cards_table(lead: Lead) -> Table:
    cards = SentCard.objects.filter(offer__lead=lead).select_related(
        "offer__partner", "message", "letter"
    )
    return Table(
        title=_("Отправленные карточки"),
        headers=(_("карточка"), _("канал"), _("кому"), _("состояние"), _("открытия")),
        rows=[
            [
                row_link(card, card.offer.partner.name),
                card.get_channel_display(),
                card.recipient,
                carrier_state(card),
                opened_badge(card),
            ]
            for card in cards.order_by("pk")
        ],
        empty=_("Карточек ещё не отправляли."),
    )


def carrier_state(card: SentCard) -> Any:
    """A card went as far as the message or the letter that carries it."""
    if card.message is not None:
        return state_badge(card.message)
    return letter_badge(card.letter) if card.letter else NOTHING


def contact_facts(row: Conversation) -> list[Fact]:
    return [
        Fact(_("Имя"), row.name),
        Fact(_("Телефон"), row.phone, is_code=True),
        Fact(_("E-mail"), row.email, is_code=True),
        Fact(_("Канал"), row.get_channel_display()),
        Fact(_("Чат у сервиса"), row.external_id, is_code=True),
        Fact(_("Язык"), row.language),
        Fact(_("Начат"), moment(row.created_at)),
        Fact(_("Ведёт"), row.taken_by.get_username() if row.taken_by else _("робот")),
        Fact(_("Обращение"), row_link(row.lead)),
    ]


def _line(message: ChatMessage, conversation: Conversation) -> Line:
    is_theirs = message.is_from_person
    if is_theirs:
        side, author = "theirs", who(conversation)
    elif message.author == Author.STAFF:
        side = "staff"
        author = message.staff.get_username() if message.staff else _("сотрудник")
    else:
        side, author = "robot", _("автоответ")
    call = (
        reverse("admin:integrations_inboundcallback_change", args=[message.callback_id])
        if message.callback_id
        else ""
    )
    return Line(
        pk=message.pk,
        side=side,
        author=author,
        at=moment(message.created_at),
        kind="" if message.kind == ChatMessage.Kind.TEXT else message.get_kind_display(),
        text=message.text,
        attachments=[_attachment(one) for one in message.attachments],
        state="" if is_theirs else state_badge(message),
        error=message.error,
        can_repeat=message.state in TROUBLE,
        cards=[
            (row_link(card, card.offer.partner.name), opened_badge(card))
            for card in message.cards.all()
        ],
        call=call,
    )


def _attachment(one: dict[str, str]) -> tuple[str, str]:
    """What it is, and its address where that is one of the web."""
    return one.get("type") or _("вложение"), web_address(one.get("url") or "")


def _tag(conversation: Conversation, messages: list[ChatMessage]) -> str:
    seen: list[Any] = [
        conversation.taken_by_id,
        conversation.wants_person,
        conversation.stage,
        conversation.lead_id,
    ]
    for message in messages:
        seen += [message.pk, message.state, message.text, message.error, message.delivered_at]
        seen += [card.opens for card in message.cards.all()]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]
