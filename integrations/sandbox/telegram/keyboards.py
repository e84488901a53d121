"""Checks of `reply_markup`, with Telegram's limits and words."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.telegram.errors import bad_request
from integrations.sandbox.telegram.state import Wire

MAX_BUTTONS = 100
MAX_CALLBACK_BYTES = 64
MAX_COPY = 256
ACTIONS = (
    "callback_data", "url", "copy_text", "web_app", "login_url", "pay", "callback_game",
    "switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
)  # fmt: skip
LINKS = ("http://", "https://", "tg://")


def checked(markup: Any) -> Wire | None:
    """The markup as sent, None for none; BotApiError for one Telegram would refuse."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        for button in (one for row in markup["keyboard"] for one in row):
            if not (button if isinstance(button, str) else button.get("text")):
                raise bad_request('can\'t parse keyboard button: field "text" must be non-empty')
    return markup


def _inline(rows: Any) -> Wire | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'field "inline_keyboard" must be an Array of Arrays of InlineKeyboardButton'
        )
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _inline_button(button)
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _inline_button(button: Wire) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Text buttons must be non-empty")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one optional field must be used"
        )
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(LINKS):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    if "copy_text" in button:
        text = str((button["copy_text"] or {}).get("text", ""))
        if not 1 <= len(text) <= MAX_COPY:
            raise bad_request("can't parse inline keyboard button: copy_text is invalid")


def buttons_of(message: Wire) -> list[Wire]:
    """The inline buttons of a message, row by row."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
