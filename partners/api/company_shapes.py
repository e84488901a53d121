"""Companies as programs describe them, and what they are told about the outcome."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partners.api.pages import Page, PageWish
from partners.api.shapes import PartnerCard, Shape, address_of
from partners.api.values import Choice, Digits, Known, Roubles, Text, Whole, Words, Yes
from partners.models import Application, Category, Partner, Region, Specialisation
from partners.models.vocabulary import LegalForm
from partners.selectors.catalogue import Sort
from partners.services import profile


class SearchWish(PageWish):
    """What is looked for; everything may be left out."""

    query = Text(max_length=200, default="", allow_blank=True, help_text=_("Слова или ИНН"))
    category = Known(Category, default=None, allow_blank=True, help_text=_("Код или название"))
    specialisation = Known(Specialisation, default=None, allow_blank=True)
    region = Known(Region, default=None, allow_blank=True)
    city = Text(max_length=120, default="", allow_blank=True)
    budget = Roubles(required=False, help_text=_("Рубли"))
    min_rating = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=Decimal(1), max_value=Decimal(5), required=False
    )
    sort = Choice(choices=[sort.value for sort in Sort], default=Sort.RATING.value)


class PartnerCards(Page):
    is_guess = serializers.BooleanField(help_text=_("Таких слов нет; найдены похожие."))
    results = PartnerCard(many=True)


class ProfileWish(Shape):
    """Only what is to change; an empty value takes a field away."""

    company = Text(max_length=300, required=False)
    legal_form = Text(max_length=100, required=False)
    inn = Digits(required=False)
    ogrn = Digits(required=False)
    kpp = Digits(required=False)
    director = Text(max_length=200, required=False)
    legal_address = Text(max_length=500, required=False)
    address = Text(max_length=500, required=False, allow_blank=True)
    contact_name = Text(max_length=200, required=False, allow_blank=True)
    phone = Text(max_length=60, required=False)
    email = Text(max_length=254, required=False)
    website = Text(max_length=200, required=False, allow_blank=True)
    telegram = Text(max_length=64, required=False, allow_blank=True)
    category = Text(max_length=120, required=False)
    specialisations = Words(required=False)
    regions = Words(required=False)
    cities = Words(required=False)
    radius_km = Whole(min_value=0, max_value=32_767, required=False, allow_null=True)
    budget_from = Roubles(required=False, allow_null=True)
    budget_to = Roubles(required=False, allow_null=True)
    about = Text(max_length=5000, required=False, allow_blank=True)
    services = Words(required=False, help_text=_("По строке: «Кровля – от 1 000 ₽ за м²»"))

    class Meta:
        ref_name = "ProfileWish"


class RegistrationWish(ProfileWish):
    """A company that wants to be in the registry; the tax service and a person check it."""

    company = Text(max_length=300)
    inn = Digits()
    phone = Text(max_length=60)
    email = Text(max_length=254)
    comment = Text(max_length=2000, required=False, allow_blank=True)
    documents = Words(required=False, help_text=_("Ссылки на файлы: мы скачаем их сами"))
    logo = Text(max_length=1000, required=False, allow_blank=True)
    consent = Yes(required=False, help_text=_("Согласие на обработку данных"))

    class Meta:
        ref_name = "RegistrationWish"


class ApplicationShape(Shape):
    """An application that a person decides."""

    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Application.Status.choices)
    status_title = serializers.CharField(source="get_status_display")
    status_url = serializers.SerializerMethodField(
        help_text=_("Секретная ссылка заявителя: состояние заявки и исправление.")
    )
    problems = serializers.DictField(
        child=serializers.CharField(), help_text=_("Что не прочиталось: {поле: почему}.")
    )

    class Meta:
        ref_name = "Application"

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_status_url(self, application: Application) -> str:
        return address_of(f"/status/{application.token}/")


class ProfileShape(Shape):
    """A partner's profile as PATCH takes it, in codes; also of a partner who is not listed."""

    code = serializers.CharField()
    status = serializers.ChoiceField(choices=Partner.Status.choices)
    company = serializers.CharField(source="name")
    legal_form = serializers.ChoiceField(choices=LegalForm.choices)
    inn = serializers.CharField()
    ogrn = serializers.CharField()
    kpp = serializers.CharField()
    director = serializers.CharField()
    legal_address = serializers.CharField()
    address = serializers.CharField()
    contact_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    website = serializers.CharField()
    telegram = serializers.CharField()
    category = serializers.CharField(source="category.code")
    specialisations = serializers.SerializerMethodField()
    regions = serializers.SerializerMethodField()
    cities = serializers.SerializerMethodField()
    radius_km = serializers.IntegerField(allow_null=True)
    budget_from = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    budget_to = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    about = serializers.CharField()
    services = serializers.SerializerMethodField()

    class Meta:
        ref_name = "Profile"

    def get_specialisations(self, partner: Partner) -> list[str]:
        return [term.code for term in partner.specialisations.all()]

    def get_regions(self, partner: Partner) -> list[str]:
        return [term.code for term in partner.regions.all()]

    def get_cities(self, partner: Partner) -> list[str]:
        return [city.name for city in partner.cities.all()]

    def get_services(self, partner: Partner) -> list[str]:
        return profile.service_lines(partner)


class Applied(Shape):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ProfileChanged(Shape):
    """`applied` at once; `application` is what a person decides, null where nothing needs that."""

    applied = Applied(many=True)
    application = ApplicationShape(allow_null=True)
    profile = ProfileShape()


def as_raw(facts: dict[str, Any]) -> dict[str, str | list[str]]:
    """Values of a wish as a form would have sent them."""
    return {name: _as_text(value) for name, value in facts.items()}


def _as_text(value: Any) -> str | list[str]:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [str(each) for each in value]
    return "" if value is None else str(value)
