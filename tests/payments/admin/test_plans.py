from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import Plan
from tests import factories
from tests.support.office import list_of, page

GOOD = {
    "code": "2w",
    "title_ru": "2 недели",
    "title_en": "2 weeks",
    "length": "14",
    "unit": "day",
    "amount": "149.00",
    "currency": "RUB",
    "is_active": "on",
    "position": "5",
    "prices-TOTAL_FORMS": "0",
    "prices-INITIAL_FORMS": "0",
}


def test_staff_add_a_plan(office):
    office.post(f"{list_of(Plan)}add/", GOOD)

    assert Plan.objects.get().title_ru == "2 недели"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"),
        ("amount", "-1"),
        ("amount", "1.001"),
        ("length", "0"),
        ("currency", "руб"),
        ("currency", "rub"),
        ("code", "два"),
        ("title_ru", ""),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(office, field, value):
    response = office.post(f"{list_of(Plan)}add/", GOOD | {field: value})

    assert field in response.context["adminform"].form.errors
    assert Plan.objects.count() == 0


def test_a_plan_is_taken_off_sale_and_never_deleted(office):
    plan = factories.a_plan()

    assert office.post(page(plan, "delete"), {"post": "yes"}).status_code == 403
    office.post(page(plan), {name: value for name, value in GOOD.items() if name != "is_active"})

    plan.refresh_from_db()
    assert not plan.is_active


def test_a_plan_has_a_price_in_another_currency(office):
    stars = {"prices-TOTAL_FORMS": "1", "prices-0-currency": "XTR", "prices-0-amount": "100"}
    office.post(f"{list_of(Plan)}add/", GOOD | stars)

    price = Plan.objects.get().prices.get()
    assert (price.currency, price.amount) == ("XTR", Decimal(100))


def test_a_price_in_no_currency_is_refused(office):
    odd = {"prices-TOTAL_FORMS": "1", "prices-0-currency": "stars", "prices-0-amount": "100"}
    office.post(f"{list_of(Plan)}add/", GOOD | odd)

    assert not Plan.objects.exists()
