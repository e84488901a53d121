"""ProTalk: a stored call as words, and the whole way there and back over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from partners.models import Channel, ChatMessage, Conversation
from partners.services.channels import port_of, protalk
from partners.services.draining import apply_calls
from tests.integrations.protalk.test_calls import body
from tests.partners.channels.talk import delivered, said
from tests.support.sandbox import plan_fault

SECRET = "hook-secret-of-the-tests"
KEYS = {
    "PROTALK_WEBHOOK_SECRET": SECRET,
    "PROTALK_CLIENT_BOT_ID": "7001",
    "PROTALK_CLIENT_BOT_TOKEN": "token-of-clients",
    "PROTALK_PARTNER_BOT_ID": "7002",
    "PROTALK_PARTNER_BOT_TOKEN": "token-of-partners",
}
State = ChatMessage.State


def read(name: str, **fields: Any):
    return protalk.read(RawCallback(body=body(name), headers={}, **fields))


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, **KEYS}


def test_a_message_is_the_clients_or_the_partners_by_its_bot():
    (client,) = read("message__json")
    assert (client.channel, client.chat, client.message_id) == ("protalk", "user-42", "m-1")
    assert (client.text, client.name) == ("Нужна кровля в Казани", "Иван")
    (partner,) = read("message__other_names")
    assert partner.channel == Channel.PROTALK_PARTNER


def test_contacts_without_words_are_words_too():
    (lead,) = read("lead__contacts")
    assert lead.text == "Контакты: Иван, +7 (900) 000-00-01, ivan@example.test"
    assert (lead.phone, lead.email) == ("+7 (900) 000-00-01", "ivan@example.test")
    assert lead.data == {"event": "lead"}


def test_a_message_without_a_number_is_known_by_its_bytes():
    raw = RawCallback(body=body("message__no_number"), headers={})
    (one,) = protalk.read(raw)
    assert one.message_id == raw.digest


def test_a_bots_own_words_and_unknown_events_say_nothing():
    assert read("reply__unknown_event") == []
    with pytest.raises(CallbackMalformed):
        read("message__no_chat")


def test_a_name_too_long_to_keep_is_kept_by_its_digest():
    long = "c" * 101
    content = f'{{"chat_id": "{long}", "message_id": "{long}", "message": "x"}}'.encode()
    (one,) = protalk.read(RawCallback(body=content, headers={}))
    assert len(one.chat) == len(one.message_id) == 64
    assert one.reply_to == {"chat_id": long}


@pytest.fixture
def bots(settings, live_server) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    settings.PUBLIC_URL = live_server.url
    with SandboxServer() as server:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "PROTALK_BASE_URL": f"{server.url}/protalk",
        }
        yield server


def control(bots: SandboxServer, path: str, **document: Any) -> dict[str, Any]:
    address = f"{bots.url}/control/protalk/{path}"
    answer: dict[str, Any] = requests.post(
        address, json={"wait": 20, **document}, timeout=30
    ).json()
    assert answer["ok"], answer
    chat: dict[str, Any] = answer.get("chat", answer)
    return chat


def lines(bots: SandboxServer) -> list[tuple[str, str]]:
    overview = requests.get(f"{bots.url}/control/protalk/chats", timeout=10).json()
    return [(line["side"], line["text"]) for line in overview["chats"][0]["lines"]]


def heard(bots: SandboxServer, bot: str = "client") -> Conversation:
    """A conversation somebody has begun."""
    chat = control(bots, "open", bot=bot, name="Иван")
    control(bots, "say", chat=chat["id"], text="Нужна кровля")
    assert apply_calls() == 1
    return Conversation.objects.get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["path", "header"])
@pytest.mark.parametrize("written", ["json", "form"])
def test_a_message_comes_in_however_it_is_written_and_once(bots, place, written):
    control(bots, "options", place=place, format=written)
    chat = control(bots, "open", bot="client", name="Иван")
    sent = control(bots, "say", chat=chat["id"], text="Нужна кровля")
    assert sent["deliveries"][0]["attempts"][0].startswith('200 · {"ok":true}')
    control(bots, "again", chat=chat["id"])
    assert apply_calls() == 1
    message = ChatMessage.objects.get()
    assert (message.text, message.conversation.name) == ("Нужна кровля", "Иван")
    assert message.conversation.channel == Channel.PROTALK_CLIENT
    row = InboundCallback.objects.get()
    assert (row.deliveries, row.outcome) == (2, "message")
    assert SECRET not in f"{row.headers}{bytes(row.body)!r}{row.kind}"


@pytest.mark.django_db(transaction=True)
def test_nobody_comes_in_without_the_secret(bots):
    control(bots, "options", place="none", retry_seconds=[])
    chat = control(bots, "open", bot="client")
    sent = control(bots, "say", chat=chat["id"], text="Эй")
    assert sent["deliveries"][0]["attempts"][0].startswith("403")
    assert apply_calls() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bot", ["client", "partner"])
def test_an_answer_appears_in_the_same_chat(bots, bot):
    message = said(heard(bots, bot), "Здравствуйте! Где строим?")
    delivered(message)
    assert (message.state, message.external_id) == (State.SENT, f"provodnik-{message.pk}")
    assert lines(bots) == [("person", "Нужна кровля"), ("product", "Здравствуйте! Где строим?")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "state"),
    [("401", State.FAILED), ("500", State.UNCLEAR), ("after", State.UNCLEAR)],
)
def test_a_refusal_and_a_lost_answer_are_told_apart(bots, code, state):
    message = said(heard(bots), "Здравствуйте!")
    control(bots, "answer", code=code)
    delivered(message)
    assert message.state == state
    assert message.conversation.wants_person == "ответ не доставлен"


@pytest.mark.django_db(transaction=True)
def test_what_surely_did_not_leave_is_said_later_and_once(bots):
    message = said(heard(bots), "Здравствуйте!")
    plan_fault(bots.sandbox, "protalk", "status", status=429, operation="send_message")
    with pytest.raises(Exception, match="429"):
        delivered(message)
    delivered(message)
    assert lines(bots)[1:] == [("product", "Здравствуйте!")]


@pytest.mark.django_db(transaction=True)
def test_without_a_token_staff_are_told_why(bots, settings):
    message = said(heard(bots), "Здравствуйте!")
    settings.CREDENTIALS = {**settings.CREDENTIALS, "PROTALK_CLIENT_BOT_TOKEN": ""}
    delivered(message)
    assert (message.state, message.error) == (State.FAILED, "PROTALK_CLIENT_BOT_TOKEN is not set")


def test_both_bots_have_a_way_back():
    for channel in (Channel.PROTALK_CLIENT, Channel.PROTALK_PARTNER):
        assert port_of(channel).channel == channel
