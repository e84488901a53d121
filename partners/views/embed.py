"""Cards of partners inside the owner's other sites: a script makes a frame, the frame tells its height."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from partners.models import Partner, Shows
from partners.selectors import catalogue as selector
from partners.selectors.cards import card
from partners.services import shows
from partners.services.framing import frame_ancestors
from partners.views.catalogue import known
from partners.views.language import PARAMETER, asked_for, spoken
from partners.views.meta import address
from partners.views.page import as_kept, find

SCRIPT = "static/partners/embed.js"
IN_A_FRAME = 6  # cards of a list; the rest is a link away
HOUR = 3600


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The one address of the script, whatever release stands behind it."""
    content, digest = _script()
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, max_age=HOUR)
    response.headers["ETag"] = quote_etag(digest)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer = get_conditional_response(request, response.headers["ETag"], None, response)
    return answer if isinstance(answer, HttpResponse) else response


@require_safe
@xframe_options_exempt
@spoken
def one(request: HttpRequest, code: str) -> HttpResponse:
    """A partner's card. One that is not listed leaves a quiet line, for the site around it lives on."""
    partner = find(code)
    is_shown = partner is not None and partner.is_listed
    partners = [partner] if partner is not None and is_shown else []
    status = 200 if is_shown else 410 if partner else 404
    link = address(reverse("partners:page", args=[as_kept(code)]), _said(request))
    return _frame(request, partners, link if is_shown else "", status=status)


@require_safe
@xframe_options_exempt
@spoken
def some(request: HttpRequest) -> HttpResponse:
    """The first cards of the catalogue for the same parameters."""
    query = known(selector.read(request.GET)).query
    found = selector.find(query, size=IN_A_FRAME)
    link = address(reverse("partners:catalogue"), [*query.parameters, *_said(request)])
    return _frame(request, found.partners if found else [], link, is_list=True)


def _frame(
    request: HttpRequest,
    partners: list[Partner],
    more: str,
    *,
    is_list: bool = False,
    status: int = 200,
) -> HttpResponse:
    if shows.is_person(request):
        shows.count([partner.pk for partner in partners], Shows.Surface.EMBED)
    said = f"?{urlencode(_said(request))}" if _said(request) else ""
    cards = [
        (address(reverse("partners:page", args=[partner.code])) + said, card(partner))
        for partner in partners
    ]
    # A site is light unless it says otherwise: what the visitor's system prefers is not what stands around the frame.
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    context = {"cards": cards, "more": more, "is_list": is_list, "theme": theme}
    response = render(request, "partners/card.html", context, status=status)
    patch_cache_control(response, public=True, max_age=60)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            " ".join(("frame-ancestors 'self'", *frame_ancestors())),
        )
    )
    return response


def _said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(PARAMETER, language)] if (language := asked_for(request)) else []


@lru_cache(maxsize=1)
def _script() -> tuple[bytes, str]:
    content = (settings.BASE_DIR / SCRIPT).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:32]
