"""The page behind the link of an offer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from partners.models import Lead, LeadOffer
from tests.partners.factories import a_lead, a_partner, an_offer

pytestmark = pytest.mark.django_db
CONTACTS = ("+79020000001", "anna@example.test", "Мария Клиентова")


@pytest.fixture
def offer() -> LeadOffer:
    return an_offer(
        lead=a_lead(
            text="Крыша <script>alert(1)</script>",
            client_name=CONTACTS[2],
            email=CONTACTS[1],
        )
    )


def page(client, offer, **form) -> str:
    address = f"/offers/{offer.token}/"
    response = client.post(address, form, follow=True) if form else client.get(address)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    return str(response.content.decode())


def test_looking_changes_nothing_and_tells_no_contacts(client, offer):
    html = page(client, offer)
    client.head(f"/offers/{offer.token}/")
    offer.refresh_from_db()
    assert offer.status == LeadOffer.Status.OFFERED
    assert not any(contact in html for contact in CONTACTS)
    assert "<script>alert" not in html
    assert html.count('name="answer"') == 2


def test_contacts_are_shown_after_accepting(client, offer):
    html = page(client, offer, answer="accept")
    assert all(contact in html for contact in CONTACTS)
    assert 'name="answer"' not in html
    offer.refresh_from_db()
    assert offer.status == LeadOffer.Status.ACCEPTED


def test_who_declines_learns_nothing(client, offer):
    html = page(client, offer, answer="decline")
    assert not any(contact in html for contact in CONTACTS)
    response = client.post(f"/offers/{offer.token}/", {"answer": "accept"})
    assert response.status_code == 409
    offer.refresh_from_db()
    assert offer.status == LeadOffer.Status.DECLINED


def test_too_late_is_said(client, offer, move_clock):
    move_clock(timedelta(hours=25))
    assert 'name="answer"' not in page(client, offer)
    response = client.post(f"/offers/{offer.token}/", {"answer": "accept"})
    assert response.status_code == 409
    assert "Время ответа вышло" in response.content.decode()


def test_a_closed_lead_has_no_buttons(client):
    offer = an_offer(lead=a_lead(status=Lead.Status.CLOSED))
    assert 'name="answer"' not in page(client, offer)


def test_nonsense_is_refused(client, offer):
    address = f"/offers/{offer.token}/"
    assert client.post(address, {"answer": "maybe"}).status_code == 400
    assert client.post(address).status_code == 400
    assert client.put(address).status_code == 405
    assert client.get("/offers/nothing/").status_code == 404
    assert client.get("/offers/%00/").status_code == 404


def test_a_press_needs_the_pages_own_token(offer):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/offers/{offer.token}/", {"answer": "accept"}).status_code == 403


def test_the_page_speaks_the_partners_language(client):
    offer = an_offer(partner=a_partner(language="en"))
    assert "Accept" in page(client, offer)
