"""The bot about itself and about chats: getMe, commands, descriptions, menu button, getChat,
getFile.
"""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.telegram.errors import BotApiError, bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.methods.targets import chat_of
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Chat, Wire

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MAX_COMMANDS = 100
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(telegram: Messenger, params: Params) -> Wire:
    return telegram.bot() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _place(params: Params) -> str:
    """The key of a command list: scope, chat and language."""
    scope: Any = params.structure("scope") or {}
    kind = scope.get("type", "default")
    return f"{kind}:{scope.get('chat_id', '')}|{params.text('language_code')}"


def set_my_commands(telegram: Messenger, params: Params) -> bool:
    commands: Any = params.structure("commands") or []
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.state.commands[_place(params)] = commands
    _show_everywhere(telegram)
    return True


def get_my_commands(telegram: Messenger, params: Params) -> list[Wire]:
    return telegram.state.commands.get(_place(params), [])


def delete_my_commands(telegram: Messenger, params: Params) -> bool:
    telegram.state.commands.pop(_place(params), None)
    _show_everywhere(telegram)
    return True


def commands_shown(telegram: Messenger, chat: Chat) -> list[Wire]:
    """What the menu of this chat lists: the narrowest scope first, each in the person's language,
    then any.
    """
    wide = "all_private_chats:" if chat.type == "private" else "all_group_chats:"
    for scope in (f"chat:{chat.id}", wide, "default:"):
        for language in (chat.person.language_code, ""):
            found = telegram.state.commands.get(f"{scope}|{language}")
            if found:
                return found
    return []


def _show_everywhere(telegram: Messenger) -> None:
    for chat in telegram.state.chats.values():
        telegram.touch(chat)
    telegram.hub.changed()


def _text_methods(what: str, method: str) -> dict[str, Any]:
    """The setter and the getter of one of the bot's texts."""

    def write(telegram: Messenger, params: Params) -> bool:
        if len(params.text(what)) > TEXT_LIMITS[what]:
            raise bad_request(f"{what} is too long")
        telegram.state.texts[f"{what}|{params.text('language_code')}"] = params.text(what)
        _show_everywhere(telegram)
        return True

    def read(telegram: Messenger, params: Params) -> Wire:
        texts = telegram.state.texts
        own = texts.get(f"{what}|{params.text('language_code')}")
        return {what: own or texts.get(f"{what}|", "")}

    return {f"setMy{method}": write, f"getMy{method}": read}


def set_chat_menu_button(telegram: Messenger, params: Params) -> bool:
    button = params.structure("menu_button")
    if params.has("chat_id"):
        chat_of(telegram, params).menu_button = button
    else:
        telegram.state.menu_button = button
    _show_everywhere(telegram)
    return True


def get_chat_menu_button(telegram: Messenger, params: Params) -> Wire:
    own = chat_of(telegram, params).menu_button if params.has("chat_id") else None
    return own or telegram.state.menu_button or {"type": "commands"}


def get_chat(telegram: Messenger, params: Params) -> Wire:
    return chat_of(telegram, params).wire() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            True,
        ),
    }


def get_chat_member(telegram: Messenger, params: Params) -> Wire:
    """In a chat that is known here, or in the channel: this Telegram has one, under any other name."""
    user_id = params.integer("user_id")
    if params.text("chat_id") not in {str(known) for known in telegram.state.chats}:
        return _channel_member(telegram, user_id)
    chat = chat_of(telegram, params)
    if user_id == telegram.bot()["id"]:
        if chat.is_forum:
            rights = {"can_manage_topics": chat.manages_topics}
            return {"status": "administrator", "user": telegram.bot()} | rights
        return {"status": "member", "user": telegram.bot()}
    inside = [one for one in (chat.person, *chat.members) if one.id == user_id]
    if not inside:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return {"status": "member", "user": inside[0].wire()}


def _channel_member(telegram: Messenger, user_id: int) -> Wire:
    if user_id == telegram.bot()["id"]:
        return {"status": "administrator", "user": telegram.bot()}
    private = telegram.state.chats.get(user_id)
    if private is None:
        raise bad_request("user not found")
    return {"status": "member" if private.in_channel else "left", "user": private.person.wire()}


def get_file(telegram: Messenger, params: Params) -> Wire:
    file = telegram.state.files.get(params.text("file_id"))
    if file is None:
        raise BotApiError(400, "Bad Request: invalid file_id")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.file_id[-12:],
        "file_size": file.size(),
        "file_path": f"files/{file.file_id}",
    }


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getFile": get_file,
    **_text_methods("name", "Name"),
    **_text_methods("description", "Description"),
    **_text_methods("short_description", "ShortDescription"),
}
