"""What every channel is: how its calls are read, and how a message goes back the same way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext_noop

from integrations.callbacks import RawCallback
from integrations.errors import ServiceRefused
from partners.models import Channel, ChatMessage, Conversation, Lead, SentCard

LONGEST_NAME = 100  # of a chat or a message


class NoAddress(ServiceRefused):
    """There is no way back to this person: somebody has to find one."""


def named(number: str) -> str:
    """A service's name for a chat or a message as it may be kept; a longer one by its digest."""
    return number if len(number) <= LONGEST_NAME else sha256(number.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Something a person said, whoever brought it.

    `chat` names the dialogue and `message_id` the message, both as the service does; `text` is None where the service
    tells of a message without its words. `reply_to` is what the channel will need to answer (JSON). Contacts are only
    the person's own, never ours.
    """

    channel: Channel
    chat: str
    message_id: str
    text: str | None
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    attachments: Sequence[Mapping[str, str]] = ()  # {"type", "url"}
    data: Mapping[str, Any] = field(default_factory=dict)
    reply_to: Mapping[str, Any] = field(default_factory=dict)
    # A fact about the person and none of his words: kept in the thread, answered by nobody.
    is_news: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a call tells of a dialogue besides messages: contacts, or the fate of a message of ours.

    `own` is our own number for that message (`ChatMessage.pk`), `external_id` the service's.
    """

    channel: Channel
    chat: str = ""
    customer: str = ""  # the service's number for the person, as in `reply_to["customer"]`
    name: str = ""
    phone: str = ""
    email: str = ""
    own: int | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Something that was said to the person past us: a colleague has answered in the service's own window.

    It may be a message of ours all the same, told of by a service that does not name ours as ours. `text` is None
    where its words are not told.
    """

    channel: Channel
    chat: str
    message_id: str
    text: str | None
    attachments: Sequence[Mapping[str, str]] = ()  # {"type", "url"}


Said = Incoming | Learned | ByHand


class Reader(Protocol):
    """Of one source: what its stored calls say."""

    def __call__(self, raw: RawCallback) -> Sequence[Said]:
        """Offline, from the bytes alone; nothing for a call that says nothing to us. Raises CallbackMalformed."""


class Port(ABC):
    """The way back to the person, and all that is peculiar to the channel: nobody else asks which one it is."""

    channel: ClassVar[Channel]
    # Characters of one message; longer ones are cut into several by whoever writes them.
    longest: ClassVar[int]
    # What a request made here is said to come from.
    source: ClassVar[Lead.Source]
    # In whose wording cards come.
    cards: ClassVar[SentCard.Channel]
    # Who writes here unless he says otherwise; None where it may be anybody.
    speaker: ClassVar[Conversation.Speaker | None] = None
    # Whether people can be asked back where they wrote; else they are answered by a letter, if they left an address.
    is_chat: ClassVar[bool] = True
    # Why nobody is wanted for a conversation that a colleague answers in the service's own window.
    answered_there: ClassVar[str] = gettext_noop("отвечает сотрудник в окне сервиса")

    @abstractmethod
    def send(self, message: ChatMessage) -> str:
        """Say it; returns the service's number for the message, or nothing where it names none.

        Called by a worker outside of any transaction. Raises ServiceRefused (another try hears the same) and
        ServiceUnreachable, whose `maybe_executed` tells whether another try may say it twice.
        """

    @abstractmethod
    def fetch_text(self, message: ChatMessage) -> str:
        """The words of a received message that came without them. Raises IntegrationError."""
