"""Sending from a worker, once.

A message is claimed in the database before Telegram is called and marked as sent afterwards. Telegram has no key that
would make a repeat harmless, so a lost answer (a timeout, a killed worker) leaves the message UNCERTAIN, and the
sender says what then:

    REPEAT   a second copy says the same again and does no harm: money came back, a person is needed
    LEAVE    a second copy would mislead, and the menu tells the same anyway: a bonus, «it will take a while»
    ASK      the caller has a better way (the access link: edit the invoice message)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

import structlog
from django.conf import settings

from bot import by_post
from bot.by_post import Post
from bot.models import Message
from bot.rendering import Screen
from integrations.clock import now, wall_clock
from integrations.errors import IntegrationError
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import ChatMigrated, ChatUnavailable, MaybeSent
from payments.models import Customer, Payment
from payments.services import customers

log = structlog.get_logger(__name__)

State = Message.State


class WhenUnsure(Enum):
    REPEAT = auto()
    LEAVE = auto()
    ASK = auto()


class Outcome(Enum):
    SENT = auto()  # now, or by an earlier run
    UNSURE = auto()  # only with WhenUnsure.ASK
    LOST = auto()  # nobody is there, or a second copy was not worth it


class StillSending(Exception):
    """Another worker has this message in its hands; the outbox looks again when its lease has ended."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"being sent by another worker; looked at again in {seconds} s")
        self.retry_after = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be said once, and to whom. `key` names the fact it tells.

    A customer without a chat gets `post` instead of the screen; None: a thing that is never said to such a one.
    """

    key: str
    kind: Message.Kind
    chat_id: int | None
    screen: Screen
    when_unsure: WhenUnsure
    customer: Customer | None = None
    payment: Payment | None = None
    post: Post | None = None

    @property
    def chat(self) -> int:
        """Raises where there is none: such a letter never comes to Telegram."""
        if self.chat_id is None:
            raise LookupError(f"{self.key}: no chat")
        return self.chat_id


def send_once(letter: Letter) -> Outcome:
    """Send a letter that was not sent yet. Raises what surely did not reach Telegram, for the outbox to repeat."""
    if letter.chat_id is None:
        return _by_post(letter)
    message = _row_of(letter)
    if message.state == State.SENT:
        return Outcome.SENT
    if message.state == State.FAILED:
        return Outcome.LOST
    if message.state == State.SENDING:
        _wait_for_another(message)
        Message.objects.filter(pk=message.pk, state=State.SENDING).update(state=State.UNCERTAIN)
        message.state = State.UNCERTAIN
    if message.state == State.UNCERTAIN:
        return _settle_doubt(letter, message)
    try:
        return _send(letter, message, claimed_from=State.QUEUED)
    except MaybeSent:
        if letter.when_unsure is WhenUnsure.REPEAT:
            raise  # the outbox waits a little before the second copy
        return _settle_doubt(letter, message)


def send_again(letter: Letter) -> Outcome:
    """Send a letter whose first copy is in doubt: the caller has found no better way. Raises MaybeSent too."""
    return _send(letter, _row_of(letter), claimed_from=State.UNCERTAIN)


def mark_sent(letter: Letter, *, message_id: int | None) -> None:
    """What the letter says has reached the customer, by this message."""
    Message.objects.filter(key=letter.key).update(
        state=State.SENT, message_id=message_id, sent_at=now(), error=""
    )


def edit(*, chat_id: int, message_id: int, screen: Screen) -> None:
    """Change a message. Harmless to repeat, so an unclear outcome is simply raised. Raises MessageGone."""
    get_bot_api().edit_message(
        chat_id, message_id, screen.text, reply_markup=screen.keyboard.to_dict()
    )


def _by_post(letter: Letter) -> Outcome:
    """The only crossing from the chat to the letters."""
    if letter.customer is None or letter.post is None:
        log.warning("bot.nobody_there", key=letter.key)
        return Outcome.LOST
    written = by_post.write(
        key=f"news:{letter.key}",
        customer=letter.customer,
        payment=letter.payment,
        post=letter.post,
    )
    return Outcome.SENT if written else Outcome.LOST


def _row_of(letter: Letter) -> Message:
    message, _created = Message.objects.get_or_create(
        key=letter.key,
        defaults={
            "kind": letter.kind,
            "customer": letter.customer,
            "payment": letter.payment,
            "chat_id": letter.chat,
            "text": letter.screen.journal_text,
        },
    )
    return message


def _wait_for_another(message: Message) -> None:
    """A claim younger than a lease belongs to a worker that may be alive."""
    lease = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    left = message.claimed_at + lease - wall_clock()
    if left > timedelta():
        raise StillSending(int(left.total_seconds()) + 1)


def _settle_doubt(letter: Letter, message: Message) -> Outcome:
    if letter.when_unsure is WhenUnsure.ASK:
        return Outcome.UNSURE
    if letter.when_unsure is WhenUnsure.REPEAT:
        return _send(letter, message, claimed_from=State.UNCERTAIN)
    Message.objects.filter(pk=message.pk).update(state=State.FAILED, error="maybe sent")
    return Outcome.LOST


def _send(letter: Letter, message: Message, *, claimed_from: Message.State) -> Outcome:
    """One row updated is the permission to send; it is committed before Telegram hears of the message."""
    claim = Message.objects.filter(pk=message.pk, state=claimed_from)
    if not claim.update(
        state=State.SENDING,
        claimed_at=wall_clock(),
        attempts=message.attempts + 1,
        text=letter.screen.journal_text,
    ):
        raise StillSending(settings.OUTBOX_LEASE_SECONDS)
    try:
        message_id = _say(letter)
    except ChatUnavailable as error:
        _put(message, State.FAILED, error)
        if letter.customer is not None:
            customers.mark_blocked(telegram_id=letter.chat)
        return Outcome.LOST
    except MaybeSent as error:
        _put(message, State.UNCERTAIN, error)
        log.warning("bot.maybe_sent", key=letter.key)
        raise
    except IntegrationError as error:
        _put(message, claimed_from, error)  # surely not sent: the claim is given back
        raise
    Message.objects.filter(pk=message.pk).update(
        state=State.SENT, message_id=message_id, sent_at=now(), error=""
    )
    return Outcome.SENT


def _say(letter: Letter) -> int:
    """One call of Telegram; a second one where the group has moved, which surely did nothing the first time."""
    text, markup = letter.screen.text, letter.screen.keyboard.to_dict()
    try:
        return get_bot_api().send_message(letter.chat, text, reply_markup=markup)
    except ChatMigrated as moved:
        log.warning("bot.group_moved", old=letter.chat_id, new=moved.new_chat_id)
        return get_bot_api().send_message(moved.new_chat_id, text, reply_markup=markup)


def _put(message: Message, state: Message.State, error: Exception) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, error=str(error)[:300])
