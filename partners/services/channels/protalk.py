"""ProTalk's two bots: clients write to one, future partners to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext as _

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, ServiceRefused
from integrations.protalk import wire
from integrations.protalk.client import SERVICE, Which, get_bot
from partners.models import Channel, ChatMessage, Conversation, Lead, SentCard
from partners.services.channels.base import Incoming, Port, named

Speaker = Conversation.Speaker


def read(raw: RawCallback) -> Sequence[Incoming]:
    """A message, or the contacts the bot has asked for; other events say nothing to us."""
    call = wire.read(raw.body)
    if call.event not in (wire.MESSAGE, wire.LEAD):
        return []
    if not call.chat_id:
        raise CallbackMalformed("no chat is named")
    return [
        Incoming(
            channel=_channel(call.bot_id),
            chat=named(call.chat_id),
            message_id=named(call.message_id) or raw.digest,
            text=call.text or _contacts(call),
            name=call.name,
            phone=call.phone,
            email=call.email,
            data={"event": call.event},
            reply_to={"chat_id": call.chat_id},
        )
    ]


def _channel(bot_id: str) -> Channel:
    """Where the partners' bot has no number, every call is the clients'."""
    partners = settings.CREDENTIALS.get("PROTALK_PARTNER_BOT_ID")
    return Channel.PROTALK_PARTNER if partners and bot_id == partners else Channel.PROTALK_CLIENT


def _contacts(call: wire.BotCall) -> str:
    """What a lead without words says: who it is."""
    known = ", ".join(filter(None, (call.name, call.phone, call.email)))
    return _("Контакты: %(known)s") % {"known": known} if known else ""


class _BotPort(Port):
    which: ClassVar[Which]
    # No limit is documented; chats behind the bots take about as much.
    longest: ClassVar[int] = 4096
    source: ClassVar[Lead.Source] = Lead.Source.PROTALK
    cards: ClassVar[SentCard.Channel] = SentCard.Channel.PROTALK

    def send(self, message: ChatMessage) -> str:
        number = f"provodnik-{message.pk}"
        chat = str(message.conversation.reply_to["chat_id"])
        get_bot(self.which).say(chat=chat, number=number, text=message.text)
        return number

    def fetch_text(self, message: ChatMessage) -> str:
        raise ServiceRefused("protalk sends the words with the message", service=SERVICE)


class ClientBot(_BotPort):
    channel: ClassVar[Channel] = Channel.PROTALK_CLIENT
    speaker: ClassVar[Speaker | None] = Speaker.CLIENT
    which: ClassVar[Which] = "client"


class PartnerBot(_BotPort):
    channel: ClassVar[Channel] = Channel.PROTALK_PARTNER
    speaker: ClassVar[Speaker | None] = Speaker.PARTNER
    which: ClassVar[Which] = "partner"
