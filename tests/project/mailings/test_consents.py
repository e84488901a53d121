"""Staff write down who agreed and who no longer does; the row keeps the words, the history the reason."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from integrations.models import Consent
from integrations.services import consents
from tests.bot.mailings.rows import agreed
from tests.support.office import messages_of, owner, page, shown, signed_in, staff_member

pytestmark = pytest.mark.django_db

ADD = "/admin/integrations/consent/add/"
SAID = {"channel": "mail", "address": " Anna@Client.example ", "wording": "Согласна, договор № 7"}


def test_a_consent_is_written_down_once_with_its_words():
    client = signed_in(owner())
    client.post(ADD, SAID)
    said = client.post(ADD, SAID, follow=True)
    consent = Consent.objects.get()
    assert (consent.address, consent.source) == ("anna@client.example", "staff")
    assert consent.wording == "Согласна, договор № 7"
    assert "уже есть" in messages_of(said)


@pytest.mark.parametrize(("channel", "address"), [("mail", "nobody"), ("telegram", "anna")])
def test_what_is_no_address_is_refused(channel, address):
    words = signed_in(owner()).post(ADD, SAID | {"channel": channel, "address": address})
    assert "не читается" in words.content.decode()
    assert not Consent.objects.exists()


def test_a_withdrawal_needs_a_reason_and_ends_the_consent():
    agreed("anna@client.example", channel=consents.Channel.MAIL)
    client, consent = signed_in(owner()), Consent.objects.get()
    client.post(page(consent, "withdraw"), {"reason": ""})
    assert consents.has_consent(consents.Channel.MAIL, consent.address)
    client.post(page(consent, "withdraw"), {"reason": "позвонила и отказалась"})
    consent.refresh_from_db()
    assert consent.withdrawn_by == "staff"
    assert "позвонила" in LogEntry.objects.get().get_change_message()


def test_they_are_found_by_address_and_state():
    agreed("anna@client.example", "boris@client.example", channel=consents.Channel.MAIL)
    anna, boris = Consent.objects.order_by("address")
    consents.withdraw(
        channel=consents.Channel.MAIL, address=boris.address, by=consents.Withdrawal.LINK
    )
    client = signed_in(owner())
    assert shown(client, Consent, "q=Anna@client.example") == {anna.pk}
    assert shown(client, Consent, "stands=no") == {boris.pk}


def test_whoever_may_only_look_writes_nothing():
    agreed("1")
    client = signed_in(staff_member("integrations.view_consent"))
    assert client.get(ADD).status_code == 403
    assert client.post(page(Consent.objects.get(), "withdraw"), {"reason": "а"}).status_code == 403
