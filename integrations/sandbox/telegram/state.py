"""What the simulated Telegram remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Wire = dict[str, Any]  # an object exactly as the Bot API shows it


@dataclass
class Person:
    """A Telegram account."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = "ru"
    last_name: str = ""

    def wire(self) -> Wire:
        optional = {"last_name": self.last_name, "username": self.username}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        } | {key: value for key, value in optional.items() if value}


@dataclass
class Chat:
    """A private chat with one person, or a group where `person` is the member who writes.

    `start_payload` waits for the first press of «Запустить»: the bot link the person came by.
    """

    id: int
    person: Person
    type: str = "private"
    title: str = ""
    start_payload: str = ""
    started: bool = False
    blocked: bool = False
    is_forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)  # thread → name
    manages_topics: bool = True  # the bot's right in a group with topics
    members: list[Person] = field(default_factory=list)  # of a group; `person` is who is writing
    in_channel: bool = False  # the one channel of this Telegram, whatever it is called
    unread: int = 0
    action: str = ""
    action_until: float = 0.0
    keyboard: Wire | None = None
    menu_button: Wire | None = None
    revision: int = 0

    def wire(self) -> Wire:
        if self.type != "private":
            group: Wire = {"id": self.id, "type": self.type, "title": self.title}
            return group | ({"is_forum": True} if self.is_forum else {})
        person = self.person.wire()
        names = ("first_name", "last_name", "username")
        return {"id": self.id, "type": "private"} | {
            key: person[key] for key in names if key in person
        }


@dataclass
class Message:
    """`wire` is what the Bot API shows; a deleted message stays as a mark for open pages."""

    chat_id: int
    message_id: int
    wire: Wire
    outgoing: bool  # sent by the bot
    revision: int
    deleted: bool = False


@dataclass
class Press:
    """A press of an inline button, and what the bot answered to it."""

    id: str
    chat_id: int
    message_id: int
    data: str
    date: int
    revision: int
    answered: bool = False
    text: str = ""
    show_alert: bool = False
    url: str = ""


@dataclass
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass
class StoredFile:
    """An uploaded file, base64: QR pictures and receipts are small."""

    file_id: str
    name: str
    content_type: str
    content: str
    width: int = 0
    height: int = 0

    def size(self) -> int:
        return len(self.content) * 3 // 4


@dataclass
class StarInvoice:
    """What createInvoiceLink made; `period` is in seconds, 0 for a single payment."""

    slug: str
    payload: str
    title: str
    amount: int
    period: int = 0


@dataclass
class StarCharge:
    """Stars that came, and the moment they went back."""

    id: str
    chat_id: int
    payload: str
    amount: int
    date: int
    period: int = 0
    refunded: int = 0
    canceled: bool = False  # of a subscription: no further month


@dataclass
class Question:
    """A pre-checkout query, and what the bot said to it."""

    id: str
    answered: bool = False
    ok: bool = False
    error: str = ""


@dataclass
class TelegramState:
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    updates: list[Wire] = field(default_factory=list)  # not yet confirmed by the bot
    delivered: list[Wire] = field(default_factory=list)  # the last confirmed ones, for repeats
    last_update_id: int = 700000000
    last_message_id: int = 0
    last_person_id: int = 700100200
    allowed_updates: list[str] = field(default_factory=list)
    webhook: Webhook = field(default_factory=Webhook)
    commands: dict[str, list[Wire]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # name, description… by "<what>|<language>"
    menu_button: Wire | None = None
    star_invoices: dict[str, StarInvoice] = field(default_factory=dict)
    star_charges: list[StarCharge] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
