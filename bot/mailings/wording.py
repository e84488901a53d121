"""What stands in the way of sending a mailing, told before anything leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bot.mailings import facts, reaching
from bot.mailings.audience import Audience, BadAudience, audience_of, count
from bot.mailings.composing import Wording, preview, sample, shown_length, wording
from bot.mailings.composing import in_chat as message_in_chat
from bot.mailings.facts import PLACEHOLDERS
from bot.mailings.markup import is_good_link
from bot.models import Mailing
from bot.rendering import MAX_TEXT
from integrations.mail.letters import LONGEST_SUBJECT
from integrations.mail.sender import mail_is_on

__all__ = ["PLACEHOLDERS", "preview", "problems"]

LINK_SHOWN = 60  # characters of a link that a problem repeats


def problems(mailing: Mailing) -> list[str]:
    """Everything that prevents a start, in words for whoever wrote it; empty where it may start."""
    try:
        audience = audience_of(mailing)
    except BadAudience as error:
        return [str(error)]
    reached = reaching.reached(audience, Mailing.Channel(mailing.channel))
    found = [*_about_channel(mailing), *_about_people(mailing, audience)]
    for language in _languages(reached):
        said = wording(mailing, language)
        mark = {"ru": _("русский текст"), "en": _("английский текст")}[language]
        found += [f"{mark}: {problem}" for problem in _about_text(mailing, said, reached, language)]
    return found


def _about_channel(mailing: Mailing) -> Iterator[str]:
    if mailing.channel == Mailing.Channel.MAIL:
        if not mail_is_on():
            yield _("Почта не настроена: задайте SMTP_HOST, SMTP_USER, SMTP_PASSWORD и EMAIL_FROM.")
    elif not settings.CREDENTIALS.get("BOT_TOKEN"):
        yield _("Бот не настроен: задайте BOT_TOKEN.")


def _about_people(mailing: Mailing, audience: Audience) -> Iterator[str]:
    if not count(audience, mailing.channel, is_service=mailing.is_service).total:
        yield _("Никто не получит эту рассылку: под условия никто не подходит или все исключены.")


def _languages(reached: QuerySet[Any]) -> list[str]:
    """Those the recipients read."""
    spoken = set(reached.order_by().values_list("language", flat=True).distinct())
    return [language for language in ("ru", "en") if language in spoken]


def _about_text(
    mailing: Mailing, said: Wording, reached: QuerySet[Any], language: str
) -> Iterator[str]:
    by_mail = mailing.channel == Mailing.Channel.MAIL
    if not said.body.text:
        yield _("напишите его: среди получателей есть те, кто выбрал этот язык.")
    if by_mail and not said.subject.strip():
        yield _("напишите тему письма.")
    for name in sorted(said.placeholders - facts.known(mailing.channel)):
        yield _("нет подстановки {%(name)s}. Есть: %(known)s.") % {
            "name": name,
            "known": ", ".join(f"{{{one}}}" for one in sorted(facts.known(mailing.channel))),
        }
    for url in said.links:
        if not is_good_link(url):
            yield _("ссылка «%(url)s» не подходит: нужен полный адрес, https:// или mailto:.") % {
                "url": url[:LINK_SHOWN]
            }
    if said.body.pictures:
        yield _("картинки не поддерживаются: поставьте вместо них ссылку.")
    if bool(said.button.strip()) != bool(mailing.button_url):
        yield _("у кнопки должны быть и подпись, и адрес.")
    if mailing.button_url.startswith("mailto:"):
        yield _("кнопка ведёт только на https://.")
    yield from _about_length(mailing, said, reached, language, by_mail=by_mail)


def _about_length(
    mailing: Mailing, said: Wording, reached: QuerySet[Any], language: str, *, by_mail: bool
) -> Iterator[str]:
    names = said.placeholders & facts.known(mailing.channel)
    if by_mail:
        if len(said.subject) > LONGEST_SUBJECT:
            yield _("тема длиннее %(limit)s знаков.") % {"limit": LONGEST_SUBJECT}
        return
    text = message_in_chat(said, sample(mailing, language)).text
    longest = shown_length(text) + facts.longest(reached.filter(language=language), names)
    if longest > MAX_TEXT:
        yield _("сообщение может выйти длиннее %(limit)s знаков (до %(longest)s): сократите.") % {
            "limit": MAX_TEXT,
            "longest": longest,
        }
