"""The first page: how the partner stands, and what waits for him."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.errors import NotPossible
from partners.selectors.cabinet import overview_of
from partners.services import listing, plans, quotas


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    partner = visit.partner
    tier = plans.tier_of(partner)
    context = {
        "overview": overview_of(partner),
        "tier": tier,
        "tier_title": tier.title(partner.language),
        "left": max(0, tier.leads_a_month - quotas.used(partner)),
    }
    return page(request, visit, "cabinet/overview.html", context)


@require_POST
@for_partner
def pause(request: HttpRequest, visit: Visit) -> Answer:
    try:
        listing.pause(visit.partner.pk, remote_addr=visit.remote_addr)
    except NotPossible as error:
        visit.say(str(error), kind="bad")
    else:
        visit.say(_("Показ приостановлен. Вернуть страницу можно в любой момент."))
    return redirect("partners:cabinet")


@require_POST
@for_partner
def resume(request: HttpRequest, visit: Visit) -> Answer:
    try:
        listing.resume(visit.partner.pk, remote_addr=visit.remote_addr)
    except NotPossible as error:
        visit.say(str(error), kind="bad")
    else:
        visit.say(_("Страница снова в каталоге."))
    return redirect("partners:cabinet")
