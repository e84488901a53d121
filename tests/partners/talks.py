"""Conversations for tests, as channels and the robot would have left them."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth.models import User

from integrations.clock import now
from partners.models import Channel, ChatMessage, Conversation, LeadOffer, SentCard

_numbers = count(1)
Author, State = ChatMessage.Author, ChatMessage.State


def a_conversation(*said: str, **fields: Any) -> Conversation:
    """In which a person has said these things, none of them read."""
    conversation: Conversation = Conversation.objects.create(
        **{
            "channel": Channel.UMNICO,
            "external_id": f"chat-{next(_numbers)}",
            "unread": len(said),
            **fields,
        }
    )
    for text in said:
        a_message(conversation, text)
    return conversation


def a_message(conversation: Conversation, text: str, **fields: Any) -> ChatMessage:
    message: ChatMessage = ChatMessage.objects.create(
        **{
            "conversation": conversation,
            "author": Author.PERSON,
            "state": State.RECEIVED,
            "external_id": f"m-{next(_numbers)}",
            "handled_at": now(),
            "text": text,
            **fields,
        }
    )
    return message


def ours(conversation: Conversation, text: str, **fields: Any) -> ChatMessage:
    return a_message(conversation, text, **{"author": Author.ROBOT, "state": State.SENT, **fields})


def a_busy_conversation(staff: User, offer: LeadOffer) -> Conversation:
    """With everything its page can show."""
    talk = a_conversation(
        "Нужна крыша",
        name="Анна",
        phone="+79000000001",
        email="anna@example.test",
        lead=offer.lead,
        taken_by=staff,
        wants_person="просит человека",
        understood={"specialisations": [1], "region": 1, "city": "Тестовск", "budget_to": "500000"},
    )
    carrier = ours(talk, "1. Ромашка", kind="cards")
    SentCard.objects.create(
        offer=offer,
        channel=SentCard.Channel.UMNICO,
        recipient=talk.external_id,
        message=carrier,
        version="0" * 12,
        text="1. Ромашка",
    )
    ours(talk, "Сейчас отвечу", author=Author.STAFF, staff=staff)
    ours(talk, "Не ушло", state=State.FAILED, error="chat closed")
    a_message(
        talk,
        "",
        attachments=[
            {"type": "photo", "url": "https://files.example/1"},
            {"type": "file", "url": "javascript:alert(1)"},
        ],
    )
    return talk
