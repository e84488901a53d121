"""Companies registered, changed and found by programs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from integrations.models import MailMessage, OutboxMessage
from partners.models import Application, ApplicationEvent, ProfileChange
from partners.services import search
from tests.partners.api.caller import problem_of
from tests.partners.factories import a_partner, inn, ogrn

pytestmark = pytest.mark.django_db


def romashka(**fields: Any) -> dict[str, Any]:
    return {
        "company": "ООО «Ромашка»",
        "inn": inn(501),
        "ogrn": ogrn(501),
        "phone": "8 900 000-00-01",
        "email": "office@romashka.example",
        "category": "Подрядчик",
        "specialisations": ["roofing", "Фундаменты"],
        "regions": ["50"],
        "cities": "Подольск, Химки",
        "budget_from": 100000,
        "services": ["Кровля – от 1 000 ₽ за м²", "Фундамент"],
        "consent": True,
        **fields,
    }


def test_a_registration_enters_by_the_same_door_as_a_form(bot):
    response = bot.post("partners/register", romashka())
    assert response.status_code == 201
    application = Application.objects.get()
    assert (application.form, application.source) == ("partner_registration", "api")
    assert application.phone == "+79000000001"
    assert application.data["specialisations"] == ["roofing", "foundations"]
    assert application.data["cities"] == ["Подольск", "Химки"]
    assert application.problems == {}
    told = response.json()
    assert told["number"] == application.pk
    assert told["status_url"].endswith(f"/status/{application.token}/")
    assert MailMessage.objects.get().kind == "application_received"
    assert OutboxMessage.objects.filter(topic="application.received").exists()


@pytest.mark.parametrize("value", [9901000010, "9901000010", " 9901 000010 "])
def test_an_inn_may_be_a_number(bot, value):
    assert bot.post("partners/register", romashka(inn=value)).status_code == 201
    assert Application.objects.get().inn == "9901000010"


def test_a_repeat_with_the_same_key_is_the_same_application(bot):
    first = bot.post("partners/register", romashka(), Idempotency_Key="order-1")
    again = bot.post("partners/register", romashka(company="Другая"), Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert bot.post("partners/register", romashka(), Idempotency_Key="order-2").status_code == 201
    for bad in ("", "x" * 65, "ключ", "a b"):
        problem_of(bot.post("partners/register", romashka(), Idempotency_Key=bad), 400)
    assert Application.objects.count() == 2


def test_keys_of_two_callers_do_not_meet(caller):
    bot, other = caller(), caller()
    first = bot.post("partners/register", romashka(), Idempotency_Key="1").json()
    second = other.post("partners/register", romashka(), Idempotency_Key="1")
    assert second.status_code == 201
    assert second.json()["status_url"] != first["status_url"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"inn": "9901000011"}, ["inn"]),
        ({"phone": "много"}, ["phone"]),
        ({"email": "нет", "website": "javascript:alert(1)"}, ["email", "website"]),
        ({"company": ""}, ["company"]),
        ({"inn": None}, ["inn"]),
        ({"inn": True}, ["inn"]),
        ({"regions": [50]}, ["regions"]),
        ({"budget_from": "много"}, ["budget_from"]),
        ({"consent": "да"}, ["consent"]),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(bot, fields, wrong):
    problem = problem_of(bot.post("partners/register", romashka(**fields)), 422)
    assert [each["field"] for each in problem["errors"]] == wrong
    assert not Application.objects.exists()


def test_what_is_not_required_is_kept_and_named(bot):
    response = bot.post("partners/register", romashka(regions=["Марс"], website="x y"))
    assert response.status_code == 201
    assert set(response.json()["problems"]) == {"regions", "website"}
    assert Application.objects.get().raw["regions"] == "Марс"


def test_missing_fields_are_all_named(bot):
    problem = problem_of(bot.speaking("en").post("partners/register", {}), 422)
    assert {each["field"] for each in problem["errors"]} == {"company", "inn", "phone", "email"}
    assert {each["code"] for each in problem["errors"]} == {"required"}


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_with_one_key_are_one_application(bot):
    def tell(_number: int) -> tuple[int, int]:
        try:
            response = bot.speaking("ru").post("partners/register", romashka(), Idempotency_Key="k")
            return response.status_code, response.json()["number"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(tell, range(10)))
    assert sorted(status for status, _number in answers) == [200] * 9 + [201]
    assert len({number for _status, number in answers}) == 1
    assert MailMessage.objects.count() == 1
    assert ApplicationEvent.objects.count() == 1


def test_ordinary_fields_are_changed_at_once_and_written_down(bot):
    partner = a_partner(website="https://old.example")
    response = bot.patch(
        f"partners/{partner.code}/profile",
        {"about": "Кроем всё.", "website": "", "regions": ["50", "77"], "budget_from": 5000},
    )
    assert response.status_code == 200
    told = response.json()
    assert told["application"] is None
    assert told["profile"]["about"] == "Кроем всё."
    assert sorted(told["profile"]["regions"]) == ["50", "77"]
    assert told["profile"]["budget_from"] == "5000.00"
    assert told["profile"]["website"] == ""
    assert {row["field"] for row in told["applied"]} == {
        "about",
        "website",
        "regions",
        "budget_from",
    }
    assert ProfileChange.objects.filter(partner=partner).count() == 4
    assert bot.get(f"partners/{partner.code}/profile").json() == told["profile"]
    assert (
        bot.patch(f"partners/{partner.code}/profile", {"about": "Кроем всё."}).json()["applied"]
        == []
    )


def test_what_the_tax_service_knows_becomes_an_application(bot):
    partner = a_partner()
    address = f"partners/{partner.code}/profile"
    wish = {"company": "ООО «Лютик»", "inn": partner.inn, "about": "Теперь мы Лютик."}
    response = bot.patch(address, wish, Idempotency_Key="rename")
    assert response.status_code == 202
    application = Application.objects.get()
    assert (application.form, application.partner) == ("profile_update", partner)
    assert set(application.raw) == {"company"}  # the INN is what it was
    told = response.json()
    assert told["application"]["number"] == application.pk
    assert told["profile"]["company"] == partner.name
    assert told["profile"]["about"] == "Теперь мы Лютик."
    again = bot.patch(address, wish, Idempotency_Key="rename")
    assert again.status_code == 202
    assert again.json()["application"]["number"] == application.pk
    assert Application.objects.count() == 1


def test_a_key_is_for_one_wish(bot):
    first, second = a_partner(), a_partner()
    wish = {"company": "ООО «Лютик»"}
    bot.patch(f"partners/{first.code}/profile", wish, Idempotency_Key="one")
    problem_of(bot.patch(f"partners/{second.code}/profile", wish, Idempotency_Key="one"), 409)
    problem_of(bot.post("partners/register", romashka(), Idempotency_Key="one"), 409)
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"website": "javascript:alert(1)"}, "website"),
        ({"regions": ["Марс"]}, "regions"),
        ({"budget_from": 10, "budget_to": 5}, "budget_to"),
        ({"phone": "x"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"radius_km": 10**9}, "radius_km"),
        ({"inn": "1"}, "inn"),
    ],
)
def test_a_profile_with_something_unreadable_stays_as_it_is(bot, fields, wrong):
    partner = a_partner()
    response = bot.patch(f"partners/{partner.code}/profile", {"about": "Новое", **fields})
    assert [each["field"] for each in problem_of(response, 422)["errors"]] == [wrong]
    partner.refresh_from_db()
    assert partner.about == "Кроем крыши."
    assert not Application.objects.exists()


def test_one_end_of_a_budget_is_judged_beside_the_other(bot):
    partner = a_partner(budget_from=Decimal(10), budget_to=Decimal(20))
    address = f"partners/{partner.code}/profile"
    problem = problem_of(bot.patch(address, {"budget_from": 50.0}), 422)
    assert [each["field"] for each in problem["errors"]] == ["budget_from"]
    problem_of(bot.patch(address, {"budget_to": 5}), 422)
    assert bot.patch(address, {"budget_from": 50, "budget_to": None}).status_code == 200


def test_the_search_is_the_catalogues(bot):
    roofer = a_partner(name="Кровельщик", rating=Decimal("4.5"), ratings=2, regions=["50"])
    plumber = a_partner(name="Сантехник", specialisations=["plumbing"], regions=["50", "77"])
    hidden = a_partner(name="Кровельщик скрытый", status="hidden")
    for partner in (roofer, plumber, hidden):
        search.refresh(partner)

    def found(**wish: Any) -> list[str]:
        return [card["name"] for card in bot.get("partners/search", wish).json()["results"]]

    assert found() == ["Кровельщик", "Сантехник"]
    assert found(query="кровел") == ["Кровельщик"]
    assert found(region="Москва") == ["Сантехник"]
    assert found(region="50", specialisation="plumbing") == ["Сантехник"]
    assert found(min_rating="4") == ["Кровельщик"]
    assert found(sort="newest", page_size=1) == ["Сантехник"]
    assert found(category="seller") == []
    assert found(query="", region="", city="") == ["Кровельщик", "Сантехник"]


@pytest.mark.parametrize(
    "wish",
    [
        {"region": "Марс"},
        {"budget": "x"},
        {"min_rating": "6"},
        {"min_rating": "NaN"},
        {"sort": "random"},
        {"page": "0"},
        {"page_size": "1000"},
        {"query": "x\0"},
        {"query": "x" * 201},
    ],
)
def test_a_wish_that_makes_no_sense_is_named(bot, wish):
    problem = problem_of(bot.get("partners/search", wish), 422)
    assert [each["field"] for each in problem["errors"]] == list(wish)


def test_past_the_last_page(bot):
    problem_of(bot.get("partners/search", {"page": "2"}), 404)


def test_queries_of_a_search_do_not_grow(bot, django_assert_max_num_queries):
    for _ in range(8):
        a_partner()
    bot.get("partners/search")
    with django_assert_max_num_queries(10):
        bot.get("partners/search", {"region": "99", "specialisation": "roofing"})
