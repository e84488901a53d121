"""What the API tells about companies, their words and their plans."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partners.models import Partner, PartnerService, Tier
from partners.models.vocabulary import LegalForm
from partners.selectors import cards
from payments.models import Payment, Plan

Shape = serializers.Serializer[Any]


def language() -> str:
    return "en" if (get_language() or "").startswith("en") else "ru"


def address_of(path: str) -> str:
    """A public address of ours."""
    return f"{settings.PUBLIC_URL}{path}"


class Word(Shape):
    """A word of a list, named in the language that was asked for."""

    code = serializers.CharField()
    title = serializers.SerializerMethodField()

    def get_title(self, term: Any) -> str:
        return str(term.title(language()))


class ProblemField(Shape):
    """One thing to correct."""

    field = serializers.CharField(help_text=_("Поле; пусто – весь запрос."))
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(Shape):
    """RFC 9457."""

    type = serializers.CharField(help_text=_("Имя ошибки для программ."))
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField(help_text=_("Назовите его поддержке."))
    errors = ProblemField(many=True, required=False)  # type: ignore[assignment]


class PartnerCard(Shape):
    """A verified company, as on a card."""

    code = serializers.CharField()
    name = serializers.CharField()
    legal_form = serializers.ChoiceField(choices=LegalForm.choices)
    category = Word()
    specialisations = Word(many=True)
    regions = Word(many=True)
    rating = serializers.DecimalField(
        max_digits=3, decimal_places=2, allow_null=True, help_text=_("Средняя оценка клиентов, 1–5")
    )
    ratings = serializers.IntegerField(help_text=_("Сколько оценок"))
    response_rate = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        allow_null=True,
        help_text=_("Доля обращений, на которые ответили за 24 часа, 0–1"),
    )
    budget_from = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    budget_to = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    page_url = serializers.SerializerMethodField(help_text=_("Страница компании"))

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_page_url(self, partner: Partner) -> str:
        return address_of(f"/partners/{partner.code}/")


class ServiceShape(Shape):
    """What a company sells, roubles."""

    title = serializers.CharField()
    specialisation = serializers.SerializerMethodField()
    price_from = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    price_to = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    unit = serializers.CharField()

    class Meta:
        ref_name = "PartnerService"

    @extend_schema_field({"type": "string", "nullable": True})
    def get_specialisation(self, service: PartnerService) -> str | None:
        return service.specialisation.code if service.specialisation else None


class ContactsShape(Shape):
    """As on the company's page: checked to be what they seem, empty where there is none."""

    phone = serializers.CharField()
    email = serializers.CharField()
    website = serializers.CharField()
    telegram = serializers.CharField(help_text=_("Имя без @"))

    class Meta:
        ref_name = "Contacts"

    def to_representation(self, partner: Partner) -> dict[str, str]:
        return asdict(cards.contacts(partner))


class PartnerPage(PartnerCard):
    """A verified company with everything its page tells."""

    legal_name = serializers.CharField()
    inn = serializers.CharField()
    ogrn = serializers.CharField()
    address = serializers.CharField()
    contacts = ContactsShape(source="*")
    about = serializers.CharField()
    cities = serializers.SerializerMethodField()
    radius_km = serializers.IntegerField(allow_null=True)
    services = ServiceShape(many=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField()

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_cities(self, partner: Partner) -> list[str]:
        return [city.name for city in partner.cities.all()]


class PlanShape(Shape):
    """A term on sale."""

    code = serializers.CharField()
    title = serializers.SerializerMethodField()
    length = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=["day", "month"])
    amount = serializers.DecimalField(max_digits=10, decimal_places=2)
    currency = serializers.CharField()

    class Meta:
        ref_name = "Plan"

    def get_title(self, plan: Plan) -> str:
        return plan.title(language())


class TierShape(Shape):
    """A partner's plan: leads a month, and what it costs by the month and by the year (null: nothing)."""

    code = serializers.CharField()
    title = serializers.SerializerMethodField()
    leads_a_month = serializers.IntegerField()
    monthly = PlanShape(allow_null=True)
    yearly = PlanShape(allow_null=True)

    class Meta:
        ref_name = "Tier"

    def get_title(self, tier: Tier) -> str:
        return tier.title(language())


class Plans(Shape):
    partners = TierShape(many=True)
    customers = PlanShape(
        many=True, required=False, help_text=_("Тарифы бота; только с правом payments:read.")
    )


class PaymentFacts(Shape):
    """Where a payment stands. Nothing here opens an invoice or an access."""

    id = serializers.IntegerField()
    reference = serializers.CharField(help_text=_("Номер заказа у платёжной системы"))
    status = serializers.ChoiceField(choices=Payment.Status.choices)
    status_title = serializers.CharField(source="get_status_display")
    purpose = serializers.ChoiceField(choices=Payment.Purpose.choices)
    amount = serializers.DecimalField(max_digits=10, decimal_places=2)
    currency = serializers.CharField()
    provider = serializers.CharField()
    method = serializers.CharField()
    plan = serializers.CharField(source="plan.code")
    partner = serializers.SerializerMethodField(help_text=_("Код партнёра, если платил партнёр"))
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Payment"

    @extend_schema_field({"type": "string", "nullable": True})
    def get_partner(self, payment: Payment) -> str | None:
        partner = getattr(payment.customer, "partner", None)
        return partner.code if partner else None
