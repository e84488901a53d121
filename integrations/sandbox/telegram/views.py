"""What a chat looks like from outside: for the chat page and for tests."""

from __future__ import annotations

import time
from typing import Any

from integrations.sandbox.telegram import keyboards
from integrations.sandbox.telegram.messenger import BOT_USERNAME, Messenger
from integrations.sandbox.telegram.methods.profile import commands_shown
from integrations.sandbox.telegram.state import Chat, Message, Press, Wire


def chat_summary(telegram: Messenger, chat: Chat) -> Wire:
    history = telegram.history(chat.id)
    last = history[-1].wire if history else {}
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title or f"{chat.person.first_name} {chat.person.last_name}".strip(),
        "name": chat.person.first_name,
        "username": chat.person.username,
        "language": chat.person.language_code,
        "started": chat.started,
        "start_payload": chat.start_payload,
        "blocked": chat.blocked,
        "is_forum": chat.is_forum,
        "topics": [{"id": number, "name": name} for number, name in chat.topics.items()],
        "members": [{"id": one.id, "name": one.first_name} for one in chat.members],
        "person_id": chat.person.id,
        "in_channel": chat.in_channel,
        "unread": chat.unread,
        "action": chat.action if chat.action and time.time() < chat.action_until else "",
        "keyboard": chat.keyboard,
        "commands": commands_shown(telegram, chat),
        "last_text": last.get("text") or last.get("caption") or ("Фото" if "photo" in last else ""),
        "last_date": last.get("date", 0),
        "revision": chat.revision,
    }


def message_view(message: Message) -> Wire:
    return {
        "chat_id": message.chat_id,
        "message_id": message.message_id,
        "outgoing": message.outgoing,
        "deleted": message.deleted,
        "revision": message.revision,
        "text": message.wire.get("text", message.wire.get("caption", "")),
        "buttons": [button["text"] for button in keyboards.buttons_of(message.wire)],
        "message": message.wire,
    }


def press_view(press: Press) -> Wire:
    return {
        "id": press.id,
        "chat_id": press.chat_id,
        "message_id": press.message_id,
        "data": press.data,
        "answered": press.answered,
        "answer": {"text": press.text, "show_alert": press.show_alert, "url": press.url},
        "revision": press.revision,
    }


def changes(telegram: Messenger, since: int) -> dict[str, Any]:
    """All that changed after revision `since`."""
    state = telegram.state
    return {
        "epoch": telegram.hub.epoch,
        "revision": telegram.hub.revision,
        "bot": {
            "username": BOT_USERNAME,
            "name": telegram.bot()["first_name"],
            "description": state.texts.get("description|ru") or state.texts.get("description|", ""),
        },
        "chats": [
            chat_summary(telegram, chat) for chat in state.chats.values() if chat.revision > since
        ],
        "messages": [message_view(one) for one in state.messages if one.revision > since],
        "presses": [press_view(one) for one in state.presses if one.revision > since],
    }
