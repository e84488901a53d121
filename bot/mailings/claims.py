"""Who holds which recipient, and what became of it. Every step is one committed UPDATE that says what it expects.

    WAITING   reserved: `not_before` lies ahead by a lease; a killed worker's are due again when it ends
    SENDING   the channel is being told at this very moment; a killed worker's are UNCLEAR when the lease ends

So one sender leaves at most one recipient unclear, and nobody is written to twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from bot.models import Mailing, Recipient
from integrations.clock import now, wall_clock
from integrations.models import Consent

log = structlog.get_logger(__name__)

State = Recipient.State
IN_HAND = (State.SENDING, State.UNCLEAR)
LONGEST_WAIT = 600  # seconds between two tries


def lease() -> timedelta:
    return timedelta(seconds=settings.MAILING_LEASE_SECONDS)


def reserve(mailing: Mailing, count: int) -> list[Recipient]:
    """The next ones that are due, for this sender alone while the lease lasts."""
    with transaction.atomic():
        due = (
            Recipient.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(mailing=mailing, state=State.WAITING, not_before__lte=wall_clock())
            .select_related("customer__subscription", "partner")
            .order_by("not_before", "pk")[:count]
        )
        rows = list(due)
        until = wall_clock() + lease()
        Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(not_before=until)
    for row in rows:
        row.not_before, row.mailing = until, mailing
    return rows


def begin(recipient: Recipient) -> bool:
    """Whether the channel may be told now: the row is still ours, the mailing runs, the consent stands."""
    ours = Recipient.objects.filter(
        pk=recipient.pk, state=State.WAITING, not_before=recipient.not_before
    )
    may = ours.filter(mailing__status=Mailing.Status.RUNNING)
    if not recipient.mailing.is_service:
        may = may.filter(_has_consent(recipient.mailing))
    if may.update(state=State.SENDING, claimed_at=wall_clock(), attempts=F("attempts") + 1):
        return True
    if not recipient.mailing.is_service:
        running = ours.filter(mailing__status=Mailing.Status.RUNNING)
        running.exclude(_has_consent(recipient.mailing)).update(state=State.EXCLUDED)
    return False


def release(recipients: Iterable[Recipient]) -> None:
    """Reserved and not begun: due again at once."""
    for until, keys in _by_lease(recipients).items():
        kept = Recipient.objects.filter(pk__in=keys, state=State.WAITING, not_before=until)
        kept.update(not_before=wall_clock())


def sent(recipient: Recipient, message_id: str) -> None:
    _end(recipient, state=State.SENT, message_id=message_id, sent_at=now(), error="")


def ended(recipient: Recipient, state: Recipient.State, error: Exception) -> None:
    """For good: UNCLEAR, BLOCKED, REFUSED, EXCLUDED."""
    _end(recipient, state=state, error=str(error)[:300])


def again(recipient: Recipient, error: Exception, *, seconds: int | None = None) -> None:
    """Surely not sent: due in so many seconds, or later each time."""
    wait = seconds if seconds is not None else min(2 ** (recipient.attempts + 1), LONGEST_WAIT)
    _end(
        recipient,
        state=State.WAITING,
        error=str(error)[:300],
        not_before=wall_clock() + timedelta(seconds=wait),
    )


def sweep_lost() -> int:
    """What a killed worker had in its hands: it may have arrived, so it is not sent again; returns how many."""
    lost = Recipient.objects.filter(state=State.SENDING, claimed_at__lt=wall_clock() - lease())
    number = lost.update(state=State.UNCLEAR, error="the worker ended while it was sending")
    if number:
        log.warning("mailing.unclear", recipients=number)
    return number


def _end(recipient: Recipient, **facts: Any) -> None:
    """An answer that comes after the sweep still counts."""
    Recipient.objects.filter(pk=recipient.pk, state__in=IN_HAND).update(**facts)


def _has_consent(mailing: Mailing) -> Exists:
    standing: QuerySet[Consent] = Consent.objects.filter(
        channel=mailing.channel, address=OuterRef("address"), withdrawn_at=None
    )
    return Exists(standing)


def _by_lease(recipients: Iterable[Recipient]) -> dict[datetime, list[int]]:
    found: dict[datetime, list[int]] = {}
    for one in recipients:
        found.setdefault(one.not_before, []).append(one.pk)
    return found
