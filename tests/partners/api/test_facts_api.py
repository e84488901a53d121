"""Companies, plans and payments as the API tells them."""

from __future__ import annotations

import pytest

from partners.models import ApiToken, City, Partner, Region
from payments.models import Plan
from tests.partners.api.caller import problem_of
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db
Scope = ApiToken.Scope


def test_a_company_is_told_with_what_its_page_tells(bot):
    partner = a_partner(telegram="@romashka", radius_km=50)
    partner.cities.add(City.objects.create(region=Region.objects.get(code="99"), name="Тестовск"))
    partner.services.create(title="Кровля", price_from=1000, unit="м²")
    told = bot.get(f"partners/{partner.code}").json()
    assert told["cities"] == ["Тестовск"]
    assert told["services"][0]["price_from"] == "1000.00"
    assert told["category"] == {"code": "contractor", "title": "Подрядчик"}
    assert told["contacts"]["telegram"] == "romashka"
    assert partner.director not in str(told)


@pytest.mark.parametrize("status", [s for s in Partner.Status if s != Partner.Status.ACTIVE])
def test_who_is_not_listed_is_not_told(bot, status):
    partner = a_partner(status=status)
    problem_of(bot.get(f"partners/{partner.code}"), 404)


@pytest.mark.parametrize("code", ["P-1", "P-000000-0000", "x", "P-%00", "p" * 3000])
def test_a_code_that_is_none(bot, code):
    problem_of(bot.get(f"partners/{code}"), 404)


def test_plans_of_partners_with_prices_and_of_customers_by_right(caller, plan):
    told = caller(Scope.PARTNERS_READ).get("plans/").json()
    assert [tier["code"] for tier in told["partners"]] == ["start", "basic", "premium", "business"]
    assert told["partners"][0]["monthly"] is None
    assert told["partners"][1]["yearly"]["amount"] == "50000.00"
    assert told["partners"][1]["leads_a_month"] == 100
    assert "customers" not in told
    with_right = caller(Scope.PAYMENTS_READ).get("plans/").json()
    assert [each["code"] for each in with_right["customers"]] == [plan.code]
    Plan.objects.filter(pk=plan.pk).update(is_active=False)
    assert caller(Scope.PAYMENTS_READ).get("plans/").json()["customers"] == []


def test_a_payment_is_facts_and_no_doors(bot, make_payment):
    payment = make_payment(
        pay_url="https://pay.example/secret", requisites={"pan": "2200 0000 1111 2222"}
    )
    response = bot.get(f"payments/{payment.pk}/")
    told = response.json()
    assert (told["status"], told["status_title"]) == ("pending", "ждёт оплаты")
    assert (told["amount"], told["currency"], told["plan"]) == ("199.00", "RUB", "1m")
    assert told["partner"] is None
    text = response.content.decode()
    for secret in ("pay.example", "2200", str(payment.customer.telegram_id)):
        assert secret not in text


@pytest.mark.parametrize("number", [0, 999999, 2**63, 10**30])
def test_a_payment_that_is_not_there(bot, number):
    problem_of(bot.get(f"payments/{number}/"), 404)


def test_queries_do_not_grow(bot, django_assert_max_num_queries):
    partner = a_partner()
    for number in range(4):
        partner.services.create(title=f"Работа {number}")
    bot.get("plans/")
    with django_assert_max_num_queries(7):
        bot.get(f"partners/{partner.code}")
    with django_assert_max_num_queries(4):
        bot.get("plans/")
