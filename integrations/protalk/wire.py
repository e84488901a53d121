"""What a bot of ProTalk tells us, read from its bytes.

ProTalk documents no outgoing webhook: this is our own contract, which the owner writes into a function of his bot
(docs/protalk.md) and has to confirm in the cabinet. So each field is looked for under several names, in JSON and in a
form alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from integrations.errors import CallbackMalformed
from integrations.foreign import keepable, read_object

MOST_FIELDS = 100
MESSAGE, LEAD = "message", "lead"

# Our name → theirs, the likelier first; a dot leads into an object.
NAMES: dict[str, tuple[str, ...]] = {
    "event": ("event", "type"),
    "bot_id": ("bot_id", "bot.id"),
    "chat_id": ("chat_id", "bot_chat_id", "user_id", "chat.id", "user.id"),
    "message_id": ("message_id", "message.id"),
    "text": ("message", "text", "message.text"),
    "name": ("name", "client_name", "user.name", "contact.name"),
    "phone": ("phone", "client_phone", "user.phone", "contact.phone"),
    "email": ("email", "client_email", "user.email", "contact.email"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCall:
    """One call; what it did not say is empty. `event` is MESSAGE, LEAD or a word we do not know."""

    event: str
    bot_id: str
    chat_id: str
    message_id: str
    text: str
    name: str
    phone: str
    email: str


def read(body: bytes) -> BotCall:
    """Raises CallbackMalformed for what is neither a JSON object nor a form."""
    fields = _json(body) if body.lstrip().startswith((b"{", b"[")) else _form(body)
    found = {name: _first(fields, spellings) for name, spellings in NAMES.items()}
    found["event"] = found["event"].lower() or MESSAGE
    return BotCall(**found)


def _json(body: bytes) -> dict[str, str]:
    """The plain values, and those of the objects inside under `object.name`."""
    fields: dict[str, str] = {}
    for name, value in read_object(body).items():
        inside = value.items() if isinstance(value, Mapping) else ()
        for path, one in ((name, value), *((f"{name}.{key}", one) for key, one in inside)):
            if _is_plain(one):
                fields[path] = keepable(str(one)).strip()
    return fields


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise CallbackMalformed("not a form in UTF-8, or too many fields") from None
    if not pairs:
        raise CallbackMalformed("no fields")
    return {name: keepable(value).strip() for name, value in reversed(pairs)}


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, bool | Mapping | list)


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
