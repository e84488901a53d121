"""Consent to news: in our own form, in a form of Tilda's, in the cabinet."""

from __future__ import annotations

import pytest

from integrations.models import Consent
from partners.models import Application
from partners.services import news
from partners.services.aliases import load_aliases
from partners.services.applications import submit
from tests.partners.factories import a_partner, vocabulary
from tests.partners.intake.test_join import JOIN, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists():
    vocabulary()
    load_aliases()


def test_an_empty_box_is_no_consent(client):
    assert 'name="news"' in client.get(JOIN).text
    client.post(JOIN, filled())
    assert Application.objects.count() == 1
    assert not Consent.objects.exists()


def test_a_ticked_box_is_kept_with_its_words(client):
    client.post(JOIN, filled(news="on", email="Ivan@Example.test"))
    consent = Consent.objects.get()
    assert (consent.channel, consent.address, consent.source) == (
        "mail",
        "ivan@example.test",
        "form",
    )
    assert consent.wording == news.wording()


def test_a_form_of_tilda_may_say_its_own_words():
    raw = {"Компания": "ООО «Ромашка»", "Email": "a@example.test", "Получать новости": "yes"}
    submit(form="partner_registration", source="tilda", raw={**raw, "news text": "Хочу новости"})
    assert Consent.objects.get().wording == "Хочу новости"


def test_the_cabinet_switches_it(client):
    partner = a_partner()
    news.switch(partner, on=True, remote_addr="203.0.113.7")
    assert news.is_on(partner)
    assert Consent.objects.get().source == "cabinet"
    news.switch(partner, on=False, remote_addr=None)
    assert not news.is_on(partner)
    assert Consent.objects.get().withdrawn_by == "cabinet"
