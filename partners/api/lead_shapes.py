"""Leads as programs send and read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partners.api.pages import Page
from partners.api.shapes import PartnerCard, Shape, Word
from partners.api.values import Choice, Email, Known, Phone, Roubles, Text, Whole
from partners.models import Category, Lead, LeadOffer, Region, Specialisation
from partners.services.leads import OF_A_CHAT
from partners.services.matching import FEWEST, MOST, REASONS

SOURCES = [choice for choice in Lead.Source.choices if choice[0] != Lead.Source.STAFF]


class LeadWish(Shape):
    """What a client wants. Regions, categories and specialisations by code or by name."""

    source = Choice(choices=SOURCES, default=Lead.Source.API.value)  # type: ignore[assignment]
    external_id = Text(
        max_length=100,
        required=False,
        allow_null=True,
        help_text=_("Номер обращения у вас: повтор с тем же номером вернёт то же обращение."),
    )
    text = Text(max_length=5000, default="", allow_blank=True)
    client_name = Text(max_length=200, default="", allow_blank=True)
    phone = Phone(max_length=40, default="", allow_blank=True)
    email = Email(max_length=254, default="", allow_blank=True)
    language = Choice(choices=["ru", "en"], default="ru")
    region = Known(Region, required=False, allow_null=True, allow_blank=True)
    city = Text(max_length=120, default="", allow_blank=True)
    category = Known(Category, required=False, allow_null=True, allow_blank=True)
    specialisation = Known(Specialisation, required=False, allow_null=True, allow_blank=True)
    budget = Roubles(required=False, allow_null=True)
    term = Text(
        max_length=120,
        default="",
        allow_blank=True,
        help_text=_("К какому сроку, словами клиента: «до конца лета»."),
    )

    def validate_external_id(self, value: str | None) -> str | None:
        """Numbers of our own conversations are not for others to take."""
        if value and value.startswith(OF_A_CHAT):
            raise serializers.ValidationError(
                _("Номера на «%(prefix)s» заняты: выберите другой.") % {"prefix": OF_A_CHAT}
            )
        return value


class LeadShape(Shape):
    """A client's wish and how far it has come."""

    id = serializers.IntegerField()
    source = serializers.ChoiceField(choices=Lead.Source.choices)  # type: ignore[assignment]
    external_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=Lead.Status.choices)
    text = serializers.CharField()
    client_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    language = serializers.ChoiceField(choices=["ru", "en"])
    region = Word(allow_null=True)
    city = serializers.CharField()
    category = Word(allow_null=True)
    specialisation = Word(allow_null=True)
    budget = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    term = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Lead"


class Reason(Shape):
    """Why this partner: a word for programs, one for people, and what it was worth."""

    code = serializers.ChoiceField(choices=list(REASONS))
    title = serializers.CharField()
    points = serializers.IntegerField()


class OfferShape(Shape):
    """A lead given to one partner."""

    id = serializers.IntegerField()
    rank = serializers.IntegerField()
    partner = PartnerCard()
    score = serializers.DecimalField(max_digits=6, decimal_places=3)
    why = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=LeadOffer.Status.choices)
    created_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)

    class Meta:
        ref_name = "Offer"

    @extend_schema_field(Reason(many=True))
    def get_why(self, offer: LeadOffer) -> list[dict[str, Any]]:
        return [
            {"code": code, "title": str(REASONS[code]), "points": points}
            for code, points in offer.why
            if code in REASONS
        ]


class RatingWish(Shape):
    rating = Whole(min_value=1, max_value=5, help_text=_("Сколько звёзд поставил клиент"))


class LeadWithOffers(LeadShape):
    offers = OfferShape(many=True)

    class Meta:
        ref_name = "LeadWithOffers"


class LeadPage(Page):
    results = LeadShape(many=True)


class MatchWish(Shape):
    limit = Whole(
        min_value=FEWEST,
        max_value=MOST,
        default=MOST,
        help_text=_("Сколько партнёров, самое большее"),
    )


class Match(Shape):
    status = serializers.ChoiceField(choices=Lead.Status.choices)
    message = serializers.CharField(help_text=_("Итог словами: его можно показать клиенту."))
    offers = OfferShape(many=True)
