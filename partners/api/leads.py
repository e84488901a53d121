"""Clients' wishes: told, read, matched."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.base import ApiView, Scope
from partners.api.describe import operation
from partners.api.lead_shapes import (
    SOURCES,
    LeadPage,
    LeadShape,
    LeadWish,
    LeadWithOffers,
    Match,
    MatchWish,
    OfferShape,
    RatingWish,
)
from partners.api.pages import PageWish, page_of
from partners.models import Lead
from partners.services import leads, matching

TAG = "leads"
MOMENTS = ("created_after", "created_before")
ROOF = OpenApiExample(
    "roof",
    value={
        "source": "protalk",
        "external_id": "dialog-1207",
        "text": "Нужно перекрыть крышу дома, 120 м²",
        "client_name": "Мария",
        "phone": "+79000000001",
        "region": "50",
        "city": "Подольск",
        "specialisation": "roofing",
        "budget": 500000,
    },
    request_only=True,
)


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    """PostgreSQL knows offsets under 16 hours only, Python knows more: UTC suits both."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class Moment(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class LeadFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = django_filters.ChoiceFilter(choices=Lead.Status.choices)
    source = django_filters.ChoiceFilter(choices=SOURCES)
    external_id = django_filters.CharFilter(max_length=100)
    region = django_filters.CharFilter(field_name="region__code", max_length=40)
    created_after = Moment(field_name="created_at", lookup_expr="gte")
    created_before = Moment(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Lead
        fields: list[str] = []


def with_words() -> QuerySet[Lead]:
    return Lead.objects.select_related("region", "category", "specialisation")


class Leads(ApiView, GenericAPIView[Lead]):
    scopes = {"GET": (Scope.LEADS_READ,), "POST": (Scope.LEADS_WRITE,)}
    filter_backends = (DjangoFilterBackend,)
    filterset_class = LeadFilter
    queryset = with_words().order_by("-id")

    @operation(
        name="leads_list",
        tag=TAG,
        summary=gettext_lazy("Обращения, новые сверху"),
        scopes=(Scope.LEADS_READ,),
        parameters=[PageWish],
        responses={200: LeadPage},
        refuses=(404, 422),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        wish = PageWish(data=request.query_params.dict())
        wish.is_valid(raise_exception=True)
        # Of a text nothing is a value, of the others it is none.
        empty = [n for n in ("status", "source", *MOMENTS) if request.query_params.get(n) == ""]
        if empty:
            said = _("Уберите параметр или дайте ему значение.")
            raise ValidationError({name: [said] for name in empty})
        rows = self.filter_queryset(self.get_queryset())
        return Response(LeadPage(page_of(rows, wish.validated_data)).data)

    @operation(
        name="leads_create",
        tag=TAG,
        summary=gettext_lazy("Передать обращение клиента"),
        description=gettext_lazy(
            "Повтор с теми же source и external_id вернёт уже принятое обращение и код 200."
        ),
        scopes=(Scope.LEADS_WRITE,),
        request=LeadWish,
        responses={201: LeadShape, 200: LeadShape},
        examples=[ROOF],
    )
    def post(self, request: Request) -> Response:
        wish = LeadWish(data=request.data)
        wish.is_valid(raise_exception=True)
        facts: dict[str, Any] = {"external_id": None, **wish.validated_data}
        lead, fresh = leads.receive(**facts)
        return Response(LeadShape(lead).data, status=201 if fresh else 200)


class OneLead(ApiView):
    scopes = {"GET": (Scope.LEADS_READ,)}

    @operation(
        name="leads_read",
        tag=TAG,
        summary=gettext_lazy("Обращение и кому оно предложено"),
        scopes=(Scope.LEADS_READ,),
        responses={200: LeadWithOffers},
        refuses=(404,),
    )
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - the name in the address
        lead = get_object_or_404(with_words(), pk=id)
        offers = OfferShape(matching.offers_of(lead), many=True).data
        return Response({**LeadShape(lead).data, "offers": offers})


class MatchLead(ApiView):
    scopes = {"POST": (Scope.LEADS_WRITE,)}

    @operation(
        name="leads_match",
        tag=TAG,
        summary=gettext_lazy("Подобрать партнёров"),
        description=gettext_lazy(
            "Предлагает обращение тем, кто подходит лучше всех, и пишет им. Повтор возвращает те же"
            " предложения. Если не подошёл никто, состояние – nobody; позже можно попросить ещё раз."
        ),
        scopes=(Scope.LEADS_WRITE,),
        request=MatchWish,
        responses={200: Match},
        refuses=(404, 409),
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002 - the name in the address
        wish = MatchWish(data=request.data)
        wish.is_valid(raise_exception=True)
        lead = get_object_or_404(Lead, pk=id)
        offers = matching.match(lead, limit=wish.validated_data["limit"])
        lead.refresh_from_db(fields=["status"])
        said = _("Пока никто не подошёл. Попробуйте позже или измените условия.")
        if offers:
            said = _("Подобрали партнёров: %(number)s. Они ответят в течение 24 часов.") % {
                "number": len(offers)
            }
        answer = {"status": lead.status, "message": said, "offers": offers}
        return Response(Match(answer).data)


class RateOffer(ApiView):
    scopes = {"POST": (Scope.LEADS_WRITE,)}

    @operation(
        name="leads_rate",
        tag=TAG,
        summary=gettext_lazy("Оценить партнёра, который принял обращение"),
        description=gettext_lazy(
            "Оценка клиента от 1 до 5; новая заменяет прежнюю. Рейтинг партнёра считается сразу."
        ),
        scopes=(Scope.LEADS_WRITE,),
        request=RatingWish,
        responses={200: OfferShape},
        refuses=(404, 409),
    )
    def post(
        self,
        request: Request,
        id: int,  # noqa: A002 - the name in the address
        offer: int,
    ) -> Response:
        wish = RatingWish(data=request.data)
        wish.is_valid(raise_exception=True)
        found = get_object_or_404(matching.offers_of(get_object_or_404(Lead, pk=id)), pk=offer)
        leads.rate(found, wish.validated_data["rating"])
        return Response(OfferShape(matching.offers_of(found.lead).get(pk=offer)).data)
