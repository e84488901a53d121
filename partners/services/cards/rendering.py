"""A card in the words and within the length of each channel. The wording is in `templates/cards/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from partners.models import LeadOffer, Partner, SentCard
from partners.models.card import new_open_token
from partners.services.cards.content import Content, content_of

Channel = SentCard.Channel
# Of one message, in Telegram's own units, as the channel's way back has it; a letter has no limit of its own.
LIMITS = {Channel.UMNICO: 4000, Channel.PROTALK: 4096, Channel.TELEGRAM: 4096}
BETWEEN = "\n\n"
NEEDED = ("specialisations", "regions", "services")

PLAIN = "cards/chat.txt"
MARKED_UP = {Channel.TELEGRAM: "cards/telegram.html", Channel.MAIL: "cards/mail.html"}
# What ProTalk's windows make of Markdown is not documented, so a partner's words may hold none of its signs.
NO_MARKDOWN = str.maketrans({"[": "(", "]": ")", "*": "·", "`": "'", "_": "-", "#": "", "~": "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A card as a channel carries it. `html` is Telegram's subset or a part of a letter, else empty."""

    content: Content
    link: str
    text: str
    html: str

    @property
    def version(self) -> str:
        return self.content.version

    def as_context(self) -> dict[str, Any]:
        """JSON for the template of a letter."""
        return {**asdict(self.content), "link": self.link, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText(Wording):
    """A card for one client; its link tells by `token` who was opened."""

    offer: LeadOffer
    token: str


def render(
    offers: Sequence[LeadOffer], channel: SentCard.Channel, *, language: str
) -> list[CardText]:
    """Each offer's card, in their order; at most three queries whatever their number."""
    prefetch_related_objects([offer.partner for offer in offers], *NEEDED)
    cards = []
    with override(language):
        for number, offer in enumerate(offers, 1):
            token = new_open_token()
            link = f"{settings.PUBLIC_URL}{reverse('partners:opened-card', args=[token])}"
            content = content_of(offer.partner, offer)
            text, html = _written(content, Channel(channel), link=link, number=number)
            cards.append(
                CardText(content=content, link=link, text=text, html=html, offer=offer, token=token)
            )
    return cards


def preview(
    partner: Partner,
    channel: SentCard.Channel,
    *,
    language: str,
    offer: LeadOffer | None = None,
) -> Wording:
    """A card that is only looked at: its link counts nothing."""
    with override(language):
        link = f"{settings.PUBLIC_URL}{reverse('partners:page', args=[partner.code])}"
        content = content_of(partner, offer)
        text, html = _written(content, Channel(channel), link=link, number=1)
    return Wording(content=content, link=link, text=text, html=html)


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units, so that a sign beyond the first plane is two."""
    return len(text.encode("utf-16-le")) // 2


def _written(content: Content, channel: Channel, *, link: str, number: int) -> tuple[str, str]:
    if channel == Channel.PROTALK:
        content = _without_markdown(content)
    facts = {"card": content, "link": link, "number": number}
    text = _lines(render_to_string(PLAIN, facts))
    template = MARKED_UP.get(channel)
    if template is None:
        return text, ""
    html = render_to_string(template, facts)
    return text, _lines(html) if channel == Channel.TELEGRAM else html.strip()


def _without_markdown(content: Content) -> Content:
    return replace(
        content,
        name=content.name.translate(NO_MARKDOWN),
        price=content.price.translate(NO_MARKDOWN),
    )


def _lines(text: str) -> str:
    """Without the lines that said nothing."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)
