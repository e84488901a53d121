"""How clients see the partner's card: in chats, and in the letter."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.selectors.cards import is_stale
from partners.services import cards

# The letter is shown in a frame of its own page: it has the styles of a letter, and nothing in it may act.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox"
)


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    partner, language = visit.partner, _language(request, visit)
    context: dict[str, Any] = {
        "language": language,
        "languages": settings.LANGUAGES,
        "stale": is_stale(partner),
        "chats": cards.chats(partner, language=language),
        "letter": cards.letter(partner, language=language),
    }
    return page(request, visit, "cabinet/preview.html", context)


@require_safe
@xframe_options_sameorigin
@for_partner
def letter(request: HttpRequest, visit: Visit) -> Answer:
    written = cards.letter(visit.partner, language=_language(request, visit))
    return HttpResponse(written.html, headers={"Content-Security-Policy": LETTER_POLICY})


def _language(request: HttpRequest, visit: Visit) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else visit.partner.language
