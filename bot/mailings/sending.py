"""The sender: takes what is due, a few at a time from each mailing that runs, until nothing is or the time is up.

Any number of threads and processes run it side by side. Nothing is kept between two runs: after a crash the next one
goes on from the rows.
"""

from __future__ import annotations

import random
import time

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from bot.mailings import claims, collecting
from bot.mailings.by_mail import Letters
from bot.mailings.by_telegram import Chats
from bot.mailings.composing import LANGUAGES, wording
from bot.mailings.resting import Rest, TellAPerson
from bot.models import Mailing, Recipient
from bot.notices.mailings import mailing_finished, mailing_paused
from integrations.clock import now
from payments.services.reminder_times import is_quiet

log = structlog.get_logger(__name__)

State = Recipient.State
Status = Mailing.Status
AT_ONCE = 10  # recipients a sender takes from one mailing before it looks at the others
WAYS: dict[str, type[Chats | Letters]] = {
    Mailing.Channel.TELEGRAM.value: Chats,
    Mailing.Channel.MAIL.value: Letters,
}


def send_due(*, seconds: float = 20.0) -> int:
    """Returns how many recipients were dealt with."""
    until = time.monotonic() + seconds
    claims.sweep_lost()
    collecting.begin_due()
    collecting.collect_waiting()
    dealt, resting = 0, set[str]()
    while time.monotonic() < until:
        running = _running(resting)
        dealt_now = 0
        for mailing in running:
            if mailing.channel in resting:
                continue
            try:
                dealt_now += _send_some(mailing)
            except Rest as rest:
                log.info("mailing.rests", channel=mailing.channel, why=str(rest))
                resting.add(mailing.channel)
            except TellAPerson as trouble:
                _pause(mailing, str(trouble))
        dealt += dealt_now
        if not dealt_now:
            break
    finish_done()
    return dealt


def finish_done() -> int:
    """Mailings with nobody left to write to; returns how many."""
    left = Recipient.objects.filter(
        mailing=OuterRef("pk"), state__in=(State.WAITING, State.SENDING)
    )
    finished = 0
    for mailing in Mailing.objects.filter(~Exists(left), status=Status.RUNNING):
        with transaction.atomic():
            ended = Mailing.objects.filter(~Exists(left), pk=mailing.pk, status=Status.RUNNING)
            if ended.update(status=Status.DONE, finished_at=now(), pause_reason=""):
                mailing_finished(mailing)
                finished += 1
    return finished


def _running(resting: set[str]) -> list[Mailing]:
    """In no order, so that several mailings share what the senders can do."""
    found = list(Mailing.objects.filter(status=Status.RUNNING).exclude(channel__in=resting))
    if is_quiet(now()):
        found = [mailing for mailing in found if not mailing.keeps_quiet_hours]
    random.shuffle(found)
    return found


def _send_some(mailing: Mailing) -> int:
    rows = claims.reserve(mailing, AT_ONCE)
    if not rows:
        return 0
    numbers = dict(mailing.links.values_list("url", "number"))
    texts = {language: wording(mailing, language, numbers) for language in LANGUAGES}
    dealt = 0
    try:
        with WAYS[mailing.channel]() as way:
            for row in rows:
                way.wait_turn()
                dealt += 1
                if claims.begin(row):
                    way.send(texts[row.language], row)
    finally:
        claims.release(rows[dealt:])
    return dealt


def _pause(mailing: Mailing, reason: str) -> None:
    with transaction.atomic():
        running = Mailing.objects.filter(pk=mailing.pk, status=Status.RUNNING)
        if running.update(status=Status.PAUSED, pause_reason=reason[:200]):
            mailing_paused(mailing, reason)
    log.warning("mailing.paused", mailing=mailing.pk, reason=reason)
