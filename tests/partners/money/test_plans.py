"""Which tier runs, and what can be bought."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from integrations.clock import now
from partners.services import plans
from payments.errors import NotForSale
from payments.models import PayLink, Payment
from payments.provider import EventKind
from payments.services.audit import audit_ledgers
from payments.services.staff import give_days
from tests.partners.factories import a_partner
from tests.partners.money.support import buy, plan
from tests.payments.events import send

pytestmark = pytest.mark.django_db
Purpose = Payment.Purpose


def paid_until(partner) -> datetime:
    end = plans.paid_until(partner)
    assert end is not None
    return end


def offers(partner) -> dict[str, plans.Offer]:
    return {offer.plan.code: offer for offer in plans.offers_for(partner)}


def test_whoever_has_paid_nothing_is_on_the_free_tier(partner):
    assert plans.tier_of(partner).code == "start"
    assert plans.tier_of(a_partner()).code == "start"
    found = offers(partner)
    assert list(found) == [
        f"p-{tier}-{term}"
        for tier in ("basic", "premium", "business")
        for term in ("month", "year")
    ]
    assert {offer.purpose for offer in found.values()} == {Purpose.TERM}


def test_what_was_paid_for_runs_until_its_end(partner, move_clock):
    buy(partner, "premium")
    assert plans.tier_of(partner).code == "premium"
    assert plans.tier_of(partner, at=now() + timedelta(days=62)).code == "start"
    move_clock(timedelta(days=32))
    assert plans.tier_of(partner).code == "start"
    assert plans.paid_until(partner) is None


def test_the_same_tier_begins_where_the_term_ends(partner):
    buy(partner, "basic")
    found = offers(partner)
    end = paid_until(partner)
    for code in ("p-basic-month", "p-basic-year"):
        assert (found[code].purpose, found[code].starts_at) == (Purpose.TERM, end)
        assert found[code].is_present
    buy(partner, "basic")
    assert paid_until(partner) > end + timedelta(days=27)


def test_a_dearer_tier_is_a_change_for_the_difference(partner):
    first = buy(partner, "basic")
    offer = offers(partner)["p-premium-month"]
    assert offer.purpose == Purpose.CHANGE
    assert 10_000 <= offer.price.amount < 10_200  # but for seconds the whole month is credited
    buy(
        partner,
        "premium",
        purpose=Purpose.CHANGE,
        amount=offer.price.amount,
        discount=offer.full.amount - offer.price.amount,
        replaces=first,
    )
    assert plans.tier_of(partner).code == "premium"
    assert paid_until(partner) < now() + timedelta(days=32)
    assert audit_ledgers().differences == []


def test_a_cheaper_tier_waits_for_the_end_of_what_was_paid(partner, move_clock):
    buy(partner, "business")
    offer = offers(partner)["p-basic-month"]
    assert (offer.purpose, offer.starts_at) == (Purpose.TERM, paid_until(partner))
    buy(partner, "basic")
    assert plans.tier_of(partner).code == "business"
    move_clock(timedelta(days=32))
    assert plans.tier_of(partner).code == "basic"


def test_a_refund_takes_the_tier_back(partner):
    payment = buy(partner, "business")
    send(payment, EventKind.REFUNDED, amount="30000.00", operation="r1")
    assert plans.tier_of(partner).code == "start"


def test_days_from_staff_go_on_with_the_tier_that_was_bought(partner, move_clock, olga):
    give_days(customer_id=partner.account.pk, number=5, reason="простой", staff=olga, key="1")
    assert plans.tier_of(partner).code == "start"
    buy(partner, "premium")
    give_days(customer_id=partner.account.pk, number=5, reason="простой", staff=olga, key="2")
    assert plans.tier_of(partner).code == "start"  # the days given first are lived first
    move_clock(timedelta(days=6))
    assert plans.tier_of(partner).code == "premium"
    move_clock(timedelta(days=33))
    assert plans.tier_of(partner).code == "premium"


@pytest.fixture
def olga(db):
    return get_user_model().objects.create_user("olga")


def test_a_page_sells_what_was_offered(partner):
    buy(partner, "basic")
    url = plans.pay_page(partner, plan("premium"))
    page = PayLink.objects.get(token=url.rstrip("/").rpartition("/")[2])
    assert (page.purpose, page.plan.code) == ("change", "p-premium-month")
    assert page.customer == partner.account


def test_a_plan_off_sale_has_no_page(partner):
    bought = plan("basic")
    bought.is_active = False
    bought.save()
    with pytest.raises(NotForSale):
        plans.pay_page(partner, bought)
