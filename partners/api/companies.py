"""Verified companies: found, and told in full."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.base import ApiView, Scope
from partners.api.describe import operation
from partners.api.shapes import PartnerPage
from partners.models import Partner

TAG = "partners"


def whole() -> QuerySet[Partner]:
    return (
        Partner.objects.select_related("category")
        .prefetch_related("specialisations", "regions", "cities", "services__specialisation")
        .defer("search")
    )


class OnePartner(ApiView):
    scopes = {"GET": (Scope.PARTNERS_READ,)}

    @operation(
        name="partners_read",
        tag=TAG,
        summary=_("Компания"),
        description=_("Только размещённые компании: скрытых и закрытых здесь нет."),
        scopes=(Scope.PARTNERS_READ,),
        responses={200: PartnerPage},
        refuses=(404,),
    )
    def get(self, request: Request, code: str) -> Response:
        listed = whole().filter(status=Partner.Status.ACTIVE)
        return Response(PartnerPage(get_object_or_404(listed, code=code)).data)
