"""What staff do with a mailing: schedule, pause, go on, stop, try it. Each is safe against the workers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from bot.mailings import by_mail, by_telegram
from bot.mailings.composing import sample
from bot.mailings.wording import problems
from bot.models import Mailing, Recipient
from integrations.clock import now
from integrations.wakeups import wake

log = structlog.get_logger(__name__)

SEND = "bot.send_mailings"  # the task's name: services never import tasks
Status = Mailing.Status


class NotPossible(Exception):
    """What was asked for does not fit the mailing's state. Says why in a translated message."""


class NotReady(NotPossible):
    """The mailing cannot start; `problems` says why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def schedule(mailing: Mailing, at: datetime | None = None) -> Mailing:
    """Start at that moment, or now. What is only scheduled may be scheduled anew. Raises NotReady, NotPossible."""
    found = problems(mailing)
    if found:
        raise NotReady(found)
    moment = now()
    return _moved(
        mailing,
        (Status.DRAFT, Status.SCHEDULED),
        Status.SCHEDULED,
        starts_at=max(at or moment, moment),
    )


def unschedule(mailing: Mailing) -> Mailing:
    """Back to a draft that may be changed. Raises NotPossible where it has begun."""
    return _moved(mailing, (Status.SCHEDULED,), Status.DRAFT, starts_at=None)


def pause(mailing: Mailing, *, reason: str = "") -> Mailing:
    """Nothing more leaves until somebody goes on; what is in a worker's hands at this moment still does."""
    wanted = (Status.COLLECTING, Status.RUNNING)
    return _moved(mailing, wanted, Status.PAUSED, pause_reason=reason[:200])


def resume(mailing: Mailing) -> Mailing:
    """Go on where it was left."""
    begun = Mailing.objects.filter(pk=mailing.pk, started_at__isnull=False).exists()
    to = Status.RUNNING if begun else Status.COLLECTING
    return _moved(mailing, (Status.PAUSED,), to, pause_reason="")


def stop(mailing: Mailing) -> Mailing:
    """For good: who has not got it will not."""
    wanted = (Status.COLLECTING, Status.RUNNING, Status.PAUSED)
    with transaction.atomic():
        stopped = _moved(mailing, wanted, Status.STOPPED, finished_at=now(), pause_reason="")
        waiting = Recipient.objects.filter(mailing=mailing, state=Recipient.State.WAITING)
        waiting.update(state=Recipient.State.CANCELLED)
    return stopped


def send_test(mailing: Mailing, *, to: str, languages: Iterable[str] = ("ru",)) -> None:
    """One message of each language to whoever writes the mailing, with invented facts. Links are not counted.

    `to`: an e-mail address, or the number of a chat. Raises IntegrationError as the channel does.
    """
    send = (
        by_mail.send_sample if mailing.channel == Mailing.Channel.MAIL else by_telegram.send_sample
    )
    for language in languages:
        send(sample(mailing, language), to=to)


def _moved(mailing: Mailing, allowed: tuple[Status, ...], to: Status, **facts: object) -> Mailing:
    with transaction.atomic():
        row = Mailing.objects.select_for_update().get(pk=mailing.pk)
        if row.status not in allowed:
            raise NotPossible(
                _("Рассылка уже в другом состоянии: %(status)s. Обновите страницу.")
                % {"status": row.get_status_display()}
            )
        row.status = to
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=["status", *facts])
        transaction.on_commit(lambda: wake(SEND))
    log.info("mailing.moved", mailing=row.pk, to=str(to))
    mailing.refresh_from_db()
    return mailing
