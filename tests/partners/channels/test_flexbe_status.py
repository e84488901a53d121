"""What becomes of a lead, told to the site's list in Flexbe over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.flexbe.client import FlexbeBusy, FlexbeOff
from integrations.models import OutboxMessage
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.flexbe.site import Flexbe
from partners.models import Channel, Conversation, Lead, LeadOffer
from partners.services import leads
from partners.services.channels import flexbe_status
from tests.partners.factories import a_partner
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

pytestmark = pytest.mark.django_db
KEY = "key-of-the-site"


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with running_sandbox(FLEXBE_API_KEY=KEY) as sandbox:
        with sandbox.lock:
            sandbox.get(Flexbe).choose({"callback_url": "http://127.0.0.1:9/", "retry_seconds": []})
        settings.CREDENTIALS = {
            "FLEXBE_API_KEY": KEY,
            "FLEXBE_BASE_URL": f"{sandbox.base_url}/flexbe",
        }
        yield sandbox


@pytest.fixture
def there(sandbox: Sandbox):
    """The lead as the site has it."""
    with sandbox.lock:
        return sandbox.get(Flexbe).submit({"name": "Иван"})


@pytest.fixture
def offer(there) -> LeadOffer:
    """The same lead here, offered to a partner."""
    lead = Lead.objects.create(source=Lead.Source.FLEXBE, status=Lead.Status.OFFERED)
    Conversation.objects.create(
        channel=Channel.FLEXBE,
        external_id=f"40001:{there.id}",
        lead=lead,
        reply_to={"site": "40001", "domain": "promo.example.test", "lead": str(there.id)},
    )
    return LeadOffer.objects.create(lead=lead, partner=a_partner(), rank=1, score=1)


def test_an_offered_lead_is_in_work_once_and_its_note_is_kept(sandbox, there, offer):
    there.note = "Перезвонить"
    for _ in range(2):
        flexbe_status.tell_in_work(offer_id=offer.pk)
    assert there.status == "1"
    assert there.note == "Перезвонить\nProvodnik: предложена партнёрам: 1"
    assert calls_of(sandbox, "flexbe").count("changeLead") == 1


def test_the_first_offer_speaks_for_all(sandbox, there, offer):
    second = LeadOffer.objects.create(lead=offer.lead, partner=a_partner(), rank=2, score=1)
    flexbe_status.tell_in_work(offer_id=second.pk)
    assert there.status == "0"


def test_a_closed_lead_is_done(there, offer):
    assert leads.close(offer.lead)
    assert not leads.close(offer.lead)
    row = OutboxMessage.objects.get(topic="lead.closed")
    flexbe_status.tell_done(**row.payload)
    assert there.status == "2"
    assert there.note.endswith("обращение закрыто")


@pytest.mark.parametrize("status", ["2", "10", "11"])
def test_what_the_sites_own_people_decided_stays(there, offer, status):
    there.status = status
    flexbe_status.tell_in_work(offer_id=offer.pk)
    flexbe_status.tell_done(lead_id=offer.lead_id)
    assert (there.status, there.note) == (status, "")


def test_a_lead_the_site_does_not_know_is_left_alone(sandbox, there, offer):
    with sandbox.lock:
        sandbox.get(Flexbe).state.leads.clear()
    flexbe_status.tell_in_work(offer_id=offer.pk)
    assert "changeLead" not in calls_of(sandbox, "flexbe")


def test_without_a_key_nothing_is_told(sandbox, there, offer, settings):
    settings.CREDENTIALS = {}
    flexbe_status.tell_in_work(offer_id=offer.pk)
    assert "getLeads" not in calls_of(sandbox, "flexbe")
    settings.CREDENTIALS = {"FLEXBE_API_KEY": KEY, "FLEXBE_SITES": "other.example"}
    with pytest.raises(FlexbeOff):
        flexbe_status.tell_in_work(offer_id=offer.pk)


def test_leads_from_elsewhere_are_nobodys_business(sandbox):
    lead = Lead.objects.create(source=Lead.Source.API)
    flexbe_status.tell_done(lead_id=lead.pk)
    assert "getLeads" not in calls_of(sandbox, "flexbe")


def test_the_minutes_calls_are_not_overdrawn(sandbox, offer, monkeypatch):
    """One lead is two calls; with the limit as it is, the first test above makes both."""
    monkeypatch.setattr(flexbe_status, "CALLS_A_MINUTE", 1)
    with pytest.raises(FlexbeBusy) as busy:
        flexbe_status.tell_in_work(offer_id=offer.pk)
    assert busy.value.retry_after == 60
    assert calls_of(sandbox, "flexbe").count("changeLead") == 0


def test_a_lost_answer_is_asked_about_again_and_changes_nothing_twice(sandbox, there, offer):
    plan_fault(sandbox, "flexbe", "after", operation="changeLead")
    with pytest.raises(Exception, match="connection"):
        flexbe_status.tell_in_work(offer_id=offer.pk)
    flexbe_status.tell_in_work(offer_id=offer.pk)
    assert there.note == "Provodnik: предложена партнёрам: 1"
