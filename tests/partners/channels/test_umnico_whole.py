"""The whole way: a visitor's words through the simulator, the door and the worker, and our answer back to him."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.db import transaction

from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.umnico.account import Umnico
from partners.models import ChatMessage, Conversation
from partners.services.draining import apply_calls
from partners.services.saying import deliver, say
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "umnico-address-of-the-tests"
State = ChatMessage.State


@pytest.fixture
def site(settings, live_server) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    settings.PUBLIC_URL = live_server.url
    with SandboxServer() as server:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "UMNICO_API_KEY": "umnico-token-of-the-tests",
            "UMNICO_WEBHOOK_SECRET": SECRET,
            "UMNICO_BASE_URL": f"{server.url}/umnico/v1.3",
        }
        server.sandbox.get(Umnico).start()
        yield server


def control(site: SandboxServer, path: str, **document: Any) -> dict[str, Any]:
    address = f"{site.url}/control/umnico/{path}"
    answer: dict[str, Any] = requests.post(
        address, json={"wait": 20, **document}, timeout=30
    ).json()
    assert answer["ok"], answer
    return answer


def written(text: str) -> ChatMessage:
    with transaction.atomic():
        return say(Conversation.objects.get(), text)


def arrived(site: SandboxServer) -> None:
    """The events about the visitor have reached the door, and the worker."""
    control(site, "event", lead=Conversation.objects.get().external_id, type="lead.changed")
    apply_calls()


def test_a_visitor_is_heard_once_however_often_it_is_told_and_answered_where_he_wrote(site):
    told = control(site, "say", text="Нужна крыша", channel="whatsapp2", way="other_body")
    assert [one["done"] for one in told["talk"]["deliveries"]] == [True] * 4
    assert apply_calls() == 4
    talk = Conversation.objects.get()
    assert talk.messages.get().text == "Нужна крыша"
    assert talk.phone == told["talk"]["phone"]
    assert talk.name == told["talk"]["name"]
    message = written("Какая площадь?")
    deliver(message_id=message.pk)
    arrived(site)
    message.refresh_from_db()
    assert message.state == State.SENT
    assert message.delivered_at is not None
    assert talk.messages.count() == 2
    for row in InboundCallback.objects.all():
        assert SECRET not in f"{row.headers}{bytes(row.body)!r}{row.kind}"


@pytest.mark.parametrize("way", ["without_text", "bare"])
def test_words_that_do_not_come_are_wanted(site, way):
    control(site, "say", text="Нужна крыша", way=way)
    apply_calls()
    assert ChatMessage.objects.get().needs_text


def test_a_lost_answer_is_made_good_by_the_news_of_it(site):
    control(site, "say", text="Нужна крыша")
    apply_calls()
    message = written("Какая площадь?")
    plan_fault(site.sandbox, "umnico", "after", operation="send")
    deliver(message_id=message.pk)
    message.refresh_from_db()
    assert message.state == State.UNCLEAR
    arrived(site)
    message.refresh_from_db()
    assert (message.state, message.error) == (State.SENT, "")


def test_news_that_come_before_our_call_has_failed_count_too(site):
    control(site, "say", text="Нужна крыша")
    apply_calls()
    message = written("Какая площадь?")
    ChatMessage.objects.filter(pk=message.pk).update(state=State.SENDING)
    lead = Conversation.objects.get().external_id
    with site.sandbox.lock:
        umnico = site.sandbox.get(Umnico)
        umnico.answer(umnico.talk(int(lead)), message.text, custom_id=f"out-{message.pk}")
    arrived(site)
    deliver(message_id=message.pk)
    message.refresh_from_db()
    assert message.state == State.SENT
    assert Conversation.objects.get().wants_person == ""


def test_a_phone_that_is_told_later_is_the_visitors(site):
    told = control(site, "say", text="Нужна крыша", channel="telebot")
    apply_calls()
    assert Conversation.objects.get().phone == ""
    control(site, "change", lead=told["talk"]["lead"], phone="+7 900 000-00-05")
    apply_calls()
    assert Conversation.objects.get().phone == "+79000000005"
