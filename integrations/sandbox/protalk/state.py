"""What the simulated bots remember."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from integrations.sandbox.core import delivery as core

BOTS = {"client": "Бот для клиентов", "partner": "Бот для партнёров"}
PLACES = {"path": "в конце адреса", "header": "в заголовке", "none": "нигде"}
FORMATS = {"json": "JSON", "form": "форма"}


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """One call: where the secret stands in it, and how it is written."""

    place: str
    format: str


@dataclass
class Line:
    """`side`: person, product (what we were sent to say) or bot. `delivery`: the call that told of it, 0 for none."""

    number: str
    side: str
    text: str
    at: datetime
    delivery: int = 0


@dataclass
class Chat:
    """One person and one bot. `bot` is a key of BOTS."""

    id: str
    bot: str
    name: str
    lines: list[Line] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0


@dataclass
class Thought:
    """A question asked without waiting: `last` is the reply there is, `coming` the one after so many `polls`."""

    last: str = ""
    coming: str = ""
    polls: int = 0


@dataclass
class Options:
    """`answer`: what a bot says by itself (empty: nothing); `polls`: looks until a reply is there, each of which finds
    the previous one where `stale` is true."""

    place: str = "path"
    format: str = "json"
    callback_url: str = ""
    retry_seconds: list[float] = field(default_factory=lambda: [2.0, 5.0])
    with_number: bool = True
    answer: str = "Здравствуйте! Это бот, а вы спросили: {question}"
    polls: int = 2
    stale: bool = False


@dataclass
class ProTalkState:
    chats: list[Chat] = field(default_factory=list)
    thoughts: dict[str, Thought] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    last_chat: int = 0
    last_message: int = 0
    last_delivery: int = 0
