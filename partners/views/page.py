"""A partner's own page, and its logo. What is not listed any more says so and nothing else."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from integrations.clock import wall_clock
from partners.models import Partner, Shows, TildaPage
from partners.selectors.cards import is_stale, logo_version, profile
from partners.services import logos, shows
from partners.views import meta
from partners.views.language import spoken
from partners.views.wearing import in_look

# A page cannot be older than the code and the templates that wrote it.
STARTED = wall_clock()
YEAR = 365 * 24 * 3600
HOUR = 3600


def as_kept(code: str) -> str:
    """A code however it was typed: in small letters, or with the Cyrillic letter that looks the same."""
    return code.upper().replace("Р", "P")


def find(code: str) -> Partner | None:
    return (
        Partner.objects.filter(code=as_kept(code))
        .select_related("category")
        .prefetch_related("specialisations", "regions", "cities", "services")
        .defer("search")
        .first()
    )


@require_safe
@spoken
def page(request: HttpRequest, code: str) -> HttpResponse:
    partner = find(code)
    if partner is None:
        return render(request, "partners/missing.html", status=404)
    if partner.code != code:
        query = request.META.get("QUERY_STRING", "")
        there = redirect("partners:page", partner.code, permanent=True)
        there.headers["Location"] += f"?{query}" if query else ""
        return there
    if not partner.is_listed:
        return render(request, "partners/gone.html", status=410)
    if shows.is_person(request):
        shows.count([partner.pk], Shows.Surface.PAGE)
    shown = profile(partner)
    for_staff = _is_staff(request)
    about = meta.of_partner(shown)
    context = {
        "profile": shown,
        "card": shown.card,
        "meta": about,
        "is_stale": for_staff and is_stale(partner),
    }
    response = in_look(
        request,
        "partners/page.html",
        context,
        role=TildaPage.Role.PARTNER,
        values={
            "title": about.title,
            "partner_name": partner.name,
            "partner_code": partner.code,
        },
    )
    patch_vary_headers(response, ["Cookie"])
    if for_staff:
        patch_cache_control(response, private=True, no_store=True)
        return response
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    response.headers["ETag"] = quote_etag(digest)
    response.headers["Last-Modified"] = http_date(max(shown.changed_at, STARTED).timestamp())
    # By the ETag alone: a word of the lists or the site's look changes without a date of the partner's.
    answer = get_conditional_response(request, response.headers["ETag"], None, response)
    return answer if isinstance(answer, HttpResponse) else response


@require_safe
def logo(request: HttpRequest, code: str) -> HttpResponse:
    """Kept by browsers for a year under the version's address, for an hour under any other."""
    partner = Partner.objects.filter(code=as_kept(code), status=Partner.Status.ACTIVE).first()
    content = logos.picture(partner) if partner else None
    if partner is None or content is None:
        raise Http404
    version = logo_version(partner)
    is_exact = request.GET.get("v") == version
    response = HttpResponse(content, content_type=logos.CONTENT_TYPE)
    patch_cache_control(
        response, public=True, max_age=YEAR if is_exact else HOUR, immutable=is_exact
    )
    response.headers["ETag"] = quote_etag(version)
    # An embedded card and a messenger's preview take it from elsewhere.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer = get_conditional_response(request, response.headers["ETag"], None, response)
    return answer if isinstance(answer, HttpResponse) else response


def _is_staff(request: HttpRequest) -> bool:
    """Nobody without a session's cookie costs a question about who he is."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff
