"""Buttons. Labels are translated by the caller, inside the customer's language."""

from __future__ import annotations

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.press import Press

MAX_COPY = 256  # Telegram's limit for the text of a copy button
LINKS = ("https://", "http://", "tg://")

Button = InlineKeyboardButton


def press(label: str, action: Press) -> Button:
    return Button(label, callback_data=action.encode())


def link(label: str, url: str) -> Button | None:
    """A button that opens an address; none for one Telegram would refuse the whole message for."""
    usable = url.startswith(LINKS) and url.isprintable() and " " not in url
    return Button(label, url=url) if usable else None


def copy(label: str, text: str) -> Button | None:
    """A button that puts a text on the clipboard; none where the text is empty or too long for it."""
    return Button(label, copy_text=CopyTextButton(text)) if 0 < len(text) <= MAX_COPY else None


def keyboard(*rows: list[Button | None]) -> InlineKeyboardMarkup:
    """Rows from top to bottom. Missing buttons and empty rows fall away."""
    present = [[button for button in row if button is not None] for row in rows]
    return InlineKeyboardMarkup([row for row in present if row])


def in_pairs(buttons: list[Button]) -> list[list[Button | None]]:
    return [list(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
