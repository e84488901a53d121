"""Which partners a lead goes to, and why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from integrations.models import OutboxMessage
from partners.errors import NotPossible
from partners.models import (
    Category,
    City,
    Lead,
    LeadOffer,
    Partner,
    QuotaMonth,
    Region,
    Specialisation,
)
from partners.services import matching, quotas
from partners.services.accounts import ensure_account
from tests.partners.factories import a_lead, a_partner, an_offer, vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists(db):
    vocabulary()


def wish(**fields) -> Lead:
    """Roofing in region 99 unless told otherwise."""
    return a_lead(
        **{
            "region": Region.objects.get(code="99"),
            "specialisation": Specialisation.objects.get(code="roofing"),
            **fields,
        }
    )


def chosen(lead: Lead, **how) -> list[Partner]:
    return [offer.partner for offer in matching.match(lead, **how)]


def test_the_lead_goes_to_who_works_there_and_does_that():
    fits = a_partner()
    a_partner(regions=["77"])
    a_partner(specialisations=["plumbing"])
    a_partner(status=Partner.Status.HIDDEN)
    a_partner(status=Partner.Status.PAUSED)
    a_partner(verified_at=None)
    lead = wish()
    assert chosen(lead) == [fits]
    lead.refresh_from_db()
    assert lead.status == Lead.Status.OFFERED


def test_a_service_with_a_price_is_a_specialisation_too():
    partner = a_partner(specialisations=[])
    partner.services.create(
        title="Кровля под ключ", specialisation=Specialisation.objects.get(code="roofing")
    )
    assert chosen(wish()) == [partner]


def test_category_and_budget_must_fit():
    seller = a_partner(category=Category.objects.get(code="seller"))
    cheap = a_partner(budget_to=Decimal(100_000))
    dear = a_partner(budget_from=Decimal(900_000))
    middle = a_partner(budget_from=Decimal(200_000), budget_to=Decimal(600_000))
    found = chosen(wish(budget=Decimal(500_000), category=Category.objects.get(code="contractor")))
    assert found == [middle]
    assert {seller, cheap, dear}.isdisjoint(found)


def test_nobody_fits_is_said_and_asked_again_later():
    lead = wish()
    assert matching.match(lead) == []
    lead.refresh_from_db()
    assert lead.status == Lead.Status.NOBODY
    partner = a_partner()
    assert chosen(lead) == [partner]
    lead.refresh_from_db()
    assert lead.status == Lead.Status.OFFERED


def test_why_is_written_down_and_adds_up():
    region = Region.objects.get(code="99")
    town = City.objects.create(region=region, name="Тестовск")
    partner = a_partner(rating=Decimal("4.5"), response_rate=Decimal("0.9"), budget_from=Decimal(1))
    partner.cities.add(town)
    (offer,) = matching.match(wish(city=" тестовск ", budget=Decimal(500)))
    assert offer.why == [
        ["region", 30],
        ["specialisation", 30],
        ["budget", 10],
        ["city", 10],
        ["rating", 9],
        ["response", 9],
        ["turn", 10],
    ]
    assert offer.score == sum(points for _code, points in offer.why)


def test_the_better_come_first_and_a_newcomer_is_not_last():
    weak = a_partner(rating=Decimal("2.0"), response_rate=Decimal("0.2"))
    newcomer = a_partner()
    strong = a_partner(rating=Decimal("5.0"), response_rate=Decimal("1.0"))
    assert chosen(wish()) == [strong, newcomer, weak]


def test_turns_are_taken():
    partners = [a_partner() for _ in range(6)]
    got = [partner for _ in range(6) for partner in chosen(wish(), limit=3)]
    assert {partner: got.count(partner) for partner in partners} == dict.fromkeys(partners, 3)


def test_last_months_offers_do_not_count(move_clock):
    busy, free = a_partner(), a_partner()
    an_offer(lead=wish(), partner=busy)
    move_clock(timedelta(days=32))
    offers = matching.match(wish(), limit=2)
    assert offers[0].score == offers[1].score
    assert {offer.partner for offer in offers} == {free, busy}


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (3, 3), (5, 5), (99, 5), (0, 1)])
def test_never_more_than_five(limit, expected):
    for _ in range(7):
        a_partner()
    assert len(matching.match(wish(), limit=limit)) == expected


def test_who_has_no_quota_left_gives_way_to_the_next():
    first, second, third = (
        a_partner(rating=Decimal(5)),
        a_partner(rating=Decimal(4)),
        a_partner(rating=Decimal(3)),
    )
    QuotaMonth.objects.create(partner=first, month=quotas.this_month(), used=10)
    assert chosen(wish(), limit=2) == [second, third]
    used = dict(QuotaMonth.objects.values_list("partner_id", "used"))
    assert used == {first.pk: 10, second.pk: 1, third.pk: 1}


def test_a_month_without_quota_is_nobody():
    partner = a_partner()
    QuotaMonth.objects.create(partner=partner, month=quotas.this_month(), used=10)
    lead = wish()
    assert matching.match(lead) == []
    lead.refresh_from_db()
    assert lead.status == Lead.Status.NOBODY


def test_a_lead_that_says_nothing_or_is_closed_is_not_matched():
    a_partner()
    with pytest.raises(NotPossible):
        matching.match(a_lead())
    with pytest.raises(NotPossible):
        matching.match(wish(status=Lead.Status.CLOSED))
    assert not LeadOffer.objects.exists()


def test_the_second_call_returns_the_same_offers_and_tells_nobody_again():
    a_partner()
    lead = wish()
    first = matching.match(lead)
    a_partner(rating=Decimal(5))
    assert matching.match(lead) == first
    assert (
        OutboxMessage.objects.filter(
            topic="lead.offered", reaction__endswith=".tell_partner"
        ).count()
        == 1
    )


def test_queries_do_not_grow_with_partners(django_assert_max_num_queries):
    for _ in range(12):
        a_partner()
    lead = wish()
    with django_assert_max_num_queries(32):
        matching.match(lead)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_set_of_offers():
    for _ in range(5):
        a_partner()
    lead = wish()

    def call(_number: int) -> list[int]:
        try:
            return [offer.pk for offer in matching.match(lead, limit=3)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(call, range(10)))
    assert len(answers[0]) == 3
    assert answers == [answers[0]] * 10
    assert LeadOffer.objects.count() == 3
    assert (
        OutboxMessage.objects.filter(
            topic="lead.offered", reaction__endswith=".tell_partner"
        ).count()
        == 3
    )


def test_the_next_partners_are_others_and_are_asked_for_once():
    partners = [a_partner() for _ in range(5)]
    lead = wish()
    first = matching.match(lead, limit=3)
    more = matching.further(lead, after=3, limit=3)
    assert [offer.rank for offer in more] == [4, 5]
    assert {offer.partner for offer in [*first, *more]} == set(partners)
    a_partner(rating=Decimal(5))
    assert matching.further(lead, after=3, limit=3) == more
    assert (
        OutboxMessage.objects.filter(
            topic="lead.offered", reaction__endswith=".tell_partner"
        ).count()
        == 5
    )
    assert {row.used for row in QuotaMonth.objects.all()} == {1}


def test_who_has_room_is_found_below_any_number_who_have_none(monkeypatch):
    monkeypatch.setattr(matching, "A_LOOK", 2)
    month = quotas.this_month()
    for number in range(5):
        full = a_partner(rating=Decimal(5))
        if number:
            ensure_account(full)
        QuotaMonth.objects.create(partner=full, month=month, used=10)
    weak = a_partner(rating=Decimal(1))
    assert chosen(wish(), limit=3) == [weak]
