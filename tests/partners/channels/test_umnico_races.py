"""A message whose answer is lost, and the news of its arrival, at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from integrations.clock import now
from partners.models import Channel, ChatMessage, Conversation
from partners.services import conversations, saying
from partners.services.channels import Learned

pytestmark = pytest.mark.django_db(transaction=True)
State = ChatMessage.State


def state_first(learned: Learned) -> int:
    """The guard removed: the state is looked at before the row is waited for."""
    own = ChatMessage.objects.filter(pk=learned.own or 0)
    own.filter(state=State.UNCLEAR).update(state=State.SENT, error="")
    return own.update(delivered_at=now())


@pytest.fixture
def message() -> ChatMessage:
    talk = Conversation.objects.create(channel=Channel.UMNICO, external_id="900001")
    with transaction.atomic():
        written = saying.say(talk, "Здравствуйте!")
    ChatMessage.objects.filter(pk=written.pk).update(state=State.SENDING)
    return written


def fate(message: ChatMessage, monkeypatch, delivered: Callable[[Learned], int]) -> str:
    """The news come while the worker, which has seen none, writes down that it knows nothing."""
    monkeypatch.setattr(conversations, "_delivered", delivered)
    close = saying._close

    def news() -> None:
        conversations.learn(Learned(channel=Channel.UMNICO, own=message.pk))
        connection.close()

    bringer = threading.Thread(target=news)

    def close_while_news_come(*facts) -> None:
        bringer.start()
        bringer.join(0.5)
        assert bringer.is_alive()  # it waits for the row
        close(*facts)

    monkeypatch.setattr(saying, "_close", close_while_news_come)
    saying.deliver(message_id=message.pk)
    bringer.join()
    message.refresh_from_db()
    assert message.delivered_at is not None
    return message.state


def test_the_news_win(message, monkeypatch):
    assert fate(message, monkeypatch, conversations._delivered) == State.SENT


def test_control_without_the_order_of_the_two_steps_it_stays_unclear(message, monkeypatch):
    assert fate(message, monkeypatch, state_first) == State.UNCLEAR
