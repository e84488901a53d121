"""The partner's plan: what runs, what is left of it, what can be bought, and charging without being asked."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.services import billing, plans, quotas
from payments.abilities import PaidByStatement
from payments.errors import NotForSale
from payments.money import Money
from payments.registry import ready_providers

PLAN = "partners:cabinet-plan"
ON_A_PAGE = 20


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    partner = visit.partner
    tier = plans.tier_of(partner)
    used = quotas.used(partner)
    offers = plans.offers_for(partner)
    context = {
        "tier": tier,
        "title": tier.title(partner.language),
        "paid_until": plans.paid_until(partner),
        "used": used,
        "left": max(0, tier.leads_a_month - used),
        "renewal": plans.renewal(partner),
        "by_invoice": any(isinstance(one, PaidByStatement) for one in ready_providers()),
        "tiers": [
            {
                "tier": one,
                "title": one.title(partner.language),
                "is_present": one.pk == tier.pk,
                "offers": [offer for offer in offers if offer.tier.pk == one.pk],
            }
            for one in {offer.tier.pk: offer.tier for offer in offers}.values()
        ],
    }
    return page(request, visit, "cabinet/plan.html", context)


@require_POST
@for_partner
def buy(request: HttpRequest, visit: Visit) -> Answer:
    """Open a payment page for what was chosen."""
    wanted = request.POST.get("plan", "")
    offer = next(
        (one for one in plans.offers_for(visit.partner) if str(one.plan.pk) == wanted), None
    )
    try:
        if offer is None:
            raise NotForSale(wanted)
        address = plans.pay_page(visit.partner, offer.plan)
    except NotForSale:
        visit.say(_("Этот тариф больше не продаётся. Выберите другой."), kind="warn")
        return redirect(PLAN)
    # The path alone: a form may not lead to another origin.
    return redirect(urlsplit(address).path)


@require_POST
@for_partner
def stop_renewal(request: HttpRequest, visit: Visit) -> Answer:
    if plans.stop_renewal(visit.partner):
        visit.say(_("Автопродление выключено. Оплаченный срок остаётся вашим."))
    return redirect(PLAN)


@require_POST
@for_partner
def start_renewal(request: HttpRequest, visit: Visit) -> Answer:
    """At the price that was on the button, and no other."""
    view = plans.renewal(visit.partner)
    try:
        shown = Decimal(request.POST.get("shown", ""))
    except InvalidOperation:
        shown = None
    if (
        view is not None
        and shown is not None
        and plans.start_renewal(visit.partner, shown=Money(shown, view.currency))
    ):
        visit.say(_("Автопродление включено."))
    else:
        visit.say(
            _(
                "Включить не получилось: цена изменилась или карты больше нет. Оплатите тариф снова."
            ),
            kind="warn",
        )
    return redirect(PLAN)


@require_safe
@for_partner
def payments(request: HttpRequest, visit: Visit) -> Answer:
    asked = billing.payments_of(visit.partner).order_by("-pk")
    shown = Paginator(asked, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "payment": payment,
            "plan": payment.plan.title(visit.partner.language),
            "has_sheet": payment.pay_link is not None and billing.has_sheet(payment),
        }
        for payment in shown
    ]
    return page(request, visit, "cabinet/payments.html", {"shown": shown, "rows": rows})
