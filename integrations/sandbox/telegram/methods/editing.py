"""editMessageText, …Caption, …Media, …ReplyMarkup: an edit that changes nothing is an error."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.telegram.errors import bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.methods.sending import photo_content
from integrations.sandbox.telegram.methods.targets import (
    caption_content,
    inline_markup,
    own_message,
    text_content,
)
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Message, Wire

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
CONTENT = ("text", "entities", "caption", "caption_entities", "photo", "reply_markup")


def edit_text(telegram: Messenger, params: Params) -> Wire:
    message = own_message(telegram, params, "edit")
    if "text" not in message.wire:
        raise bad_request("there is no text in the message to edit")
    return _edited(telegram, message, text_content(params), inline_markup(params))


def edit_caption(telegram: Messenger, params: Params) -> Wire:
    message = own_message(telegram, params, "edit")
    if "text" in message.wire:
        raise bad_request("there is no caption in the message to edit")
    kept = {name: message.wire[name] for name in ("photo", "document") if name in message.wire}
    return _edited(telegram, message, kept | caption_content(params), inline_markup(params))


def edit_media(telegram: Messenger, params: Params) -> Wire:
    message = own_message(telegram, params, "edit")
    media: Any = params.structure("media")
    if not isinstance(media, dict) or media.get("type") != "photo":
        raise bad_request("the sandbox changes media to photos only")
    inner = Params(media | {"photo": media.get("media")}, params.files)
    content = photo_content(telegram, inner, "photo") | caption_content(inner)
    return _edited(telegram, message, content, inline_markup(params))


def edit_reply_markup(telegram: Messenger, params: Params) -> Wire:
    message = own_message(telegram, params, "edit")
    kept = {
        name: message.wire[name]
        for name in CONTENT
        if name in message.wire and name != "reply_markup"
    }
    return _edited(telegram, message, kept, inline_markup(params))


def _edited(telegram: Messenger, message: Message, content: Wire, markup: Wire | None) -> Wire:
    """Replace the content. An edit without `reply_markup` takes the keyboard away, as Telegram
    does.
    """
    chat = telegram.state.chats[message.chat_id]
    new = content | ({"reply_markup": markup} if markup else {})
    old = {name: message.wire[name] for name in CONTENT if name in message.wire}
    if new == old:
        raise bad_request(NOT_MODIFIED)
    for name in CONTENT:
        message.wire.pop(name, None)
    message.wire |= new | {"edit_date": telegram.now()}
    telegram.touch(chat)
    message.revision = telegram.hub.revision
    return message.wire


METHODS = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_reply_markup,
}
