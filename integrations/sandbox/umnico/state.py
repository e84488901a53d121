"""What the simulated Umnico remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from integrations.sandbox.core import delivery as core

# Where a visitor writes: how Umnico calls it, how people do. The first is not among the types seen in its events.
CHANNELS = {"site": "Чат на сайте", "whatsapp2": "WhatsApp", "telebot": "Telegram"}
OUR_PHONE = "79990000000"  # of the shop's WhatsApp; it stands in events and is nobody's but ours
OUR_LOGINS = {"site": "дома-цены.рф", "whatsapp2": OUR_PHONE, "telebot": "doma_ceny_bot"}
ACCOUNTS = {"site": 70, "whatsapp2": 71, "telebot": 72}  # numbers of the integrations (`sa`)


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """One event to one webhook; `message` is the message it tells of, or 0."""

    type: str
    webhook: int
    url: str
    message: int = 0


@dataclass
class Said:
    """One message of a dialogue. `author`: visitor, us (by the API) or manager (by hand)."""

    number: int
    at: datetime
    author: str
    text: str
    custom_id: str = ""
    picture: str = ""

    @property
    def incoming(self) -> bool:
        return self.author == "visitor"


@dataclass
class Talk:
    """A visitor and his dialogue: Umnico calls it a lead."""

    lead: int
    customer: int
    sender: int
    channel: str
    name: str
    phone: str = ""
    email: str = ""
    messages: list[Said] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    revision: int = 0

    @property
    def real_id(self) -> int:
        """What an answer is addressed to."""
        return self.lead - 899_000


@dataclass
class Webhook:
    id: int
    url: str
    name: str = ""
    status: str = "active"
    failures: int = 0  # in a row


@dataclass
class Options:
    """`disable_after`: so many failures in a row switch a webhook off."""

    token_expired: bool = False
    disable_after: int = 20
    retry_seconds: list[float] = field(default_factory=lambda: [1.0, 5.0, 15.0])


@dataclass
class UmnicoState:
    talks: list[Talk] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    options: Options = field(default_factory=Options)
    last_lead: int = 900_000
    last_customer: int = 700
    last_message: int = 5550
    last_webhook: int = 0
    last_delivery: int = 0
