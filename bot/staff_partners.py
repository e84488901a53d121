"""News for staff of a partner that the tax service calls closed."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.keyboards import keyboard, link
from bot.messenger import Letter, WhenUnsure, send_once
from bot.models import Message
from bot.rendering import Screen, render
from partners.models import Partner

TEMPLATE = "partner_closed"


def staff_partner_closed(*, partner_id: int) -> None:
    """Needs a person: better twice than never. Not said any more once staff have brought it back."""
    partner = Partner.objects.get(pk=partner_id)
    if not settings.STAFF_CHAT_ID or partner.status != Partner.Status.CLOSED:
        return
    with override(settings.LANGUAGE_CODE):
        address = f"{settings.PUBLIC_URL}/admin/partners/partner/{partner.pk}/change/"
        screen = Screen(
            text=render(f"staff/{TEMPLATE}", partner=partner),
            keyboard=keyboard([link(_("Открыть в админке"), address)]),
        )
    send_once(
        Letter(
            key=f"staff:partner_closed:{partner_id}:{partner.updated_at:%Y%m%d%H%M%S}",
            kind=Message.Kind.STAFF,
            chat_id=int(settings.STAFF_CHAT_ID),
            screen=screen,
            when_unsure=WhenUnsure.REPEAT,
        )
    )
