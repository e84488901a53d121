"""Staff put right what was misunderstood, and have partners looked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from partners.models import (
    ChatMessage,
    Conversation,
    Lead,
    Region,
    SentCard,
    Specialisation,
)
from partners.services import channels
from tests.partners.factories import a_lead, a_partner
from tests.partners.talks import a_conversation
from tests.support.office import messages_of, page, signed_in, staff_member
from tests.support.ports import stand_ins

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_way_back(monkeypatch):
    monkeypatch.setattr(channels, "PORTS", stand_ins())


@pytest.fixture
def talk(boss) -> Conversation:
    return a_conversation("Надо перекрыть крышу в Тестовске", name="Анна")


def facts(client: Client, talk: Conversation, **changed: Any) -> Any:
    """Send the form with these answers, the others as they stood."""
    form = client.get(page(talk, "facts")).context["form"]
    data = {field.name: field.value() for field in form if field.value() not in (None, "")}
    return client.post(page(talk, "facts"), data | changed, follow=True)


def test_what_was_misunderstood_is_put_right(office, talk):
    roofing = Specialisation.objects.get(code="roofing")
    said = facts(
        office,
        talk,
        specialisation=roofing.pk,
        region=Region.objects.get(code="99").pk,
        city="Тестовск",
        budget_to="500000",
        phone="8 900 000-00-05",
        email="Anna@example.test",
    )
    assert "Сохранено" in messages_of(said)
    talk.refresh_from_db()
    assert talk.understood["specialisations"] == [roofing.pk]
    assert (talk.understood["city"], talk.understood["budget_to"]) == ("Тестовск", "500000")
    assert (talk.phone, talk.email) == ("+79000000005", "Anna@example.test")
    assert "Кровельные работы" in office.get(page(talk)).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"phone": "нет"}, {"email": "кто"}, {"budget_from": "9", "budget_to": "5"}]
)
def test_what_cannot_be_is_not_kept(office, talk, wrong):
    before = Conversation.objects.values().get(pk=talk.pk)
    assert facts(office, talk, **wrong).context["form"].errors
    assert Conversation.objects.values().get(pk=talk.pk) == before


def test_partners_are_found_and_their_cards_go_into_the_chat(office, talk):
    partner = a_partner()
    region = Region.objects.get(code="99")
    work = Specialisation.objects.get(code="roofing")
    assert "Не указано" in messages_of(office.post(page(talk, "match"), follow=True))
    facts(office, talk, specialisation=work.pk, region=region.pk)
    assert "Подобрали: 1" in messages_of(office.post(page(talk, "match"), follow=True))
    talk.refresh_from_db()
    assert (talk.stage, talk.lead.specialisation, talk.lead.region) == ("offered", work, region)
    assert talk.lead.text == "Надо перекрыть крышу в Тестовске"
    assert SentCard.objects.get().offer.partner == partner
    assert ChatMessage.objects.filter(kind="cards").count() == 1
    assert "уже подобраны" in messages_of(office.post(page(talk, "match"), follow=True))
    assert Lead.objects.count() == 1


def test_a_request_that_fitted_nobody_follows_what_was_put_right(office, talk):
    work = Specialisation.objects.get(code="roofing")
    facts(office, talk, specialisation=work.pk, region=Region.objects.get(code="77").pk)
    assert "Никто не подошёл" in messages_of(office.post(page(talk, "match"), follow=True))
    talk.refresh_from_db()
    assert (talk.stage, talk.lead.status) == ("nobody", "nobody")
    a_partner(regions=["99"])
    facts(office, talk, region=Region.objects.get(code="99").pk)
    assert "Подобрали: 1" in messages_of(office.post(page(talk, "match"), follow=True))
    assert Lead.objects.count() == 1


def test_another_wish_is_a_request_of_its_own(office, talk):
    a_partner(specialisations=["roofing", "electrics"])
    region = Region.objects.get(code="99").pk
    for code in ("roofing", "electrics"):
        work = Specialisation.objects.get(code=code).pk
        facts(office, talk, specialisation=work, region=region)
        assert "Подобрали: 1" in messages_of(office.post(page(talk, "match"), follow=True))
    assert Lead.objects.count() == 2


def test_a_lead_without_a_conversation_is_matched_too(office, boss):
    lead = a_lead(
        status="nobody",
        region=Region.objects.get(code="99"),
        specialisation=Specialisation.objects.get(code="roofing"),
    )
    assert "Никто не подошёл" in messages_of(office.post(page(lead, "match"), follow=True))
    a_partner()
    assert "Подобрали: 1" in messages_of(office.post(page(lead, "match"), follow=True))
    assert "Подобрать сейчас" not in office.get(page(lead)).content.decode()


def test_who_only_looks_puts_nothing_right(talk):
    client = signed_in(staff_member("partners.view_conversation", "partners.view_lead"))
    lead = a_lead(status="nobody")
    for address in (page(talk, "facts"), page(talk, "match"), page(lead, "match")):
        assert client.post(address).status_code == 403
    assert "Подобрать сейчас" not in client.get(page(lead)).content.decode()
