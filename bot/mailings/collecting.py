"""The beginning of a mailing: everybody who will get it becomes a row, before anybody gets anything."""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from bot.mailings import judging, reaching
from bot.mailings.audience import audience_of
from bot.mailings.composing import LANGUAGES, wording
from bot.mailings.conditions import BadAudience
from bot.mailings.markup import is_good_link
from bot.models import Mailing, MailingLink, Recipient
from bot.notices.mailings import mailing_paused
from integrations.clock import now, wall_clock
from partners.models import Partner

log = structlog.get_logger(__name__)

Status = Mailing.Status

# A secret is 30 hexadecimal digits of a random UUID: 114 random bits.
SECRET = "substr(replace(gen_random_uuid()::text, '-', ''), 1, 30)"  # noqa: S105 - how one is made
COLLECT = """
INSERT INTO {table} (mailing_id, address, {owner}, language, state, attempts, not_before, error, message_id,
                     unsubscribe_token, click_token)
SELECT %s, to_address, owner, language, 'waiting', 0, %s, '', '', {secret}, {secret}
FROM ({inner}) AS judged (owner, language, to_address, why, turn)
WHERE why = '' AND turn = 1 ORDER BY owner
ON CONFLICT (mailing_id, address) DO NOTHING
"""


def begin_due() -> int:
    """Scheduled mailings whose moment has come; returns how many."""
    due = Mailing.objects.filter(status=Status.SCHEDULED, starts_at__lte=now())
    return due.update(status=Status.COLLECTING)


def collect_waiting() -> int:
    """Collect for every mailing that waits for it, unless another worker is at it; returns how many."""
    waiting = Mailing.objects.filter(status=Status.COLLECTING).order_by("pk")
    return sum(collect(pk) for pk in waiting.values_list("pk", flat=True))


def collect(mailing_id: int) -> bool:
    """All recipients or none, in one transaction: a killed worker's is done again from the start."""
    with transaction.atomic():
        mailing = (
            Mailing.objects.select_for_update(skip_locked=True)
            .filter(pk=mailing_id, status=Status.COLLECTING)
            .first()
        )
        if mailing is None:
            return False
        try:
            audience = audience_of(mailing)
        except BadAudience as error:
            mailing.status, mailing.pause_reason = Status.PAUSED, str(error)[:200]
            mailing.save(update_fields=["status", "pause_reason"])
            mailing_paused(mailing, str(error))
            return False
        reached = reaching.reached(audience, Mailing.Channel(mailing.channel))
        hours, is_service = audience.quiet_hours_since_last, mailing.is_service
        found = judging.counted(reached, hours=hours, is_service=is_service)
        found.pop(judging.INCLUDED, None)
        rows = judging.judged(reached, hours=hours, is_service=is_service).values_list(
            "pk", "language", "to_address", "why", "turn"
        )
        inner, parameters = rows.query.sql_with_params()
        owner = "partner_id" if reached.model is Partner else "customer_id"
        sql = COLLECT.format(
            table=Recipient._meta.db_table, owner=owner, secret=SECRET, inner=inner
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [mailing.pk, wall_clock(), *parameters])
        number_links(mailing)
        mailing.total = Recipient.objects.filter(mailing=mailing).count()
        mailing.excluded, mailing.started_at, mailing.status = found, now(), Status.RUNNING
        mailing.save(update_fields=["total", "excluded", "started_at", "status"])
    log.info("mailing.collected", mailing=mailing.pk, total=mailing.total)
    return True


def number_links(mailing: Mailing) -> None:
    """Every address the texts lead to gets a number: a counted link carries it instead of the address."""
    if not mailing.counts_clicks:
        return
    urls = dict.fromkeys(
        url
        for language in LANGUAGES
        for url in wording(mailing, language).links
        if is_good_link(url) and url.startswith("https:")
    )
    MailingLink.objects.bulk_create(
        [MailingLink(mailing=mailing, number=place, url=url) for place, url in enumerate(urls, 1)],
        ignore_conflicts=True,
    )
