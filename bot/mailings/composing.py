"""What a mailing says to one recipient: a message in Telegram or a letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot import callback_data as to
from bot.keyboards import keyboard, link, press
from bot.mailings import facts, markup
from bot.mailings.markup import Marked, filled, is_good_link, marked
from bot.models import Mailing, Recipient
from bot.rendering import Screen
from integrations.mail.letters import Letter, compose

SAMPLE = "sample"  # stands for the secrets of a recipient that is nobody
LANGUAGES = ("ru", "en")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A mailing in one language, ready to be filled in."""

    subject: str
    body: Marked
    button: str
    button_url: str
    numbers: dict[str, int]  # of counted links, by address

    @property
    def placeholders(self) -> frozenset[str]:
        asked = markup.PLACEHOLDER.findall(f"{self.subject} {self.button}")
        return self.body.placeholders | frozenset(asked)

    @property
    def links(self) -> tuple[str, ...]:
        return (*self.body.links, *([self.button_url] if self.button_url else []))


def wording(mailing: Mailing, language: str, numbers: dict[str, int] | None = None) -> Wording:
    """`numbers`: the links that are counted; without them every link leads where it says."""
    return Wording(
        subject=getattr(mailing, f"subject_{language}"),
        body=marked(getattr(mailing, f"body_{language}")),
        button=getattr(mailing, f"button_{language}"),
        button_url=mailing.button_url,
        numbers=numbers or {},
    )


def in_chat(said: Wording, recipient: Recipient) -> Screen:
    """The message with its button and the way out under it."""
    told = facts.facts_of(recipient, said.placeholders)
    text = filled(said.body.telegram, told, _links(said, recipient), markup=True)
    with override(recipient.language):
        button = (
            link(filled(said.button, told, str, markup=False), _led(said, recipient))
            if said.button
            else None
        )
        stop = press(_("Не присылать новости"), to.StopNews(recipient.unsubscribe_token))
    rows = [[button]] if recipient.mailing.is_service else [[button], [stop]]
    return Screen(text=text, keyboard=keyboard(*rows))


def as_letter(said: Wording, recipient: Recipient) -> Letter:
    """The letter: what its HTML says, its text says too."""
    told = facts.facts_of(recipient, said.placeholders)
    links = _links(said, recipient)
    context: dict[str, Any] = {
        "subject": filled(said.subject, told, str, markup=False),
        "content": mark_safe(filled(said.body.html, told, links, markup=True)),  # noqa: S308 - Markdown without HTML, values escaped
        "content_text": filled(said.body.text, told, links, markup=False),
        "button": filled(said.button, told, str, markup=False),
        "button_url": _led(said, recipient) if said.button else "",
        "unsubscribe_url": unsubscribe_url(recipient),
        "is_service": recipient.mailing.is_service,
    }
    return compose("mailing", recipient.language, context)


def sample(mailing: Mailing, language: str) -> Recipient:
    """Nobody, for previews and tests: his name is an example, and his secrets open nothing."""
    return Recipient(
        mailing=mailing,
        language=language,
        click_token=SAMPLE,
        unsubscribe_token=SAMPLE,
    )


def preview(mailing: Mailing, language: str) -> Screen | Letter:
    """As an invented recipient would see it; links are not counted."""
    said = wording(mailing, language)
    someone = sample(mailing, language)
    if mailing.channel == Mailing.Channel.MAIL:
        return as_letter(said, someone)
    return in_chat(said, someone)


def unsubscribe_url(recipient: Recipient) -> str:
    path = reverse("bot:unsubscribe", args=[recipient.unsubscribe_token])
    return f"{settings.PUBLIC_URL}{path}"


def shown_length(text: str) -> int:
    """As Telegram counts a message: without its markup, in UTF-16 units."""
    plain = unescape(TAG.sub("", text))
    return len(plain.encode("utf-16-le")) // 2


def _links(said: Wording, recipient: Recipient) -> Callable[[int], str]:
    def led(place: int) -> str:
        return _counted(said, recipient, said.body.links[place])

    return led


def _led(said: Wording, recipient: Recipient) -> str:
    return _counted(said, recipient, said.button_url)


def _counted(said: Wording, recipient: Recipient, url: str) -> str:
    number = said.numbers.get(url)
    if number is None:
        return url if is_good_link(url) else ""
    path = reverse("bot:click", args=[recipient.click_token, number])
    return f"{settings.PUBLIC_URL}{path}"
