"""The link of a card: to the partner's page, counted once a person has followed it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from partners.models import SentCard
from partners.services import cards
from tests.partners.test_shows import PERSON, ROBOTS
from tests.support.office import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(offers) -> SentCard:
    cards.send_by_mail(offers[0].lead, offers[:1], "anna@example.test", "ru")
    return SentCard.objects.get()


def link(card: SentCard) -> str:
    return f"/c/{card.token}/"


def test_it_leads_to_the_page_and_the_first_time_stays(client, card, move_clock):
    answer = client.get(link(card), headers=PERSON)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/partners/{card.offer.partner.code}/",
    )
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert card.token not in answer["Location"]
    card.refresh_from_db()
    first = card.opened_at
    move_clock(timedelta(hours=1))
    client.get(link(card), headers=PERSON)
    card.refresh_from_db()
    assert (card.opens, card.opened_at) == (2, first)


@pytest.mark.parametrize("robot", ROBOTS)
def test_previews_and_filters_are_led_on_and_not_counted(client, card, robot):
    assert client.get(link(card), headers={"User-Agent": robot}).status_code == 302
    card.refresh_from_db()
    assert (card.opens, card.opened_at) == (0, None)


@pytest.mark.parametrize(
    "ahead",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "preview"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
def test_what_only_looks_ahead_is_not_counted(client, card, ahead):
    client.get(link(card), headers={**PERSON, **ahead})
    client.head(link(card), headers=PERSON)
    card.refresh_from_db()
    assert card.opens == 0


def test_staff_who_look_at_what_was_sent_are_not_counted(card):
    client = signed_in(User.objects.create_superuser("boss"))
    assert client.get(link(card), headers=PERSON).status_code == 302
    card.refresh_from_db()
    assert card.opens == 0


def test_it_changes_nothing_by_other_methods_and_knows_no_other_link(client, card):
    assert client.post(link(card)).status_code == 405
    assert client.get("/c/nobodys-token/", headers=PERSON).status_code == 404
    card.refresh_from_db()
    assert card.opens == 0


def test_a_partner_hidden_since_is_told_by_the_page(client, card):
    card.offer.partner.status = "hidden"
    card.offer.partner.save()
    answer = client.get(link(card), headers=PERSON, follow=True)
    assert answer.status_code == 410
    assert "больше не размещена" in answer.content.decode()


def test_an_english_lead_gets_the_english_page(client, card):
    card.offer.lead.language = "en"
    card.offer.lead.save()
    assert client.get(link(card), headers=PERSON)["Location"].endswith("/?lang=en")
