from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from integrations.clock import now
from partners.models import Category, Partner, Region, SignInLink, Specialisation, Tier
from partners.services import sign_in
from payments.models import Plan
from tests.partners.factories import a_partner


def _plan(term: str, title: str, months: int, amount: int) -> Plan:
    plan: Plan = Plan.objects.create(
        code=f"p-basic-{term}",
        title_ru=title,
        title_en=f"Basic, {term}",
        length=months,
        unit="month",
        amount=amount,
        audience=Plan.Audience.PARTNERS,
    )
    return plan


@pytest.fixture(autouse=True)
def _a_short_list(db):
    """The words a partner needs; the whole default lists would cost each test a third of a second."""
    Category.objects.create(code="contractor", title_ru="Подрядчик", title_en="Contractor")
    Specialisation.objects.create(code="roofing", title_ru="Кровля", title_en="Roofing")
    Region.objects.create(code="99", title_ru="Иные территории", title_en="Other territories")
    Tier.objects.create(code="start", title_ru="Старт", title_en="Start", leads_a_month=10)
    Tier.objects.create(
        code="basic",
        title_ru="Базовый",
        title_en="Basic",
        leads_a_month=100,
        position=2,
        monthly=_plan("month", "Базовый, месяц", 1, 5_000),
        yearly=_plan("year", "Базовый, год", 12, 50_000),
    )


@pytest.fixture
def partner() -> Partner:
    return a_partner(name="Ромашка", email="office@romashka.test")


@pytest.fixture
def link_of() -> Callable[..., str]:
    """The address a letter would carry."""

    def make(partner: Partner, **fields) -> str:
        link = SignInLink.objects.create(
            partner=partner, **({"expires_at": now() + sign_in.LASTS} | fields)
        )
        return f"/cabinet/enter/{sign_in.token_of(link)}/"

    return make


@pytest.fixture
def enter(link_of) -> Callable[..., Client]:
    """A browser in which this partner has signed in."""

    def come_in(partner: Partner, **options) -> Client:
        client = Client(**options)
        assert client.post(link_of(partner)).status_code == 302
        return client

    return come_in


@pytest.fixture
def cabinet(partner, enter) -> Client:
    """The browser of `partner`."""
    client: Client = enter(partner)
    return client
