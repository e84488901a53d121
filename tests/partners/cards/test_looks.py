"""How a card looks, before a client sees it: to staff and to the partner himself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from integrations.clock import now
from tests.partners.factories import a_lead
from tests.support.office import owner, page, queries_of, signed_in, staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return owner()


def test_staff_see_the_card_of_a_partner_in_every_channel(boss, offers):
    partner = offers[0].partner
    seen = signed_in(boss).get(page(partner, "preview"))
    assert [look.title for look in seen.context["chats"]] == ["Umnico", "ProTalk", "Telegram"]
    assert all(look.fits for look in seen.context["chats"])
    body = seen.content.decode()
    assert body.count("ООО «Кровля-Тест»") > 6
    assert "больше 30 дней назад" not in body
    assert page(partner, "preview") in signed_in(boss).get(page(partner)).content.decode()


def test_in_the_language_that_is_asked_for(boss, offers):
    address = page(offers[0].partner, "preview")
    for language, word in (
        ("ru", "Что делает: "),
        ("en", "What they do: "),
        ("xx", "Что делает: "),
    ):
        seen = signed_in(boss).get(f"{address}?lang={language}")
        assert word in seen.context["chats"][0].text
        assert word in seen.context["letter"].text


@pytest.mark.parametrize("checked", [None, 31])
def test_old_data_of_the_registry_is_told(boss, offers, checked):
    partner = offers[0].partner
    partner.verified_at = checked and now() - timedelta(days=checked)
    partner.save()
    seen = signed_in(boss).get(page(partner, "preview"))
    assert "ФНС" in seen.context["stale"]


def test_a_lead_shows_each_of_its_cards(boss, offers):
    client, lead = signed_in(boss), offers[0].lead
    first = client.get(page(lead, "preview"))
    assert first.context["chosen"] == offers[0]
    assert "Почему он" in first.context["chats"][0].text
    other = client.get(f"{page(lead, 'preview')}?offer={offers[2].pk}")
    assert other.context["partner"] == offers[2].partner
    assert client.get(f"{page(lead, 'preview')}?offer=0").context["chosen"] == offers[0]


def test_a_lead_that_nobody_got_has_no_card(boss):
    assert "Карточек нет" in signed_in(boss).get(page(a_lead(), "preview")).content.decode()


def test_whoever_may_not_see_the_partner_sees_no_card(offers):
    client = signed_in(staff_member("partners.view_lead"))
    assert client.get(page(offers[0].partner, "preview")).status_code == 403
    assert client.get(page(offers[0].lead, "preview")).status_code == 200


def test_a_page_of_cards_costs_the_same_for_all(boss, offers):
    client = signed_in(boss)
    few = queries_of(client, page(offers[1].partner, "preview"))
    assert queries_of(client, page(offers[0].partner, "preview")) == few


def test_a_hostile_name_is_no_markup_of_the_preview(boss, offers):
    partner = offers[0].partner
    partner.name = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    partner.save()
    body = signed_in(boss).get(page(partner, "preview")).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
