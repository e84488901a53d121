"""The link of a card in a chat or a letter: leads to the partner's page, and tells us that somebody followed it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from integrations.sealing import sealed
from partners.services import cards, shows
from partners.views.language import PARAMETER


@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Counted: a GET of a person's browser. Not: HEAD, what names itself a program (a messenger's preview, a mail
    filter), what is fetched ahead, and staff who look at what was sent.

    The page itself says where a partner is not listed any more.
    """
    is_staff = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff
    found = cards.opened(token, counts=shows.is_person(request) and not is_staff)
    if found is None:
        raise Http404
    there = redirect("partners:page", found.offer.partner.code)
    if found.offer.lead.language != settings.LANGUAGE_CODE:
        there.headers["Location"] += f"?{urlencode({PARAMETER: found.offer.lead.language})}"
    return sealed(there, has_form=False)
