"""Who of those a mailing means may not be written to, and why: decided by the database for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from bot.models import Recipient
from integrations.clock import now
from integrations.models import Consent, Suppression
from partners.models import Partner

INCLUDED = ""
CLOSED = "closed"
NO_ADDRESS = "no_address"
BLOCKED = "blocked"
SUPPRESSED = "suppressed"
UNSUBSCRIBED = "unsubscribed"
NO_CONSENT = "no_consent"
RECENT = "recent"
DUPLICATE = "duplicate"


def judged(reached: QuerySet[Any], *, hours: int | None, is_service: bool) -> QuerySet[Any]:
    """`why`: empty for who will get it; `turn`: his place among the rows of one address with the same verdict."""
    by_mail = reached.model is Partner
    channel = Consent.Channel.MAIL if by_mail else Consent.Channel.TELEGRAM
    rules = [
        When(to_address=None, then=Value(NO_ADDRESS)),
        When(to_address="", then=Value(NO_ADDRESS)),
    ]
    if by_mail:
        rules.insert(0, When(status=Partner.Status.CLOSED, then=Value(CLOSED)))
        listed = Suppression.objects.filter(address=OuterRef("to_address"))
        rules.append(When(Exists(listed), then=Value(SUPPRESSED)))
    else:
        rules.append(When(blocked_bot_at__isnull=False, then=Value(BLOCKED)))
    if not is_service:
        agreements = Consent.objects.filter(channel=channel, address=OuterRef("to_address"))
        stands = Exists(agreements.filter(withdrawn_at=None))
        ended = Exists(agreements.filter(withdrawn_at__isnull=False))
        rules.append(When(~Q(stands) & Q(ended), then=Value(UNSUBSCRIBED)))
        rules.append(When(~Q(stands), then=Value(NO_CONSENT)))
    if hours:
        before = Recipient.objects.filter(
            address=OuterRef("to_address"), sent_at__gte=now() - timedelta(hours=hours)
        )
        rules.append(When(Exists(before), then=Value(RECENT)))
    verdict = Case(*rules, default=Value(INCLUDED), output_field=CharField())
    turn = Window(RowNumber(), partition_by=[F("to_address"), F("why")], order_by="pk")
    rows: QuerySet[Any] = reached.order_by().annotate(why=verdict).annotate(turn=turn)
    return rows


def counted(reached: QuerySet[Any], *, hours: int | None, is_service: bool) -> dict[str, int]:
    """How many of each verdict; one address twice counts once, the rest as duplicates."""
    rows = judged(reached, hours=hours, is_service=is_service).values("why", "turn")
    inner, parameters = rows.query.sql_with_params()
    sql = (
        f"SELECT CASE WHEN why = '' AND turn > 1 THEN %s ELSE why END AS verdict, count(*)"  # noqa: S608 - ours
        f" FROM ({inner}) AS judged GROUP BY verdict"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [DUPLICATE, *parameters])
        found: Mapping[str, int] = dict(cursor.fetchall())
    return dict(found)
