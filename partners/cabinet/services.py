"""The price list."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.forms import PriceForm, typed
from partners.cabinet.session import Visit
from partners.errors import NotPossible
from partners.models import PartnerService
from partners.services import own_services

MOVES = {"up": -1, "down": 1}


@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def listing(request: HttpRequest, visit: Visit) -> Answer:
    """The list, and the form for one more row."""
    partner = visit.partner
    form = PriceForm(request.POST if request.method == "POST" else None, language=partner.language)
    if form.is_valid():
        try:
            own_services.add(partner.pk, **form.cleaned_data, remote_addr=visit.remote_addr)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            visit.say(_("Услуга добавлена."))
            return redirect("partners:cabinet-services")
    rows = partner.services.select_related("specialisation")
    status = 422 if form.is_bound else 200
    context = {"form": form, "rows": rows}
    return page(request, visit, "cabinet/services.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def edit(request: HttpRequest, visit: Visit, number: int) -> Answer:
    row = _own(visit, number)
    form = PriceForm(
        request.POST if request.method == "POST" else None,
        language=visit.partner.language,
        initial={
            "title": row.title,
            "specialisation": row.specialisation_id,
            "price_from": typed(row.price_from),
            "price_to": typed(row.price_to),
            "unit": row.unit,
        },
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"form": form, "row": row}
        return page(request, visit, "cabinet/service.html", context, status=status)
    own_services.edit(visit.partner.pk, row.pk, **form.cleaned_data, remote_addr=visit.remote_addr)
    visit.say(_("Услуга сохранена."))
    return redirect("partners:cabinet-services")


@require_POST
@for_partner
def remove(request: HttpRequest, visit: Visit, number: int) -> Answer:
    own_services.remove(visit.partner.pk, number, remote_addr=visit.remote_addr)
    visit.say(_("Услуга убрана."))
    return redirect("partners:cabinet-services")


@require_POST
@for_partner
def move(request: HttpRequest, visit: Visit, number: int) -> Answer:
    by = MOVES.get(request.POST.get("to", ""))
    if by is not None:
        own_services.move(
            visit.partner.pk, _own(visit, number).pk, by=by, remote_addr=visit.remote_addr
        )
    return redirect("partners:cabinet-services")


def _own(visit: Visit, number: int) -> PartnerService:
    row = visit.partner.services.filter(pk=number).first()
    if row is None:
        raise Http404
    return row
