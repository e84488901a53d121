"""Straight to staff, past the table of notices: for the news that the database is away, and that it is back.

In the group; by letter to STAFF_EMAIL where there is no group or the group has not surely got it. Who got a letter that
it is away gets one that it is back, whatever the group hears by then.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.models import Topic
from bot.notices.by_mail import LETTER
from integrations.errors import IntegrationError
from integrations.mail.brand import built_in
from integrations.mail.errors import AddressRefused, LetterRefused
from integrations.mail.errors import MaybeSent as LetterMaybeSent
from integrations.mail.letters import Letter, compose
from integrations.mail.session import Session
from integrations.mail.urgent import urgent_session
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import ChatMigrated
from integrations.telegram.errors import MaybeSent as MessageMaybeSent
from payments.formats import moment

log = structlog.get_logger(__name__)

# Seconds after each failure in a row: a mail server locks out who knocks too often with a wrong password.
PAUSES = (0, 30, 60, 300, 600)


class Group(Enum):
    """Whether the group has it."""

    NO = auto()
    PERHAPS = auto()
    YES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told: `name` tells it apart in the journal, `at` when it happened."""

    name: str
    at: datetime
    title: str
    text: str


def away(since: datetime) -> News:
    with override(settings.LANGUAGE_CODE):
        return News(
            name="away",
            at=since,
            title=_("🔴 База данных не отвечает больше минуты"),
            text=_(
                "Вызовы получают 503, доступ не открывается. Проверьте на сервере базы, запущена ли она"
                " и есть ли место на диске."
            ),
        )


def back(since: datetime, now: datetime) -> News:
    with override(settings.LANGUAGE_CODE):
        return News(
            name="back",
            at=now,
            title=_("✅ База данных снова отвечает"),
            text=_("Не отвечала с %(since)s.") % {"since": moment(since)},
        )


class Telling:
    """One piece of news, to be told again until it is done. A channel that took it is not asked again.

    `also` are the addresses that get a letter even where the group has it.
    """

    def __init__(self, news: News, *, also: Collection[str] = ()) -> None:
        self.by_letter: list[str] = []  # who got one
        self.news, self._also = news, also
        self._is_done = False
        self._group = Group.NO
        self._hopeless: set[str] = set()  # addresses no server will ever take
        self._failures, self._not_before = 0, 0.0

    @property
    def is_heard(self) -> bool:
        return bool(self.by_letter) or self._group is not Group.NO

    def go_on(self) -> bool:
        """Try what is left; whether nothing is."""
        if self._is_done:
            return True
        if self._group is Group.NO and settings.STAFF_CHAT_ID:
            self._group = _into_group(self.news)
        if (waiting := self._waiting()) and time.monotonic() >= self._not_before:
            self._write(waiting)
        is_anybody = settings.STAFF_CHAT_ID or settings.STAFF_EMAIL
        self._is_done = not self._waiting() and bool(self.is_heard or not is_anybody)
        return self._is_done

    def _waiting(self) -> list[str]:
        wanted = self._also if self._group is Group.YES else settings.STAFF_EMAIL
        return [one for one in wanted if one not in self.by_letter and one not in self._hopeless]

    def _write(self, addresses: list[str]) -> None:
        facts = letter_facts(
            self.news, is_down=bool(settings.STAFF_CHAT_ID) and self._group is not Group.YES
        )
        letter = compose(LETTER, settings.LANGUAGE_CODE, facts, brand=built_in())
        failed: IntegrationError | None = None
        try:
            with urgent_session() as session:
                for address in addresses:
                    try:
                        self._hand_in(session, letter, address)
                    except LetterRefused as error:
                        failed = error  # perhaps for this reader alone
        except IntegrationError as error:
            failed = error
        if failed is not None:
            pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
            self._failures, self._not_before = self._failures + 1, time.monotonic() + pause
            log.warning("staff.no_letter", news=self.news.name, error=str(failed))

    def _hand_in(self, session: Session, letter: Letter, address: str) -> None:
        key = f"database-{self.news.name}:{self.news.at.isoformat()}:{address}"
        try:
            session.send(letter, to=address, key=key)
        except AddressRefused as error:
            self._hopeless.add(address)
            log.warning("staff.no_such_address", news=self.news.name, error=str(error))
            return
        except LetterMaybeSent as error:
            log.warning("staff.letter_unclear", news=self.news.name, error=str(error))
        self.by_letter.append(address)


def letter_facts(news: News, *, is_down: bool) -> dict[str, object]:
    """Of templates/email/staff_notice: without a link, the admin is away with the database."""
    with override(settings.LANGUAGE_CODE):
        notice = {
            "topic": str(Topic.SYSTEM.label),
            "title": news.title,
            "text": f"{news.text}\n{settings.PUBLIC_URL}",
            "when": moment(news.at),
        }
    return {"count": 1, "is_down": is_down, "notices": [notice]}


def _into_group(news: News) -> Group:
    text = f"{news.title}\n{news.text}"
    try:
        api = get_bot_api()
        try:
            api.send_message(int(settings.STAFF_CHAT_ID), text)
        except ChatMigrated as error:
            api.send_message(error.new_chat_id, text)
    except MessageMaybeSent:
        return Group.PERHAPS
    except IntegrationError as error:
        log.warning("staff.not_told", news=news.name, error=type(error).__name__)
        return Group.NO
    return Group.YES
