"""Where a partner answers an offer: the link of the letter is the secret, and only a press of a button answers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from integrations.clock import now
from integrations.sealing import sealed
from partners.errors import NotPossible
from partners.models import Lead, LeadOffer
from partners.services import leads

SHOWN = "partners:offer"
ANSWERS = {"accept": True, "decline": False}


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """What the client wants; his contacts once it is accepted. GET changes nothing: mail filters open links."""
    found = (
        LeadOffer.objects.select_related(
            "partner", "lead__region", "lead__category", "lead__specialisation"
        )
        .filter(token=token)
        .first()
    )
    if found is None:
        raise Http404
    with override(found.partner.language):
        response = _answer(request, found) if request.method == "POST" else _page(request, found)
    return sealed(response)


def _answer(request: HttpRequest, found: LeadOffer) -> HttpResponse:
    accept = ANSWERS.get(request.POST.get("answer", ""))
    if accept is None:
        return _page(request, found, status=400)
    try:
        leads.answer(found.token, accept=accept)
    except NotPossible as error:
        found.refresh_from_db()
        return _page(request, found, said=str(error), status=409)
    return redirect(SHOWN, found.token)


def _page(
    request: HttpRequest, found: LeadOffer, *, said: str = "", status: int = 200
) -> HttpResponse:
    lead, language = found.lead, found.partner.language
    until = leads.answer_by(found)
    is_open = (
        found.status == LeadOffer.Status.OFFERED
        and lead.status != Lead.Status.CLOSED
        and until > now()
    )
    context = {
        "offer": found,
        "lead": lead,
        "region": lead.region.title(language) if lead.region else "",
        "category": lead.category.title(language) if lead.category else "",
        "specialisation": lead.specialisation.title(language) if lead.specialisation else "",
        "is_open": is_open,
        "is_accepted": found.status == LeadOffer.Status.ACCEPTED,
        "is_declined": found.status == LeadOffer.Status.DECLINED,
        "is_closed": lead.status == Lead.Status.CLOSED,
        "until": until,
        "said": said,
    }
    return HttpResponse(render_to_string("partners/offer.html", context, request), status=status)
