"""Leads through the API: told once, matched once, read in pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from partners.models import Lead, LeadOffer, Region
from partners.services import leads
from tests.partners.api.caller import problem_of
from tests.partners.factories import a_lead, a_partner, an_offer

pytestmark = pytest.mark.django_db
ROOF = {
    "source": "protalk",
    "external_id": "dialog-1207",
    "text": "Нужна крыша",
    "client_name": "Мария",
    "phone": "8 (900) 000-00-01",
    "region": "Московская ОБЛАСТЬ",
    "city": "Подольск",
    "specialisation": "roofing",
    "budget": "500000,5",
}


def test_a_lead_is_told_once(bot):
    first = bot.post("leads/", ROOF)
    assert first.status_code == 201
    again = bot.post("leads/", {**ROOF, "text": "Другое"})
    assert again.status_code == 200
    assert again.json() == first.json()
    lead = Lead.objects.get()
    assert (lead.phone, lead.budget) == ("+79000000001", Decimal("500000.50"))
    assert first.json()["region"] == {"code": "50", "title": "Московская область"}
    english = bot.speaking("en").get(f"leads/{lead.pk}/").json()
    assert english["region"]["title"] == "Moscow Oblast"
    assert english["offers"] == []


def test_a_lead_may_say_little(bot):
    lead = bot.post("leads/", {"text": "Помогите"}).json()
    assert lead["source"] == "api"
    assert lead["region"] is None
    assert bot.post("leads/", {}).status_code == 201
    assert bot.post("leads/", {"region": None, "budget": None, "phone": ""}).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "staff"),
        ("source", 1),
        ("text", 5),
        ("text", "x" * 5001),
        ("text", ["x"]),
        ("phone", "много"),
        ("email", "нет"),
        ("region", "Марс"),
        ("region", 50),
        ("budget", -1),
        ("budget", 10**12),
        ("budget", True),
        ("budget", "1e5000"),
        ("budget", {}),
        ("language", "de"),
        ("external_id", "x" * 101),
        ("external_id", "chat:1:1"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(bot, field, value):
    problem = problem_of(bot.post("leads/", {field: value}), 422)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert not Lead.objects.exists()


def test_matching_offers_the_lead_and_says_why(bot):
    partner = a_partner(regions=["50"], rating=Decimal("4.5"))
    number = bot.post("leads/", ROOF).json()["id"]
    answer = bot.post(f"leads/{number}/match", {"limit": 3}).json()
    assert answer["status"] == "offered"
    assert "1" in answer["message"]
    (offer,) = answer["offers"]
    assert offer["partner"]["code"] == partner.code
    assert offer["partner"]["page_url"].endswith(f"/partners/{partner.code}/")
    assert offer["why"][0] == {"code": "region", "title": "работает в регионе", "points": 30}
    assert Decimal(offer["score"]) == sum(reason["points"] for reason in offer["why"])
    assert bot.post(f"leads/{number}/match").json() == answer
    assert bot.get(f"leads/{number}/").json()["offers"] == answer["offers"]
    token = LeadOffer.objects.get().token
    assert token not in bot.get(f"leads/{number}/").content.decode()


def test_nobody_is_said_plainly(bot):
    number = bot.post("leads/", ROOF).json()["id"]
    answer = bot.speaking("en").post(f"leads/{number}/match").json()
    assert answer == {
        "status": "nobody",
        "message": "Nobody fits yet. Try later or change what is asked for.",
        "offers": [],
    }


def test_what_cannot_be_matched_is_a_conflict(bot):
    problem_of(bot.post(f"leads/{a_lead().pk}/match"), 409)
    problem_of(bot.post("leads/999999/match"), 404)
    problem_of(bot.post(f"leads/{a_lead().pk}/match", {"limit": 6}), 422)
    problem_of(bot.post(f"leads/{a_lead().pk}/match", {"limit": "x"}), 422)


def test_the_partners_answer_is_seen(bot):
    offer = an_offer()
    leads.answer(offer.token, accept=True)
    shown = bot.get(f"leads/{offer.lead_id}/").json()["offers"][0]
    assert shown["status"] == "accepted"
    assert shown["answered_at"]


def test_lists_are_filtered_and_paged(bot):
    region = Region.objects.get(code="50")
    made = [a_lead(region=region if number % 2 else None) for number in range(5)]
    page = bot.get("leads/", {"page_size": 2, "page": 2}).json()
    assert (page["count"], page["page"], page["pages"]) == (5, 2, 3)
    assert [lead["id"] for lead in page["results"]] == [made[2].pk, made[1].pk]
    assert bot.get("leads/", {"region": "50"}).json()["count"] == 2
    assert bot.get("leads/", {"status": "offered"}).json()["count"] == 0
    moment = made[3].created_at.isoformat()
    assert bot.get("leads/", {"created_after": moment}).json()["count"] == 2
    assert bot.get("leads/", {"created_before": moment}).json()["count"] == 3


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("page", "0", 422),
        ("page", "2", 404),
        ("page", "1001", 422),
        ("page", "x", 422),
        ("page_size", "101", 422),
        ("page_size", "9" * 5000, 422),
        ("status", "lost", 422),
        ("created_after", "yesterday", 422),
        ("created_after", "", 422),
        ("created_after", "0001-01-01T00:00:00+23:59", 422),
        ("created_before", "0276-06-14T00:28:10.8209-16:26", 200),
        ("external_id", "a\0b", 422),
        ("region", "\0", 422),
    ],
)
def test_bounds_of_a_list(bot, name, value, status):
    response = bot.get("leads/", {name: value})
    assert response.status_code == status
    if status != 200:
        problem_of(response, status)


def test_queries_do_not_grow_with_rows(bot, django_assert_max_num_queries):
    region = Region.objects.get(code="50")
    for _ in range(3):
        offer = an_offer(lead=a_lead(region=region))
    for _ in range(4):
        an_offer(lead=offer.lead)
    bot.get("leads/")  # notes the key's use
    with django_assert_max_num_queries(4):  # key, allowance, count, rows
        bot.get("leads/")
    with django_assert_max_num_queries(6):  # key, allowance, lead, offers, two lists
        bot.get(f"leads/{offer.lead_id}/")


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one_lead(bot):
    def tell(_number: int) -> tuple[int, int]:
        try:
            response = bot.speaking("ru").post("leads/", ROOF)
            return response.status_code, response.json()["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(tell, range(10)))
    assert sorted(status for status, _id in answers) == [200] * 9 + [201]
    assert len({number for _status, number in answers}) == 1
