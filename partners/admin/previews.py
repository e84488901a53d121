"""How a partner's card looks in every channel, on a page of its own beside the partner and beside the lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import CardAdmin, row_link
from partners.models import Lead, LeadOffer, Partner
from partners.selectors.cards import is_stale
from partners.services import cards, matching


class PreviewsCard(CardAdmin):
    """An admin whose rows have a page with the looks of a card."""

    def preview(self, request: HttpRequest, row: Partner | Lead) -> HttpResponse:
        offers = list(matching.offers_of(row)) if isinstance(row, Lead) else []
        offer = _chosen(offers, request.GET.get("offer", ""))
        partner = row if isinstance(row, Partner) else offer.partner if offer else None
        language = _language(request, row)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Как выглядит карточка"),
            "opts": self.opts,
            "original": row,
            "back": self.page_of("change", row.pk),
            "language": language,
            "languages": settings.LANGUAGES,
            "offers": offers,
            "chosen": offer,
            "partner": partner,
        }
        if partner is not None:
            context |= {
                "partner_link": row_link(partner),
                "stale": _stale(partner),
                "chats": cards.chats(partner, language=language, offer=offer),
                "letter": cards.letter(partner, language=language, offer=offer),
            }
        return TemplateResponse(request, "admin/office/looks.html", context)


def _chosen(offers: list[LeadOffer], wanted: str) -> LeadOffer | None:
    for offer in offers:
        if str(offer.pk) == wanted:
            return offer
    return offers[0] if offers else None


def _language(request: HttpRequest, row: Partner | Lead) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else row.language


def _stale(partner: Partner) -> str:
    if not is_stale(partner):
        return ""
    if partner.verified_at is None:
        return _("ФНС об этом партнёре ещё не отвечала: на карточке нет отметки о проверке.")
    return _("ФНС отвечала о нём больше 30 дней назад, %(at)s: спросите её ещё раз.") % {
        "at": moment(partner.verified_at)
    }
