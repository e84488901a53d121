"""The way back to whoever wrote where nobody can be asked back: a letter, written here and sent by the post."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar
from zlib import crc32

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.errors import ServiceRefused
from integrations.models import MailMessage
from integrations.services import post
from integrations.services.suppression import is_suppressed
from partners.models import ChatMessage, Conversation, SentCard
from partners.services.channels.base import NoAddress, Port

LETTER = "chat_answer"
# A letter that is not on its way and will not leave by itself.
STUCK = (MailMessage.Status.REFUSED, MailMessage.Status.SUPPRESSED, MailMessage.Status.UNCLEAR)


def message_of(key: str) -> int | None:
    """Which message a letter with this key answers with; None for other letters."""
    kind, _colon, rest = key.partition(":")
    return int(rest.partition(":")[0]) if kind == LETTER else None


class ByMail(Port):
    longest: ClassVar[int] = 20_000
    cards: ClassVar[SentCard.Channel] = SentCard.Channel.MAIL
    is_chat: ClassVar[bool] = False

    @abstractmethod
    def place(self, conversation: Conversation) -> str:
        """Where the person wrote, as the letter names it; may be empty."""

    def send(self, message: ChatMessage) -> str:
        """One letter to an address; one that did not leave is handed in again when a person wants that."""
        conversation, service = message.conversation, self.channel.value
        if not conversation.email:
            raise NoAddress(
                _("Человек не оставил e-mail: ответить на форму некуда."), service=service
            )
        if is_suppressed(conversation.email):
            raise NoAddress(
                _("С этого адреса письма возвращались: туда не пишем."), service=service
            )
        with transaction.atomic():
            letter = post.write(
                key=f"{LETTER}:{message.pk}:{crc32(conversation.email.lower().encode())}",
                kind=LETTER,
                to=conversation.email,
                language=conversation.language,
                context={
                    "name": conversation.name,
                    "site": self.place(conversation),
                    "text": message.text,
                },
                case=conversation.case,
            )
        if letter.status in STUCK:
            post.send_again(letter.pk, wish=f"chat:{message.attempts}")
        return f"letter:{letter.pk}"

    def fetch_text(self, message: ChatMessage) -> str:
        raise ServiceRefused("a form brings all its words", service=self.channel.value)
