"""What stands before every letter: suppressed addresses, our caps, and a pause after the server's "enough".

A pause is one row for all processes. Going on over a provider's limit prolongs it, so each answer of the kind makes the
pause longer, and the first letter that leaves ends it.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction

from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.mail.errors import (
    SERVICE,
    AddressRefused,
    AddressSuppressed,
    LetterRefused,
    LooksLikeSpam,
    MailMisconfigured,
    MailPaused,
    MaybeSent,
    Why,
)
from integrations.models import MailPause, Suppression
from integrations.services import mail_limits, outbox
from integrations.services.suppression import plain

log = structlog.get_logger(__name__)

Scope = MailPause.Scope
# Seconds of each pause in a row, the last one for all that follow. The settings are asked about sooner: nobody has to
# wait for long once they are right, and ten minutes between two tries locks no account.
LENGTHS = {
    Why.LIMIT: (900, 1800, 3600, 4 * 3600, 12 * 3600),
    Why.SPAM: (3600, 4 * 3600, 12 * 3600),
    Why.SETTINGS: (0, 30, 60, 300, 600),
}
WORDS = {
    Why.MINUTE: "MAIL_A_MINUTE is reached",
    Why.DAY: "MAIL_A_DAY or MAIL_BULK_A_DAY is reached",
}


class MailGate:
    """The one of settings.MAIL_GATE."""

    def admit(self, address: str, *, bulk: bool) -> None:
        suppressed = Suppression.objects.filter(address=plain(address)).first()
        if suppressed is not None:
            raise AddressSuppressed(str(suppressed.get_reason_display()), service=SERVICE)
        pause = _standing(bulk=bulk)
        if pause is not None:
            raise MailPaused(
                pause.said,
                why=Why(pause.why),
                retry_after=_seconds_left(pause),
            )
        wait = mail_limits.reserve(bulk=bulk)
        if wait is not None:
            raise MailPaused(WORDS[wait.why], why=wait.why, retry_after=wait.seconds)

    def refused(self, error: IntegrationError, *, bulk: bool) -> IntegrationError:
        if not isinstance(error, MaybeSent):
            mail_limits.give_back(bulk=bulk)
        if isinstance(error, MailPaused):
            error.retry_after = begin(Scope.ALL, why=error.why, said=str(error))
        elif isinstance(error, MailMisconfigured):
            begin(Scope.ALL, why=Why.SETTINGS, said=str(error))
        elif isinstance(error, LooksLikeSpam):
            length = begin(Scope.BULK, why=Why.SPAM, said=str(error))
            if bulk:
                return MailPaused(str(error), why=Why.SPAM, retry_after=length, status=error.status)
        elif isinstance(error, AddressRefused | LetterRefused):
            self.sent(bulk=False)  # a refusal of this letter alone: the mailbox works
        return error

    def sent(self, *, bulk: bool) -> None:
        scopes = [Scope.ALL, Scope.BULK] if bulk else [Scope.ALL]
        ended = MailPause.objects.filter(scope__in=scopes).delete()[0]
        if ended:
            log.info("mail.goes_on", scopes=scopes)


GATE = MailGate()


def begin(scope: MailPause.Scope, *, why: Why, said: str) -> int:
    """Pause, longer than the time before; returns for how many seconds."""
    lengths = LENGTHS[why]
    with transaction.atomic():
        row, is_new = MailPause.objects.select_for_update().get_or_create(
            scope=scope, defaults={"why": why, "until": wall_clock()}
        )
        if not is_new and row.why == why:
            row.times += 1
        else:
            row.why, row.times, row.since = why, 1, wall_clock()
        length = lengths[min(row.times, len(lengths)) - 1]
        row.said = said[:300]
        row.until = wall_clock() + timedelta(seconds=length)
        row.save()
    log.warning("mail.paused", scope=str(scope), why=str(why), seconds=length, error=said)
    return length


def go_on() -> int:
    """A person has seen to it: letters that wait try at once. Returns how many pauses there were."""
    with transaction.atomic():
        ended = MailPause.objects.update(until=wall_clock())
        outbox.hurry("letter.written")
    return ended


def pauses() -> list[MailPause]:
    """What is in the way of letters, or was when the last one was tried."""
    return list(MailPause.objects.order_by("scope"))


def _standing(*, bulk: bool) -> MailPause | None:
    scopes = [Scope.ALL, Scope.BULK] if bulk else [Scope.ALL]
    rows = MailPause.objects.filter(scope__in=scopes, until__gt=wall_clock())
    return rows.order_by("-until").first()


def _seconds_left(pause: MailPause) -> int:
    return max(1, int((pause.until - wall_clock()).total_seconds()) + 1)
