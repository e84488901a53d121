"""Umnico's events through the real door: what is kept, what it becomes, what becomes nothing."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import views
from integrations.models import InboundCallback
from partners.models import Channel, ChatMessage, Conversation
from partners.services.draining import apply_calls
from partners.services.saying import say
from tests.integrations.umnico.events import NAMES, event

pytestmark = pytest.mark.django_db
SECRET = "umnico-address-of-the-tests"
ADDRESS = "/integrations/callbacks/umnico/"


@pytest.fixture(autouse=True)
def _secret(settings, monkeypatch):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_WEBHOOK_SECRET": SECRET}
    monkeypatch.setattr(views, "_refused", defaultdict(int))


@pytest.fixture
def arrive(client):
    """Events come in, one after the other, and are applied."""

    def arrive(*bodies: bytes, secret: str = SECRET) -> list[str]:
        for body in bodies:
            answer = client.post(ADDRESS + secret, data=body, content_type="application/json")
            assert answer.status_code == 200
        apply_calls()
        rows = InboundCallback.objects.order_by("-id")[: len(bodies)]
        return [row.outcome for row in reversed(rows)]

    return arrive


def test_a_message_becomes_one_of_its_dialogue(arrive):
    assert arrive(event("message_incoming__whatsapp")) == ["message"]
    talk = Conversation.objects.get()
    assert (talk.channel, talk.external_id) == (Channel.UMNICO, "900001")
    assert (talk.phone, talk.unread) == ("+79000000001", 1)
    assert talk.reply_to == {"source": "256", "account": "71", "customer": "700"}
    message = talk.messages.get()
    assert (message.external_id, message.text) == ("5551", "Хочу узнать цену")
    assert message.attachments == [{"type": "photo", "url": "https://cdn.example.test/1.jpg"}]
    assert message.data == {"messenger": "whatsapp2"}
    assert message.callback == InboundCallback.objects.get(case=talk.case)


def test_the_same_message_again_is_the_one_already_kept(arrive, client):
    body = event("message_incoming__whatsapp")
    arrive(body, body)
    assert InboundCallback.objects.get().deliveries == 2
    other_words_around = body.replace(b'"isNewLead":true', b'"isNewLead":false')
    assert arrive(other_words_around) == ["repeat"]
    assert ChatMessage.objects.count() == 1
    assert Conversation.objects.get().unread == 1


def test_a_stranger_is_refused_and_kept_as_one(client, arrive):
    for secret in ("wrong", ""):
        answer = client.post(
            ADDRESS + secret, data=event("message_incoming__whatsapp"), content_type="text/plain"
        )
        assert answer.status_code == 403
    row = InboundCallback.objects.get()
    assert (row.verdict, row.deliveries) == (InboundCallback.Verdict.REJECTED, 2)
    assert apply_calls() == 0
    assert not Conversation.objects.exists()


def test_an_address_may_not_be_looked_at(client):
    assert client.get(ADDRESS + SECRET).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_taken_and_ends(arrive, name):
    (outcome,) = arrive(event(name))
    row = InboundCallback.objects.get()
    assert row.status == InboundCallback.Status.APPLIED
    wanted = "message" if ChatMessage.objects.exists() else "noted"
    assert outcome == wanted
    assert ChatMessage.objects.count() == (
        name.startswith("message_") and name != "message_outgoing__ours"
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"type":"message.incoming","accountId":3001}'])
def test_what_cannot_be_read_waits_for_a_person(arrive, body):
    arrive(body)
    assert InboundCallback.objects.get().status == InboundCallback.Status.DEAD


def test_words_that_did_not_come_are_wanted(arrive):
    arrive(event("message_incoming__without_text"), event("message_incoming__only_the_lead"))
    first, second = ChatMessage.objects.filter(needs_text=True).order_by("id")
    assert first.external_id == "5553"
    assert str(second.external_id).startswith("event:")
    arrive(event("message_incoming__picture_only"))
    assert not ChatMessage.objects.get(external_id="5554").needs_text


def test_a_card_that_changes_often_is_heard_every_time(arrive):
    arrive(event("message_incoming__telegram"))
    assert Conversation.objects.get().phone == ""
    arrive(event("customer_changed__name"))
    assert Conversation.objects.get().name == "Пётр Иванов"
    arrive(event("lead_changed__phone"), event("lead_changed_status__moved"))
    assert Conversation.objects.get().phone == "+79000000002"
    assert InboundCallback.objects.filter(status=InboundCallback.Status.APPLIED).count() == 4


@pytest.mark.parametrize("name", ["customer_created__with_phone", "lead_changed__phone"])
def test_whoever_was_announced_before_he_wrote_is_known(arrive, name):
    arrive(event(name))
    assert not Conversation.objects.exists()
    arrive(event("message_incoming__telegram"))
    talk = Conversation.objects.get()
    assert talk.phone == "+79000000002"
    assert talk.name.startswith("Пётр")


def test_a_stranger_was_not_announced(arrive):
    arrive(event("customer_created__with_phone"))
    arrive(event("message_incoming__without_text"))
    assert Conversation.objects.get().phone == "+79000000001"
    assert Conversation.objects.get().name == ""


def test_our_own_message_is_no_question(arrive):
    arrive(event("message_incoming__whatsapp"))
    ours = say(Conversation.objects.get(), "Здравствуйте!")
    ChatMessage.objects.filter(pk=ours.pk).update(state=ChatMessage.State.UNCLEAR, error="lost")
    told = event("message_outgoing__ours").replace(b"out-17", f"out-{ours.pk}".encode())
    arrive(told, event("message_outgoing__a_managers"), event("message_incoming__not_incoming"))
    ours.refresh_from_db()
    assert (ours.state, ours.error) == (ChatMessage.State.SENT, "")
    assert ours.delivered_at is not None
    assert ChatMessage.objects.filter(author=ChatMessage.Author.PERSON).count() == 1


def queries_of_a_change(arrive) -> int:
    arrive(event("customer_changed__name"))
    InboundCallback.objects.update(status=InboundCallback.Status.RECEIVED)
    with CaptureQueriesContext(connection) as asked:
        apply_calls()
    return len(asked)


def test_finding_a_customers_dialogue_costs_the_same_among_many(arrive):
    arrive(event("message_incoming__telegram"))
    InboundCallback.objects.all().delete()
    alone = queries_of_a_change(arrive)
    for number in range(20):
        Conversation.objects.create(
            channel=Channel.UMNICO, external_id=f"x{number}", reply_to={"customer": str(number)}
        )
    assert queries_of_a_change(arrive) == alone
    assert Conversation.objects.filter(name="Пётр Иванов").count() == 1
