"""What the bot sent, what staff were told, and what is said to many."""

from __future__ import annotations

from bot.models.mailing import Mailing, MailingClick, MailingLink, Recipient
from bot.models.message import Message
from bot.models.notice import Notice, NoticeSource, StaffTopic, Topic

__all__ = [
    "Mailing",
    "MailingClick",
    "MailingLink",
    "Message",
    "Notice",
    "NoticeSource",
    "Recipient",
    "StaffTopic",
    "Topic",
]
