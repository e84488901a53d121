"""Clients' wishes that were offered to the partner."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integrations.clock import now
from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.errors import NotPossible
from partners.models import LeadOffer
from partners.selectors.leads import offer_card, offers_by_status, offers_to
from partners.services import leads
from partners.services.chats import chats_of

ON_A_PAGE = 20
ANSWERS = {"accept": True, "decline": False}


@require_safe
@for_partner
def listing(request: HttpRequest, visit: Visit) -> Answer:
    wanted = request.GET.get("status", "")
    status = wanted if wanted in LeadOffer.Status.values else ""
    counts = offers_by_status(visit.partner)
    shown = Paginator(offers_to(visit.partner, status=status), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "status": status,
        "statuses": [
            {"code": one.value, "title": one.label, "count": counts.get(one.value, 0)}
            for one in LeadOffer.Status
        ],
        "all": sum(counts.values()),
        "shown": shown,
        "chats": chats_of(visit.partner),
        "offers": [offer_card(offer, visit.partner.language) for offer in shown],
    }
    return page(request, visit, "cabinet/leads.html", context)


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit, number: int) -> Answer:
    return _lead(request, visit, _own(visit, number))


@require_POST
@for_partner
def answer(request: HttpRequest, visit: Visit, number: int) -> Answer:
    """Accept or decline; the answer is given once, here or by the link of the letter."""
    offer = _own(visit, number)
    accept = ANSWERS.get(request.POST.get("answer", ""))
    if accept is None:
        return _lead(request, visit, offer, status=400)
    try:
        leads.answer(offer.token, accept=accept)
    except NotPossible as error:
        return _lead(request, visit, _own(visit, number), said=str(error), status=409)
    if accept:
        visit.say(_("Обращение принято. Свяжитесь с клиентом: его контакты ниже."))
    else:
        visit.say(_("Обращение отклонено. Больше ничего делать не нужно."))
    return redirect("partners:cabinet-lead", number)


def _own(visit: Visit, number: int) -> LeadOffer:
    offer = offers_to(visit.partner).filter(pk=number).first()
    if offer is None:
        raise Http404
    return offer


def _lead(
    request: HttpRequest, visit: Visit, offer: LeadOffer, *, said: str = "", status: int = 200
) -> Answer:
    until = leads.answer_by(offer)
    context = {
        "offer": offer_card(offer, visit.partner.language),
        "until": until,
        "late": until <= now(),
        "trouble": said,
    }
    return page(request, visit, "cabinet/lead.html", context, status=status)
