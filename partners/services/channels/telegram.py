"""Our own bot: whoever asks for a contractor there is answered there. What he writes is brought by the bot itself."""

from __future__ import annotations

from html import escape
from typing import ClassVar

from integrations.errors import ServiceRefused
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import SERVICE
from partners.models import Channel, ChatMessage, Lead, SentCard
from partners.services.channels.base import Port


class TelegramPort(Port):
    channel: ClassVar[Channel] = Channel.TELEGRAM
    longest: ClassVar[int] = 4096
    source: ClassVar[Lead.Source] = Lead.Source.TELEGRAM
    cards: ClassVar[SentCard.Channel] = SentCard.Channel.TELEGRAM

    def send(self, message: ChatMessage) -> str:
        """Cards bring their markup with them; all other words are words."""
        markup = message.data.get("html") or escape(message.text, quote=False)
        chat = int(message.conversation.external_id)
        return str(get_bot_api().send_message(chat, markup))

    def fetch_text(self, message: ChatMessage) -> str:
        raise ServiceRefused("telegram sends the words with the message", service=SERVICE)
