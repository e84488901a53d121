"""Telegram's updates, narrowed once: what a handler gets has everything a handler needs.

A `Visit` is one thing a person did in the private chat: a `Tap` on a button or a `Note` that was written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from telegram import (
    Bot,
    CallbackQuery,
    ChatMember,
    ChatMemberRestricted,
    InlineKeyboardMarkup,
    Update,
    User,
)
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot import journal
from bot.bridge import in_db
from bot.rendering import Screen
from payments.models import Customer
from payments.services.customers import meet_customer

MAX_ALERT = 200  # Telegram's limit for the answer to a press
NOT_MODIFIED = "message is not modified"
# An edit that can never succeed: too old, deleted by the customer, or a photo.
NOT_EDITABLE = (
    "can't be edited",
    "to edit not found",
    "no text in the message",
    "message_id_invalid",
)
NOT_THERE = ("user not found", "participant_id_invalid", "member not found")
INSIDE = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
QUERY_GONE = ("query is too old", "query id is invalid")


@dataclass(frozen=True, slots=True)
class Visit(ABC):
    bot: Bot
    user: User

    async def customer(self, *, invite_code: str = "") -> Customer:
        """The customer who is here; a new one is registered."""
        return await in_db(
            meet_customer,
            telegram_id=self.user.id,
            username=self.user.username or "",
            first_name=self.user.first_name,
            language=self.user.language_code or "ru",
            invite_code=invite_code,
        )

    async def show(self, screen: Screen) -> None:
        """Put a screen before the customer, and note where an invoice stands."""
        message_id = await self._put(screen)
        await in_db(
            journal.put_on_screen,
            chat_id=self.user.id,
            message_id=message_id,
            payment_id=screen.payment_id,
            text=screen.journal_text,
        )

    async def send(self, screen: Screen) -> int:
        sent = await self.bot.send_message(self.user.id, screen.text, reply_markup=screen.keyboard)
        return sent.message_id

    async def send_picture(
        self, picture: bytes, *, caption: str, keyboard: InlineKeyboardMarkup
    ) -> None:
        await self.bot.send_photo(self.user.id, picture, caption=caption, reply_markup=keyboard)

    @abstractmethod
    async def _put(self, screen: Screen) -> int:
        """Returns the id of the message that shows the screen now."""


@dataclass(frozen=True, slots=True)
class Note(Visit):
    """Something written. `text` is what follows a command, else the whole text."""

    text: str
    message_id: int

    @classmethod
    def read(cls, update: Update) -> Self | None:
        """None for anything but a new text of a person in the private chat."""
        message, user = update.message, update.effective_user
        if message is None or user is None or message.chat.type != ChatType.PRIVATE:
            return None
        text = message.text or ""
        if text.startswith("/"):
            text = text.partition(" ")[2].strip()
        return cls(message.get_bot(), user, text, message.message_id)

    async def _put(self, screen: Screen) -> int:
        return await self.send(screen)


@dataclass(frozen=True, slots=True)
class Tap(Visit):
    """A pressed button, and the message it stands under."""

    query: CallbackQuery
    message_id: int

    @classmethod
    def read(cls, update: Update) -> Self | None:
        """None for a press outside the private chat."""
        query = update.callback_query
        if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
            return None
        return cls(query.get_bot(), query.from_user, query, query.message.message_id)

    async def answer(self, text: str = "") -> None:
        """End the button's waiting; a text is shown as an alert. A press may be answered once only."""
        await _answer(self.query, text, is_alert=bool(text))

    async def hide(self) -> None:
        """Take the message away; too old a one stays."""
        try:
            await self.bot.delete_message(self.user.id, self.message_id)
        except BadRequest as error:
            if not _says(error, ("can't be deleted", "to delete not found")):
                raise

    async def _put(self, screen: Screen) -> int:
        try:
            await self.bot.edit_message_text(
                screen.text,
                chat_id=self.user.id,
                message_id=self.message_id,
                reply_markup=screen.keyboard,
            )
        except BadRequest as error:
            if _says(error, NOT_EDITABLE):
                return await self.send(screen)
            if not _says(error, (NOT_MODIFIED,)):
                raise
        return self.message_id


@dataclass(frozen=True, slots=True)
class GroupTap:
    """A pressed button of the staff group: nothing is shown to the person but the answer."""

    bot: Bot
    user: User
    query: CallbackQuery
    chat_id: int

    @classmethod
    def read(cls, update: Update) -> Self | None:
        query = update.callback_query
        if query is None or query.message is None:
            return None
        return cls(query.get_bot(), query.from_user, query, query.message.chat.id)

    async def is_member(self) -> bool:
        """A public group can be read, and its buttons pressed, by people who are not in it."""
        if self.chat_id == self.user.id:
            return True
        try:
            member = await self.bot.get_chat_member(self.chat_id, self.user.id)
        except BadRequest as error:
            if not _says(error, NOT_THERE):
                raise
            return False
        if isinstance(member, ChatMemberRestricted):
            return member.is_member
        return member.status in INSIDE

    async def answer(self, text: str, *, is_alert: bool) -> None:
        await _answer(self.query, text, is_alert=is_alert)


async def _answer(query: CallbackQuery, text: str, *, is_alert: bool) -> None:
    try:
        await query.answer(text[:MAX_ALERT] or None, show_alert=is_alert)
    except BadRequest as error:
        if not _says(error, QUERY_GONE):
            raise


def _says(error: BadRequest, phrases: tuple[str, ...]) -> bool:
    words = error.message.lower()
    return any(phrase in words for phrase in phrases)
