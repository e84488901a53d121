"""The way back to whoever asks in our bot, through the simulated Telegram, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram import people
from integrations.sandbox.telegram.simulator import Telegram
from integrations.sandbox.telegram.state import Chat
from integrations.telegram.errors import RetryLater
from partners.models import Channel, ChatMessage, Conversation
from partners.services import cards
from partners.services.saying import deliver, say
from tests.partners.cards.conftest import offers
from tests.partners.channels.talk import delivered, said
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

__all__ = ["offers"]

pytestmark = pytest.mark.django_db
State = ChatMessage.State


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with running_sandbox(BOT_TOKEN="4242:test-bot-token") as sandbox:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "TELEGRAM_API_URL": f"{sandbox.base_url}/telegram",
        }
        yield sandbox


@pytest.fixture
def chat(sandbox) -> Chat:
    with sandbox.lock:
        made: Chat = sandbox.get(Telegram).add_chat(first_name="Анна")
        made.started = True
    return made


@pytest.fixture
def talk(chat) -> Conversation:
    made: Conversation = Conversation.objects.create(
        channel=Channel.TELEGRAM, external_id=str(chat.id)
    )
    return made


def seen(sandbox: Sandbox, chat: Chat) -> list[dict[str, Any]]:
    with sandbox.lock:
        return [one.wire for one in sandbox.get(Telegram).history(chat.id) if one.outgoing]


def test_words_arrive_as_they_were_written(sandbox, talk, chat):
    message = delivered(said(talk, "Крыша <b>до 500 & срок\n1 < 2"))
    assert (message.state, message.error) == (State.SENT, "")
    (shown,) = seen(sandbox, chat)
    assert shown["text"] == "Крыша <b>до 500 & срок\n1 < 2"
    assert not shown.get("entities")
    assert message.external_id == str(shown["message_id"])


def test_cards_arrive_with_their_markup(sandbox, talk, chat, offers):
    (message,) = cards.send_in_chat(talk, offers)
    assert delivered(message).state == State.SENT
    (shown,) = seen(sandbox, chat)
    assert shown["text"].startswith("1. ООО «Кровля-Тест»")
    assert {one["type"] for one in shown["entities"]} >= {"bold", "text_link"}


def test_whoever_has_blocked_the_bot_is_a_persons_case(sandbox, talk, chat):
    with sandbox.lock:
        people.block(sandbox.get(Telegram), chat, blocked=True)
    message = delivered(said(talk, "Здравствуйте!"))
    assert message.state == State.FAILED
    talk.refresh_from_db()
    assert talk.wants_person == "ответ не доставлен"


def test_what_is_too_much_waits_as_long_as_it_is_told(sandbox, talk, chat):
    plan_fault(sandbox, "telegram", "status", status=429, detail={"retry_after": 1})
    message = say(talk, "Здравствуйте!")
    with pytest.raises(RetryLater) as waits:
        deliver(message_id=message.pk)
    assert waits.value.retry_after == 1
    message.refresh_from_db()
    assert message.state == State.WAITING
    assert delivered(message).state == State.SENT
    assert len(seen(sandbox, chat)) == 1


def test_a_message_whose_answer_is_lost_is_not_repeated(sandbox, talk, chat):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage")
    message = delivered(said(talk, "Здравствуйте!"))
    assert delivered(message).state == State.UNCLEAR
    assert calls_of(sandbox, "telegram").count("sendMessage") == 1
    assert len(seen(sandbox, chat)) == 1
