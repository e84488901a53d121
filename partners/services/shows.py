"""How often partners are shown, by day and place. A page never waits for it and never fails because of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import structlog
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from integrations.clock import now
from partners.models import Shows

log = structlog.get_logger(__name__)

# What calls itself a program, or names a page about itself; no name at all is one too.
BOTS = re.compile(
    r"bot\b|bot/|\+https?:|inspectiontool|mediapartners|crawl|spider|slurp|preview|facebookexternalhit|"
    r"whatsapp|monitor|uptime|curl|wget|python|java/|go-http|okhttp|headless|lighthouse|scrapy|archiver|validator",
    re.I,
)
# Where a browser tells that it only looks ahead: Chromium, Safari, Firefox in turn.
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
AHEAD = re.compile("prefetch|prerender|preview")
PATIENCE = "200ms"  # for rows that another transaction holds; the count is not worth more of a visitor's time
# Ids ascend, so that two pages with the same partners cannot lock each other out.
COUNT = """
INSERT INTO partners_shows (partner_id, day, surface, count)
SELECT id, %s, %s, 1 FROM unnest(%s::bigint[]) AS id ORDER BY id
ON CONFLICT (partner_id, day, surface) DO UPDATE SET count = partners_shows.count + 1
"""


def count(partner_ids: Iterable[int], surface: Shows.Surface | str) -> None:
    """One show more today (in TIME_ZONE) for each of them, by one statement that loses none.

    What the database refuses is logged with the number of shows that are not counted.
    """
    ids = sorted(set(partner_ids))
    if not ids:
        return
    today = timezone.localtime(now()).date()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute(COUNT, [today, str(surface), ids])
    except DatabaseError as error:
        log.warning("shows_not_counted", surface=str(surface), lost=len(ids), error=str(error))


def is_person(request: HttpRequest) -> bool:
    """A browser that shows the page to somebody: no robot, no HEAD, no page fetched in advance."""
    agent = request.headers.get("User-Agent", "")
    purpose = " ".join(request.headers.get(name, "") for name in PURPOSES).lower()
    return (
        request.method == "GET"
        and bool(agent)
        and BOTS.search(agent) is None
        and AHEAD.search(purpose) is None
    )
