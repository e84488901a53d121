"""The lists an installation starts with."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partners.models import Category, DecisionReason, FieldAlias, Region, Specialisation, Tier
from partners.services.vocabulary import load_defaults
from payments.models import Plan

pytestmark = pytest.mark.django_db


def test_the_default_lists_are_loaded_once_and_edits_stay():
    assert load_defaults() == Category.objects.count() + Specialisation.objects.count() + (
        Region.objects.count()
        + Tier.objects.count()
        + FieldAlias.objects.count()
        + DecisionReason.objects.count()
    )
    Category.objects.filter(code="seller").update(title_ru="Магазин")
    assert load_defaults() == 0
    assert Category.objects.get(code="seller").title_ru == "Магазин"


def test_a_tier_is_sold_by_the_month_and_by_the_year():
    load_defaults()
    prices = {
        tier.code: (
            tier.leads_a_month,
            tier.monthly and tier.monthly.amount,
            tier.yearly and tier.yearly.amount,
        )
        for tier in Tier.objects.select_related("monthly", "yearly")
    }
    assert prices == {
        "start": (10, None, None),
        "basic": (100, Decimal(5_000), Decimal(50_000)),
        "premium": (300, Decimal(15_000), Decimal(150_000)),
        "business": (1_000, Decimal(30_000), Decimal(300_000)),
    }
    assert Tier.objects.get(code="start").is_free
    assert Plan.objects.get(tier_by_month__code="basic").audience == Plan.Audience.PARTNERS


def test_the_first_regions_stand_first():
    load_defaults()
    assert [region.code for region in Region.objects.all()[:3]] == ["50", "47", "23"]
    assert Region.objects.count() == 90
