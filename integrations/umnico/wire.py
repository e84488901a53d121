"""Umnico's events, read from their bytes. It signs nothing, and shapes differ by source: what is absent stays empty.

Reference: implementers of api.umnico.com/docs; the vendor's own page about events was not to be had.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import CallbackMalformed

INCOMING = "message.incoming"
OUTGOING = "message.outgoing"
# All that are known; others are taken and say nothing.
TYPES = (
    INCOMING,
    OUTGOING,
    "lead.created",
    "lead.changed",
    "lead.changed.status",
    "customer.created",
    "customer.changed",
    "integration.created",
    "integration.deleted",
)
# Channels whose sender's login is his phone.
BY_PHONE = frozenset({"whatsapp", "whatsapp2", "waba"})
OURS = "out-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer. Every text is what the service says of him, or empty."""

    number: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`text` is None where the event comes without the words; `source` is what an answer is addressed to.

    `own` is the number in our `customId`, of a message that we sent.
    """

    number: str
    text: str | None
    incoming: bool
    attachments: tuple[Attachment, ...] = ()
    sender: Person
    channel: str = ""  # the real one: whatsapp2, telebot, …
    source: str = ""
    account: str = ""  # the integration (`sa`)
    own: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    type: str
    lead: str = ""
    manager: str = ""
    message: Message | None = None
    customer: Person | None = None


def custom_id(number: int) -> str:
    """What our message is called there, so that its event can be told from others'."""
    return f"{OURS}{number}"


def event_of(body: bytes) -> Event:
    """Raises CallbackMalformed for what is no JSON object."""
    try:
        document = json.loads(body.decode("utf-8", "replace").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise CallbackMalformed("the body is not JSON") from None
    if not isinstance(document, dict):
        raise CallbackMalformed("the body is not an object")
    lead = _object(document.get("lead"))
    kind = _text(document.get("type"))
    told = _object(document.get("message"))
    return Event(
        type=kind,
        lead=_text(document.get("leadId")) or _text(lead.get("id")),
        manager=_text(lead.get("userId")),
        message=message_of(told, incoming=kind != OUTGOING) if told else None,
        customer=_customer(document, lead),
    )


def message_of(told: Mapping[str, Any], *, incoming: bool = True) -> Message:
    """One message of an event or of a history; `incoming` where it does not say itself."""
    sender, source, account = (_object(told.get(name)) for name in ("sender", "source", "sa"))
    said = told.get("incoming")
    channel = _text(account.get("type")) or _text(sender.get("type"))
    login = _text(sender.get("login"))
    return Message(
        number=_text(told.get("messageId")) or _text(told.get("id")),
        text=_words(told),
        incoming=said if isinstance(said, bool) else incoming,
        attachments=tuple(_attachments(told)),
        sender=Person(
            number=_text(sender.get("customerId")),
            name=_text(sender.get("name")),
            # `sa.login` and `source.identifier` are our own number, never his.
            phone=login if channel.lower() in BY_PHONE else "",
        ),
        channel=channel,
        source=_text(source.get("realId")) or _text(source.get("id")),
        account=_text(account.get("id")) or _text(source.get("saId")),
        own=_own(told),
    )


def _words(told: Mapping[str, Any]) -> str | None:
    """Nested as `message.message.text`, or beside it. A picture without words has none to fetch."""
    for place in (told.get("message"), told):
        if isinstance(place, str):
            return place
        if isinstance(place, Mapping) and isinstance(place.get("text"), str):
            return str(place["text"])
    return "" if any(True for _one in _attachments(told)) else None


def _attachments(told: Mapping[str, Any]) -> Iterator[Attachment]:
    nested = _object(told.get("message"))
    for place in (nested.get("attachments"), told.get("attachments"), [nested.get("attachment")]):
        for one in place if isinstance(place, list) else []:
            told_of = _object(one)
            media = _object(told_of.get("media"))
            url = _text(told_of.get("url")) or _text(media.get("url"))
            if url:
                yield Attachment(type=_text(told_of.get("type")), url=url)


def _customer(document: Mapping[str, Any], lead: Mapping[str, Any]) -> Person | None:
    told = _object(document.get("customer")) or _object(lead.get("customer"))
    if not told:
        return None
    return Person(
        number=_text(told.get("id")),
        name=_text(told.get("name")),
        phone=_text(told.get("phone")),
        email=_text(told.get("email")),
    )


def _own(told: Mapping[str, Any]) -> int | None:
    name = _text(told.get("customId")) or _text(_object(told.get("message")).get("customId"))
    digits = name.removeprefix(OURS)
    if digits == name or not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    return int(digits)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Numbers come as texts and as numbers."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
