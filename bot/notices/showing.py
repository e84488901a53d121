"""What a notice looks like in the group."""

from __future__ import annotations

from html import unescape

from django.conf import settings
from django.utils.html import escape, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot import callback_data as to
from bot.keyboards import keyboard, link, press
from bot.models import Notice
from bot.rendering import MAX_TEXT, Screen
from payments.formats import moment


def screen(notice: Notice) -> Screen:
    """In the installation's own language; no secret link and no requisites, only where to look."""
    with override(settings.LANGUAGE_CODE):
        after = [_more(notice), _taken(notice)]
        rest = "\n".join(line for line in after if line)
        text = notice.text
        if len(text) + len(rest) > MAX_TEXT - 10:
            text = escape(notice.title)  # cut in the middle, Telegram's markup would be broken
        buttons = [[link(_("Открыть в админке"), full_url(notice))]]
        if notice.taken_at is None:
            buttons.append([press(_("Взять в работу"), to.TakeNotice(notice.pk))])
        return Screen(text=f"{text}\n\n{rest}".strip(), keyboard=keyboard(*buttons))


def full_url(notice: Notice) -> str:
    return f"{settings.PUBLIC_URL}{notice.url}" if notice.url else ""


def plain(notice: Notice) -> str:
    """The same words without markup and without the title, for a letter and for the admin."""
    return unescape(strip_tags(notice.text.partition("\n")[2])).strip()


def _more(notice: Notice) -> str:
    if notice.count < 2:
        return ""
    return _("➕ Ещё таких за 5 минут: %(number)s") % {"number": notice.count - 1}


def _taken(notice: Notice) -> str:
    if notice.taken_at is None:
        return ""
    facts = {"name": escape(notice.taken_name), "when": moment(notice.taken_at)}
    return _("👤 В работе: %(name)s, %(when)s") % facts
