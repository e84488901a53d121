"""The post: a letter is written in the transaction of its event and handed to the mail server afterwards.

Sent at most once. A claim is committed before the server hears of it; where a crash or a lost answer leaves it open
whether the letter went, it is shown as unclear and a person may send it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.mail.errors import (
    AddressRefused,
    AddressSuppressed,
    LetterRefused,
    LooksLikeSpam,
    MailMisconfigured,
    MailOff,
    MailPaused,
    MaybeSent,
    Why,
)
from integrations.mail.kept import KEPT
from integrations.mail.letters import Letter, compose
from integrations.mail.sender import get_mailbox
from integrations.models import MailMessage
from integrations.services import outbox

log = structlog.get_logger(__name__)

Status = MailMessage.Status
DOTS = "•••"
FIRST = "first"  # the wish of whoever wrote it
HURRIED = 20  # letters
HURRY = 20.0  # seconds
TRIES_OF_SPAM = 3
SPAM_WAIT = 900  # seconds


def write(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    context: Mapping[str, Any],
    case: str = "",
    hidden: Iterable[str] = (),
    filler: str = "",
) -> MailMessage:
    """Write `templates/email/<kind>` to somebody, inside the caller's transaction; the same key twice is one letter.

    `context` is JSON. The names in `hidden` open doors: they are dots in what is kept, and `filler`, the dotted path
    of a function of the message, returns them when the letter is handed in.
    """
    letter = compose(kind, language, {**context, **dict.fromkeys(hidden, DOTS)})
    message, fresh = MailMessage.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to": to,
            "language": language,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "context": dict(context),
            "filler": filler,
            "case": case,
        },
    )
    if fresh:
        _order(message, FIRST)
    return message


def send_again(message_id: int, *, wish: str) -> None:
    """A person wants a letter sent once more; `wish` names the press, so that two presses are one."""
    with transaction.atomic():
        message = MailMessage.objects.select_for_update().get(pk=message_id)
        if message.status == Status.SENDING:
            return
        message.status, message.error = Status.WAITING, ""
        message.save(update_fields=["status", "error"])
        _order(message, wish)


def deliver(*, message_id: int) -> None:
    """Reaction: hand the letter in. Raises what surely did not leave, for the outbox to repeat."""
    message = MailMessage.objects.get(pk=message_id)
    facts = dict(message.context)
    if message.filler:
        facts |= import_string(message.filler)(message)
    letter = compose(message.kind, message.language, facts)
    claimed = MailMessage.objects.filter(pk=message_id, status=Status.WAITING)
    if not claimed.update(status=Status.SENDING):
        # Either it has gone, or a worker died with it in its hand.
        left = MailMessage.objects.filter(pk=message_id, status=Status.SENDING)
        if left.update(status=Status.UNCLEAR):
            log.warning("mail.unclear", message=message_id)
        return
    try:
        _hand_in(message, letter)
    except MailPaused as error:
        _close(message, Status.WAITING, error)
        raise
    except MaybeSent as error:
        _close(message, Status.UNCLEAR, error, tried=1)
    except AddressSuppressed as error:
        _close(message, Status.SUPPRESSED, error)
    except LooksLikeSpam as error:
        if message.attempts + 1 < TRIES_OF_SPAM:
            _close(message, Status.WAITING, error, tried=1)
            raise _later(error, message.attempts) from None
        _close(message, Status.REFUSED, error, tried=1)
    except (AddressRefused, LetterRefused) as error:
        _close(message, Status.REFUSED, error, tried=1)
    except IntegrationError as error:
        _close(message, Status.WAITING, error, tried=1)
        raise
    else:
        MailMessage.objects.filter(pk=message.pk).update(
            status=Status.SENT, sent_at=wall_clock(), error="", attempts=F("attempts") + 1
        )


def hurry(kind: str) -> int:
    """Hand in the waiting letters of a kind now, where perhaps no worker does; returns how many left.

    Claimed like everything in the outbox: a worker and this never send the same letter.
    """
    waiting = MailMessage.objects.filter(kind=kind, status=Status.WAITING)
    keys = [_order_key(pk, FIRST) for pk in waiting.values_list("pk", flat=True)[:HURRIED]]
    return outbox.drain(seconds=HURRY, of=Q(key__in=keys)) if keys else 0


def _hand_in(message: MailMessage, letter: Letter) -> None:
    """Its Message-ID is known before the server is: a letter that returns after a crash finds its row."""
    mailbox = get_mailbox()
    message.message_id = mailbox.message_id(message.key)
    message.save(update_fields=["message_id"])
    with KEPT.use(mailbox) as session:
        session.send(letter, to=message.to, key=message.key)


def _close(
    message: MailMessage, status: Status, error: IntegrationError, *, tried: int = 0
) -> None:
    with transaction.atomic():
        MailMessage.objects.filter(pk=message.pk).update(
            status=status, error=str(error)[:300], attempts=F("attempts") + tried
        )
        _alarm(message, status, error)


def _alarm(message: MailMessage, status: Status, error: IntegrationError) -> None:
    """A letter that will not leave, or a mailbox that lets nothing leave, is told to people."""
    if status == Status.REFUSED:
        outbox.publish(
            "letter.refused",
            {"message_id": message.pk},
            key=f"letter-refused:{message.pk}:{message.attempts}",
            case=message.case,
        )
    elif isinstance(error, MailOff | MailMisconfigured):
        hour = f"{wall_clock():%Y-%m-%dT%H}"
        outbox.publish(
            "mail.failing", {"error": str(error), "hour": hour}, key=f"mail-failing:{hour}"
        )


def _later(error: LooksLikeSpam, attempts: int) -> MailPaused:
    """A mailbox under suspicion is often trusted again after a while: quarter of an hour, an hour, four."""
    wait = SPAM_WAIT * 4**attempts
    return MailPaused(str(error), why=Why.SPAM, retry_after=wait, status=error.status)


def _order(message: MailMessage, wish: str) -> None:
    outbox.publish(
        "letter.written",
        {"message_id": message.pk},
        key=_order_key(message.pk, wish),
        case=message.case,
    )


def _order_key(message_id: int, wish: str) -> str:
    return f"letter:{message_id}:{wish}"
