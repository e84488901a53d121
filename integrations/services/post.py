"""The post: a letter is written in the transaction of its event and handed to the mail server afterwards.

Sent at most once. A claim is committed before the server hears of it; where a crash or a lost answer leaves it open
whether the letter went, it is shown as unclear and a person may send it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db import transaction
from django.utils.module_loading import import_string

from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.mail.errors import AddressRefused, LetterRefused, MaybeSent
from integrations.mail.letters import compose
from integrations.mail.sender import get_mailbox
from integrations.models import MailMessage
from integrations.services import outbox

log = structlog.get_logger(__name__)

Status = MailMessage.Status
DOTS = "•••"


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
        _order(message, "first")
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
        get_mailbox().send(letter, to=message.to, key=message.key)
    except MaybeSent as error:
        _close(message, Status.UNCLEAR, error)
    except (AddressRefused, LetterRefused) as error:
        _close(message, Status.REFUSED, error)
    except IntegrationError as error:
        _close(message, Status.WAITING, error)
        raise
    else:
        MailMessage.objects.filter(pk=message.pk).update(
            status=Status.SENT, sent_at=wall_clock(), error=""
        )


def _close(message: MailMessage, status: Status, error: IntegrationError) -> None:
    MailMessage.objects.filter(pk=message.pk).update(status=status, error=str(error)[:300])


def _order(message: MailMessage, wish: str) -> None:
    outbox.publish(
        "letter.written",
        {"message_id": message.pk},
        key=f"letter:{message.pk}:{wish}",
        case=message.case,
    )
