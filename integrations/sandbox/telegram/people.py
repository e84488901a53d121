"""What a person does in the chat, and the update the bot gets for it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.telegram import keyboards, markup
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.state import Chat, Message, Press, Wire

KEPT_PRESSES = 500


def say(telegram: Messenger, chat: Chat, text: str) -> Message:
    """Send a text, or a command."""
    if chat.blocked:
        raise ControlError("the bot is blocked in this chat; unblock it first", 409)
    text = text.strip()
    if not text:
        raise ControlError("text is empty")
    chat.started = True
    chat.unread = 0
    entities = markup.with_detected(text, [])
    body: Wire = {"text": text} | ({"entities": entities} if entities else {})
    message = telegram.add_message(chat, body, outgoing=False)
    telegram.publish("message", message.wire)
    return message


def start(telegram: Messenger, chat: Chat, payload: str = "") -> Message:
    """Press «Запустить», with the payload of the link the person came by."""
    payload = payload or chat.start_payload
    chat.start_payload = ""
    return say(telegram, chat, f"/start {payload}".strip())


def correct(telegram: Messenger, chat: Chat, message_id: int, text: str) -> Message:
    """Edit an own message."""
    message = telegram.message(chat.id, message_id)
    if message is None or message.outgoing or not text.strip():
        raise ControlError("no own message to edit", 404)
    message.wire |= {"text": text.strip(), "edit_date": telegram.now()}
    message.wire["entities"] = markup.with_detected(text.strip(), [])
    telegram.touch(chat)
    message.revision = telegram.hub.revision
    telegram.publish("edited_message", message.wire)
    return message


def press(
    telegram: Messenger,
    chat: Chat,
    *,
    message_id: int | None = None,
    data: str = "",
    text: str = "",
    stale: bool = False,
) -> Press:
    """Press an inline button found by its data or its text; in the newest message that has it,
    unless named.

    `stale` presses data the keyboard no longer has: an old client still shows it.
    """
    message = _with_button(telegram, chat, message_id, data, text, stale=stale)
    button = _find(message, data, text) or {"callback_data": data}
    if "callback_data" not in button:
        raise ControlError("this button sends nothing to the bot (a link or a copy button)")
    telegram.hub.changed()
    pressed = Press(
        id=str(uuid4().int)[:18],
        chat_id=chat.id,
        message_id=message.message_id,
        data=str(button["callback_data"]),
        date=telegram.now(),
        revision=telegram.hub.revision,
    )
    telegram.state.presses.append(pressed)
    del telegram.state.presses[:-KEPT_PRESSES]
    telegram.publish(
        "callback_query",
        {
            "id": pressed.id,
            "from": chat.person.wire(),
            "message": message.wire,
            "chat_instance": str(abs(chat.id) * 7919),
            "data": pressed.data,
        },
    )
    return pressed


def _with_button(
    telegram: Messenger, chat: Chat, message_id: int | None, data: str, text: str, *, stale: bool
) -> Message:
    for message in reversed(telegram.history(chat.id)):
        if message_id is not None and message.message_id != message_id:
            continue
        if _find(message, data, text) or (stale and message_id is not None):
            return message
    raise ControlError(f"no button {data or text!r} in chat {chat.id}", 404)


def _find(message: Message, data: str, text: str) -> Wire | None:
    """Exact data, or a button whose text is, or else contains, the words given."""
    buttons: list[dict[str, Any]] = keyboards.buttons_of(message.wire)
    if data:
        return next((one for one in buttons if one.get("callback_data") == data), None)
    if not text:
        return None
    exact = next((one for one in buttons if one["text"] == text), None)
    return exact or next((one for one in buttons if text in one["text"]), None)


def block(telegram: Messenger, chat: Chat, *, blocked: bool) -> None:
    """Block or unblock the bot; the bot is told by `my_chat_member`."""
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    telegram.touch(chat)
    member: Wire = {"status": "member", "user": telegram.bot()}
    kicked: Wire = {"status": "kicked", "user": telegram.bot(), "until_date": 0}
    telegram.publish(
        "my_chat_member",
        {
            "chat": chat.wire(),
            "from": chat.person.wire(),
            "date": telegram.now(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        },
    )
