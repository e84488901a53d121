"""A lead's life: told once, offered, answered, rated."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connections

from integrations.models import MailMessage
from integrations.services import outbox
from partners.errors import NotPossible
from partners.models import Lead, LeadOffer, Region, Specialisation
from partners.services import leads, matching
from partners.services.vocabulary import load_defaults
from tests.partners.factories import a_lead, a_partner, an_offer
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db
Status = LeadOffer.Status
SECRET = "+79020000001"


def test_the_same_number_of_the_same_source_is_the_same_lead():
    first = leads.create(source="protalk", external_id="77", text="Крыша")
    assert leads.create(source="protalk", external_id="77", text="Забор") == first
    assert leads.create(source="umnico", external_id="77") != first
    assert leads.create(source="protalk") != leads.create(source="protalk")
    first.refresh_from_db()
    assert first.text == "Крыша"


def test_a_partner_accepts_once():
    offer = an_offer()
    answered = leads.answer(offer.token, accept=True)
    assert answered.status == Status.ACCEPTED
    assert leads.answer(offer.token, accept=True).answered_at == answered.answered_at
    with pytest.raises(NotPossible):
        leads.answer(offer.token, accept=False)


def test_an_answer_comes_in_time_or_not_at_all(move_clock):
    offer = an_offer()
    move_clock(timedelta(hours=24, seconds=1))
    with pytest.raises(NotPossible):
        leads.answer(offer.token, accept=True)
    assert leads.miss_unanswered() == 1
    offer.refresh_from_db()
    assert offer.status == Status.MISSED
    assert leads.miss_unanswered() == 0
    with pytest.raises(NotPossible):
        leads.answer(offer.token, accept=True)


def test_a_closed_lead_is_not_taken():
    offer = an_offer(lead=a_lead(status=Lead.Status.CLOSED))
    with pytest.raises(NotPossible):
        leads.answer(offer.token, accept=True)


def test_rating_and_response_rate_follow_from_offers(move_clock):
    partner = a_partner()
    first, second, _third = (an_offer(partner=partner) for _ in range(3))
    leads.answer(first.token, accept=True)
    leads.answer(second.token, accept=False)
    partner.refresh_from_db()
    assert partner.response_rate == Decimal(1)
    assert partner.rating is None
    move_clock(timedelta(hours=25))
    leads.miss_unanswered()
    partner.refresh_from_db()
    assert partner.response_rate == Decimal("0.667")

    fourth = an_offer(partner=partner)
    leads.answer(fourth.token, accept=True)
    leads.rate(first, 5)
    leads.rate(fourth, 4)
    partner.refresh_from_db()
    assert partner.rating == Decimal("4.50")
    assert partner.ratings == 2
    leads.rate(first, 2)
    partner.refresh_from_db()
    assert partner.rating == Decimal("3.00")
    assert partner.ratings == 2


def test_only_who_took_the_lead_is_rated_and_only_by_stars():
    offer = an_offer()
    with pytest.raises(NotPossible):
        leads.rate(offer, 5)
    leads.answer(offer.token, accept=True)
    for stars in (0, 6, -1):
        with pytest.raises(NotPossible):
            leads.rate(offer, stars)


def test_the_partner_gets_one_letter_without_contacts_and_the_kept_copy_has_no_link():
    region = Region.objects.filter(code="99").first()
    offer = an_offer(lead=a_lead(text="Крыша <b>120 м²</b>", region=region, client_name="Мария"))
    leads.tell_partner(offer_id=offer.pk)
    leads.tell_partner(offer_id=offer.pk)
    letter = MailMessage.objects.get()
    assert letter.to == offer.partner.email
    kept = f"{letter.subject}{letter.text}{letter.html}{letter.context}"
    for secret in (SECRET, "Мария", offer.token):
        assert secret not in kept
    assert "<b>" not in letter.html
    assert leads.door_of_letter(letter) == {
        "offer_url": f"{settings.PUBLIC_URL}/offers/{offer.token}/"
    }


def test_an_english_partner_gets_an_english_letter():
    offer = an_offer(partner=a_partner(language="en"))
    leads.tell_partner(offer_id=offer.pk)
    assert "answer within 24" in MailMessage.objects.get().subject


@pytest.mark.django_db(transaction=True)
def test_accepting_and_declining_at_once_is_one_answer():
    offer = an_offer()

    def press(accept: bool) -> str:
        try:
            return leads.answer(offer.token, accept=accept).status
        except NotPossible:
            return "too late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        said = set(pool.map(press, [True, False] * 3))
    offer.refresh_from_db()
    assert said == {offer.status, "too late"}


def test_from_the_match_to_the_contacts(client):
    """The letter really leaves by SMTP, with the link that the kept copy does not have."""
    load_defaults()
    partner = a_partner(regions=["50"], email="office@romashka.example")
    region, roofing = Region.objects.get(code="50"), Specialisation.objects.get(code="roofing")
    lead = a_lead(region=region, specialisation=roofing, client_name="Мария")
    with post_office() as office:
        matching.match(lead)
        outbox.drain(seconds=10)
        (letter,) = office.letters
    assert letter.to == partner.email
    (link,) = set(re.findall(r"/offers/[\w-]+/", letter.text))
    assert "Мария" not in client.get(link).content.decode()
    assert "Мария" in client.post(link, {"answer": "accept"}, follow=True).content.decode()
