"""Umnico: whatever messenger a person writes in, he is answered there through its dialogue (`leadId`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext_noop

from integrations.callbacks import RawCallback
from integrations.clock import now
from integrations.errors import CallbackMalformed, ServiceRefused, ServiceUnreachable
from integrations.umnico import wire
from integrations.umnico.client import SERVICE, UmnicoApi, get_umnico
from partners.models import Channel, ChatMessage, Lead, SentCard
from partners.services.channels.base import ByHand, Incoming, Learned, Port, Said

UNNUMBERED = "event:"  # how a message is called whose event does not number it
LONGEST_ID = 100
PATIENCE = timedelta(minutes=5)  # in which a message appears in its dialogue's history


def read(raw: RawCallback) -> Sequence[Said]:
    """Reader: messages, the fate of ours, and contacts; nothing for events that tell of none."""
    event = wire.event_of(raw.body)
    if event.type in (wire.INCOMING, wire.OUTGOING):
        return [_said(event, raw)]
    if event.customer is None:
        return []
    return [
        Learned(
            channel=Channel.UMNICO,
            chat=event.lead,
            customer=event.customer.number,
            name=event.customer.name,
            phone=event.customer.phone,
            email=event.customer.email,
        )
    ]


def _said(event: wire.Event, raw: RawCallback) -> Said:
    message = event.message
    if event.type == wire.OUTGOING or (message is not None and not message.incoming):
        return _outgoing(event, message, raw)
    if not event.lead:
        raise CallbackMalformed("a message without leadId: nobody could be answered")
    number = (message.number if message else "") or f"{UNNUMBERED}{raw.digest}"
    if message is None:
        return Incoming(
            channel=Channel.UMNICO, chat=event.lead, message_id=number[:LONGEST_ID], text=None
        )
    reply_to = {
        "source": message.source,
        "account": message.account,
        "customer": message.sender.number,
        "manager": event.manager,
    }
    known = event.customer or wire.Person()
    return Incoming(
        channel=Channel.UMNICO,
        chat=event.lead,
        message_id=number[:LONGEST_ID],
        text=message.text,
        name=message.sender.name or known.name,
        phone=message.sender.phone or known.phone,
        email=known.email,
        attachments=[{"type": one.type, "url": one.url} for one in message.attachments],
        data={"messenger": message.channel},
        reply_to={name: value for name, value in reply_to.items() if value},
    )


def _outgoing(event: wire.Event, message: wire.Message | None, raw: RawCallback) -> Said:
    """Said by us, or by a manager in Umnico's own window; a robot must answer neither."""
    if message is None or message.own is not None or not event.lead:
        return Learned(
            channel=Channel.UMNICO,
            chat=event.lead,
            own=message.own if message else None,
            external_id=message.number[:LONGEST_ID] if message else "",
        )
    return ByHand(
        channel=Channel.UMNICO,
        chat=event.lead,
        message_id=(message.number or f"{UNNUMBERED}{raw.digest}")[:LONGEST_ID],
        text=message.text,
        attachments=[{"type": one.type, "url": one.url} for one in message.attachments],
    )


class UmnicoPort(Port):
    channel: ClassVar[Channel] = Channel.UMNICO
    longest: ClassVar[int] = 4000  # the shortest of the messengers behind it take 4096
    source: ClassVar[Lead.Source] = Lead.Source.UMNICO
    cards: ClassVar[SentCard.Channel] = SentCard.Channel.UMNICO
    answered_there: ClassVar[str] = gettext_noop("отвечает сотрудник в Umnico")

    def send(self, message: ChatMessage) -> str:
        talk, umnico = message.conversation, get_umnico()
        return umnico.send(
            talk.external_id,
            text=message.text,
            source=_source(umnico, message),
            manager=_manager(umnico, message),
            custom_id=wire.custom_id(message.pk),
        )

    def fetch_text(self, message: ChatMessage) -> str:
        umnico = get_umnico()
        number = message.external_id or ""
        for row in umnico.history(message.conversation.external_id, _source(umnico, message)):
            unnumbered = number.startswith(UNNUMBERED) and row.incoming
            if row.number[:LONGEST_ID] == number or unnumbered:
                return row.text or ""
        missing = "umnico's history does not show the message"
        if now() - message.created_at > PATIENCE:
            raise ServiceRefused(missing, service=SERVICE)
        raise ServiceUnreachable(f"{missing} yet", service=SERVICE, maybe_executed=False)


def _source(umnico: UmnicoApi, message: ChatMessage) -> str:
    """Where the dialogue is answered: as its last message named it, or as Umnico lists it."""
    reply_to = message.conversation.reply_to
    if reply_to.get("source"):
        return str(reply_to["source"])
    listed = umnico.sources(message.conversation.external_id)
    # A public comment is answered where it was written only if there is no other place.
    listed.sort(
        key=lambda one: (one.account != str(reply_to.get("account")), one.type == "comment")
    )
    if not listed:
        raise ServiceRefused("umnico names no source for the dialogue", service=SERVICE)
    return listed[0].real_id


def _manager(umnico: UmnicoApi, message: ChatMessage) -> str:
    """In whose name we answer: the setting's, the dialogue's own, else the account's first."""
    named = settings.UMNICO_MANAGER_ID or str(message.conversation.reply_to.get("manager") or "")
    return named or umnico.first_manager()
