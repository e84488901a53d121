"""sendMessage, sendPhoto, sendDocument, sendChatAction, deleteMessage."""

from __future__ import annotations

import base64
import struct
import time
from uuid import uuid4

from integrations.sandbox.telegram import keyboards
from integrations.sandbox.telegram.errors import bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.methods.targets import (
    caption_content,
    own_message,
    reachable_chat,
    text_content,
)
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Chat, StoredFile, Wire

ACTION_SECONDS = 5
DELETABLE_SECONDS = 48 * 3600
KEPT_FILES = 100
PNG = b"\x89PNG\r\n\x1a\n"
CHAT_ACTIONS = (
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
)  # fmt: skip


def send_message(telegram: Messenger, params: Params) -> Wire:
    chat = reachable_chat(telegram, params)
    content = text_content(params)
    return _send(telegram, chat, content, params)


def send_photo(telegram: Messenger, params: Params) -> Wire:
    chat = reachable_chat(telegram, params)
    content = caption_content(params)
    return _send(telegram, chat, photo_content(telegram, params, "photo") | content, params)


def send_document(telegram: Messenger, params: Params) -> Wire:
    chat = reachable_chat(telegram, params)
    content = caption_content(params)
    file = stored(telegram, params, "document")
    document: Wire = {
        "file_id": file.file_id,
        "file_unique_id": file.file_id[-12:],
        "file_name": file.name,
        "mime_type": file.content_type,
        "file_size": file.size(),
    }
    return _send(telegram, chat, {"document": document} | content, params)


def _send(telegram: Messenger, chat: Chat, content: Wire, params: Params) -> Wire:
    markup = keyboards.checked(params.structure("reply_markup"))
    reply = (params.structure("reply_parameters") or {}).get("message_id")
    replied = telegram.message(chat.id, int(reply)) if reply else None
    if (
        reply
        and replied is None
        and not (params.structure("reply_parameters") or {}).get("allow_sending_without_reply")
    ):
        raise bad_request("message to be replied not found")
    if params.has("message_thread_id"):
        if params.integer("message_thread_id") not in chat.topics:
            raise bad_request("message thread not found")
        content |= {
            "message_thread_id": params.integer("message_thread_id"),
            "is_topic_message": True,
        }
    if replied is not None:
        content["reply_to_message"] = {
            k: v for k, v in replied.wire.items() if k != "reply_to_message"
        }
    if markup and "inline_keyboard" in markup:
        content["reply_markup"] = markup
    elif markup:
        chat.keyboard = None if markup.get("remove_keyboard") else markup
    return telegram.add_message(chat, content, outgoing=True).wire


def photo_content(telegram: Messenger, params: Params, name: str) -> Wire:
    file = stored(telegram, params, name)
    size: Wire = {
        "file_id": file.file_id,
        "file_unique_id": file.file_id[-12:],
        "width": file.width or 512,
        "height": file.height or 512,
        "file_size": file.size(),
    }
    return {"photo": [size]}


def stored(telegram: Messenger, params: Params, name: str) -> StoredFile:
    """The uploaded file, or the one a `file_id` names; addresses are not fetched."""
    upload = params.upload(name)
    files = telegram.state.files
    if upload is None:
        known = files.get(params.text(name))
        if known is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known
    content = upload.read()
    if not content:
        raise bad_request("file must be non-empty")
    width, height = struct.unpack(">II", content[16:24]) if content.startswith(PNG) else (0, 0)
    file = StoredFile(
        file_id=f"sandbox-{uuid4().hex}",
        name=upload.name or "file",
        content_type=upload.content_type or "application/octet-stream",
        content=base64.b64encode(content).decode(),
        width=width,
        height=height,
    )
    files[file.file_id] = file
    for stale in list(files)[:-KEPT_FILES]:
        del files[stale]
    return file


def send_chat_action(telegram: Messenger, params: Params) -> bool:
    chat = reachable_chat(telegram, params)
    if params.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action = params.text("action")
    chat.action_until = time.time() + ACTION_SECONDS
    telegram.touch(chat)
    return True


def delete_message(telegram: Messenger, params: Params) -> bool:
    message = own_message(telegram, params, "delete")
    if telegram.now() - message.wire["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    message.revision = telegram.hub.changed()
    return True


def delete_messages(telegram: Messenger, params: Params) -> bool:
    """Unlike deleteMessage, silent about those that are gone."""
    for message_id in params.structure("message_ids") or []:
        message = telegram.message(params.integer("chat_id"), int(message_id))
        if message is not None:
            message.deleted = True
            message.revision = telegram.hub.changed()
    return True


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
