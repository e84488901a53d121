"""Which chat or message a call means, and why Telegram would refuse it."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.telegram import keyboards, markup
from integrations.sandbox.telegram.errors import BotApiError, bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Chat, Message, Wire

MAX_TEXT = 4096
MAX_CAPTION = 1024


def chat_of(telegram: Messenger, params: Params) -> Chat:
    if not params.has("chat_id"):
        raise bad_request("chat_id is empty")
    value = params.text("chat_id")
    if value.lstrip("-").isdigit() and int(value) in telegram.state.chats:
        return telegram.state.chats[int(value)]
    raise bad_request("chat not found")


def reachable_chat(telegram: Messenger, params: Params) -> Chat:
    """The chat, if its owner lets the bot write."""
    chat = chat_of(telegram, params)
    if chat.blocked:
        raise BotApiError(403, "Forbidden: bot was blocked by the user")
    if not chat.started:
        raise BotApiError(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def own_message(telegram: Messenger, params: Params, action: str) -> Message:
    """The bot's message to change; `action` is Telegram's word for what is wanted ("edit",
    "delete").
    """
    chat = chat_of(telegram, params)
    message = telegram.message(chat.id, params.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {action} not found")
    if action == "edit" and not message.outgoing:
        raise bad_request("message can't be edited")
    return message


def formatted(params: Params, field: str, entities_field: str) -> tuple[str, list[Wire]]:
    """Text and entities by `parse_mode`, or by the entities given."""
    source = params.text(field)
    mode = params.text("parse_mode").lower()
    given: Any = params.structure(entities_field)
    if mode == "html":
        text, entities = markup.from_html(source)
    elif mode:
        raise bad_request(
            f"the sandbox reads parse_mode HTML only, not {params.text('parse_mode')}"
        )
    else:
        text, entities = source.strip(), list(given or [])
    return text, markup.with_detected(text, entities)


def text_content(params: Params) -> Wire:
    text, entities = formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if markup.units(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_content(params: Params) -> Wire:
    text, entities = formatted(params, "caption", "caption_entities")
    if markup.units(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text} | ({"caption_entities": entities} if entities else {})


def inline_markup(params: Params) -> Wire | None:
    """The inline keyboard of an edit; other keyboards cannot be put under an old message."""
    markup_sent = keyboards.checked(params.structure("reply_markup"))
    if markup_sent is not None and "inline_keyboard" not in markup_sent:
        raise bad_request("inline keyboard expected")
    return markup_sent
