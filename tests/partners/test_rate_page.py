"""The page where a client rates the partner who took his lead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from partners.models import LeadOffer
from partners.services import leads
from tests.partners.factories import a_lead, a_partner, an_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> LeadOffer:
    return leads.answer(an_offer(partner=a_partner(name="Ромашка <b>")).token, accept=True)


def page(client, offer, **form):
    address = f"/rate/{offer.client_token}/"
    response = client.post(address, form) if form else client.get(address)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    return response


def test_looking_rates_nothing_and_tells_no_contacts(client, offer):
    html = page(client, offer).content.decode()
    client.head(f"/rate/{offer.client_token}/")
    offer.refresh_from_db()
    assert offer.rating is None
    assert html.count('name="rating"') == 5
    assert "Ромашка &lt;b&gt;" in html
    assert offer.lead.phone not in html
    assert offer.token not in html


def test_a_press_rates_and_another_one_replaces_it(client, offer):
    assert page(client, offer, rating="2").status_code == 302
    assert page(client, offer, rating="5").status_code == 302
    offer.refresh_from_db()
    offer.partner.refresh_from_db()
    assert (offer.rating, offer.partner.rating, offer.partner.ratings) == (5, Decimal(5), 1)
    assert "Ваша оценка: 5 из 5" in page(client, offer).content.decode()


@pytest.mark.parametrize("stars", ["0", "6", "-1", "5.0", "x", "", "٣"])
def test_nonsense_is_refused(client, offer, stars):
    assert page(client, offer, rating=stars, more="x").status_code == 400
    offer.refresh_from_db()
    assert offer.rating is None


def test_who_did_not_take_the_lead_is_not_rated(client):
    offer = an_offer()
    assert 'name="rating"' not in page(client, offer).content.decode()
    assert page(client, offer, rating="5").status_code == 409
    offer.refresh_from_db()
    assert offer.rating is None


def test_the_partners_link_is_not_the_clients(client, offer):
    assert client.get(f"/rate/{offer.token}/").status_code == 404
    assert client.get(f"/offers/{offer.client_token}/").status_code == 404
    assert client.put(f"/rate/{offer.client_token}/").status_code == 405


def test_a_press_needs_the_pages_own_token(offer):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/rate/{offer.client_token}/", {"rating": "5"}).status_code == 403


def test_the_page_speaks_the_clients_language(client):
    offer = leads.answer(an_offer(lead=a_lead(language="en")).token, accept=True)
    assert "How did the work go?" in page(client, offer).content.decode()
