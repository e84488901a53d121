"""Somebody who writes to the robot, and what he is answered."""

from __future__ import annotations

from itertools import count
from typing import Any

from integrations.models import OutboxMessage
from integrations.services import outbox
from partners.models import Channel, ChatMessage, Conversation, Lead
from partners.services import conversations
from partners.services.channels import Incoming

_chats, _messages = count(1), count(1)
# What other tests look at: letters, and the way to partners.
LEFT = ("integrations.", "partners.services.leads.", "partners.services.verification")


class Window:
    """A way back to people: what is sent is kept."""

    def __init__(self) -> None:
        self.sent: list[ChatMessage] = []
        self.texts: dict[str, str] = {}  # words that the service tells only when asked

    def send(self, message: ChatMessage) -> str:
        self.sent.append(message)
        return f"n{message.pk}"

    def fetch_text(self, message: ChatMessage) -> str:
        return self.texts[str(message.external_id)]


def react() -> None:
    """Do what has been ordered, in its order, until nothing is."""
    due = OutboxMessage.objects.filter(delivered_at=None).order_by("id")
    for beginning in LEFT:
        due = due.exclude(reaction__startswith=beginning)
    while message := due.first():
        outbox.deliver(message)


class Person:
    def __init__(self, window: Window, channel: Channel, **contacts: str) -> None:
        self.window, self.channel, self.contacts = window, channel, contacts
        self.chat = f"chat-{next(_chats)}"

    def writes(self, text: str | None, **more: Any) -> ChatMessage:
        """Received and not answered yet."""
        message, _fresh = conversations.receive(
            Incoming(
                channel=self.channel,
                chat=self.chat,
                message_id=f"m{next(_messages)}",
                text=text,
                **{**self.contacts, **more},
            )
        )
        return message

    def says(self, *texts: str) -> list[str]:
        """One after the other, faster than anybody answers; returns what came back."""
        for text in texts:
            self.writes(text)
        return self.hears()

    def hears(self) -> list[str]:
        """Whatever was said to him since he last listened."""
        before = len(self.window.sent)
        react()
        return [message.text for message in self.window.sent[before:] if self._is_his(message)]

    def _is_his(self, message: ChatMessage) -> bool:
        return message.conversation_id == self.conversation.pk

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.select_related("lead__region", "lead__specialisation").get(
            channel=self.channel, external_id=self.chat
        )

    @property
    def lead(self) -> Lead:
        lead = self.conversation.lead
        assert lead is not None
        return lead

    def gets_cards(self, wish: str = "Нужно перекрыть крышу в Казани, до 500 тысяч") -> list[str]:
        """The shortest way from a wish to cards."""
        self.says(wish)
        if self.conversation.stage == Conversation.Stage.WHAT:
            self.says("нет")  # no telephone
        return self.says("да")
