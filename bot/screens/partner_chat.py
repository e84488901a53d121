"""A partner's chat: what it says when it is linked, when a lead comes, and when it is switched off."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot import callback_data as to
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, render
from partners.errors import LinkUseless
from partners.models import LeadOffer, PartnerChat
from partners.services import chats, ratings
from partners.services.leads import offer_url
from payments.formats import money


def linked(secret: str, *, chat_id: int, name: str, language: str) -> Screen:
    """Whoever opened the link; a link that is used, late or never was ours only says so."""
    try:
        chat = chats.link_chat(secret, chat_id=chat_id, name=name)
    except LinkUseless:
        with override("en" if language == "en" else "ru"):
            cabinet = link(_("Открыть кабинет"), f"{settings.PUBLIC_URL}/cabinet/leads/")
            return Screen(text=render("partner_chat", partner=None), keyboard=keyboard([cabinet]))
    with override(chat.partner.language):
        return Screen(
            text=render("partner_chat", partner=chat.partner), keyboard=keyboard([_off(chat)])
        )


def offered(chat: PartnerChat, offer: LeadOffer) -> Screen:
    """The same as the letter says, and the same link."""
    lead, language = offer.lead, chat.partner.language
    with override(language):
        return Screen(
            text=render(
                "partner_offer",
                lead=lead,
                partner=chat.partner,
                region=lead.region.title(language) if lead.region else "",
                category=lead.category.title(language) if lead.category else "",
                specialisation=lead.specialisation.title(language) if lead.specialisation else "",
                budget=money(lead.budget, "RUB") if lead.budget is not None else "",
                hours=ratings.ANSWER_WITHIN // timedelta(hours=1),
            ),
            keyboard=keyboard([link(_("Открыть обращение"), offer_url(offer))], [_off(chat)]),
        )


def switched_off(*, row: int, chat_id: int) -> str:
    chats.leave(chat_id=chat_id, row=row)
    chat = PartnerChat.objects.select_related("partner").filter(pk=row, chat_id=chat_id).first()
    with override(chat.partner.language if chat else settings.LANGUAGE_CODE):
        return render("partner_chat_off")


def _off(chat: PartnerChat) -> Button:
    return press(_("Не присылать сюда"), to.PartnerChatOff(chat.pk))
