"""What there is to buy, and where a payment stands."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.access import may
from partners.api.base import ApiView, Scope
from partners.api.describe import operation
from partners.api.shapes import PaymentFacts, Plans
from partners.models import Tier
from payments.models import Payment, Plan


class PlansOnSale(ApiView):
    either = (Scope.PARTNERS_READ, Scope.PAYMENTS_READ)
    scopes = {"GET": either}

    @operation(
        name="plans_list",
        tag="plans",
        summary=_("Тарифы"),
        description=_(
            "Тарифы партнёров видны с любым из двух прав, тарифы бота – только с payments:read."
        ),
        scopes=either,
        responses={200: Plans},
    )
    def get(self, request: Request) -> Response:
        tiers = Tier.objects.filter(is_active=True).select_related("monthly", "yearly")
        shown: dict[str, Any] = {"partners": tiers}
        if may(request, Scope.PAYMENTS_READ):
            shown["customers"] = Plan.objects.filter(
                is_active=True, audience=Plan.Audience.CUSTOMERS
            )
        return Response(Plans(shown).data)


class OnePayment(ApiView):
    scopes = {"GET": (Scope.PAYMENTS_READ,)}

    @operation(
        name="payments_read",
        tag="payments",
        summary=_("Состояние платежа"),
        description=_("Только факты: ни ссылок на оплату, ни реквизитов, ни доступа."),
        scopes=(Scope.PAYMENTS_READ,),
        responses={200: PaymentFacts},
        refuses=(404,),
    )
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - the name in the address
        payments = Payment.objects.select_related("plan", "customer__partner")
        return Response(PaymentFacts(get_object_or_404(payments, pk=id)).data)
