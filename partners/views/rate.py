"""Where a client rates the partner who took his lead: the link is his own, and only a press of a button rates."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from integrations.sealing import sealed
from partners.errors import NotPossible
from partners.models import LeadOffer
from partners.services import leads

SHOWN = "partners:rate"
STARS = tuple(range(1, 6))


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """One to five stars for one partner. GET changes nothing: mail filters open links."""
    found = LeadOffer.objects.select_related("partner", "lead").filter(client_token=token).first()
    if found is None:
        raise Http404
    with override(found.lead.language):
        response = _answer(request, found) if request.method == "POST" else _page(request, found)
    return sealed(response)


def _answer(request: HttpRequest, found: LeadOffer) -> HttpResponse:
    said = request.POST.get("rating", "")
    if said not in map(str, STARS):
        return _page(request, found, status=400)
    try:
        leads.rate(found, int(said))
    except NotPossible as error:
        found.refresh_from_db()
        return _page(request, found, said=str(error), status=409)
    return redirect(SHOWN, found.client_token)


def _page(
    request: HttpRequest, found: LeadOffer, *, said: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "offer": found,
        "partner": found.partner,
        "is_accepted": found.status == LeadOffer.Status.ACCEPTED,
        "stars": STARS,
        "said": said,
    }
    return HttpResponse(render_to_string("partners/rate.html", context, request), status=status)
