"""A client's stars through the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partners.services import leads
from tests.partners.api.caller import problem_of
from tests.partners.factories import a_lead, an_offer

pytestmark = pytest.mark.django_db


def at(offer, lead=None) -> str:
    return f"leads/{lead or offer.lead_id}/offers/{offer.pk}/rating"


def test_stars_count_at_once_and_are_shown_with_the_offer(bot):
    offer = leads.answer(an_offer().token, accept=True)
    answer = bot.post(at(offer), {"rating": 4})
    assert (answer.status_code, answer.json()["rating"]) == (200, 4)
    assert answer.json()["id"] == offer.pk
    assert bot.post(at(offer), {"rating": 5}).json()["partner"]["ratings"] == 1
    offer.partner.refresh_from_db()
    assert offer.partner.rating == Decimal(5)
    assert bot.get(f"leads/{offer.lead_id}/").json()["offers"][0]["rating"] == 5


@pytest.mark.parametrize("stars", [0, 6, "x", None, True, 4.5])
def test_other_numbers_are_refused(bot, stars):
    offer = leads.answer(an_offer().token, accept=True)
    problem_of(bot.post(at(offer), {"rating": stars}), 422)
    offer.refresh_from_db()
    assert offer.rating is None


def test_only_who_took_the_lead_is_rated_and_only_under_it(bot):
    offer = an_offer()
    problem_of(bot.post(at(offer), {"rating": 5}), 409)
    problem_of(bot.post(at(offer, lead=a_lead().pk), {"rating": 5}), 404)
    problem_of(bot.post(at(offer, lead=999_999), {"rating": 5}), 404)
    offer.refresh_from_db()
    assert offer.rating is None
