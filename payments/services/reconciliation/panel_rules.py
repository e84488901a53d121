"""What differs between the panel's users and our subscriptions, found by the database over the rows of one run.

Only names that we give (`tg_<number>`) are judged: what else lives on the panel is not ours. A subscription that is
being written to the panel at this moment is left for the next run. Days of grace belong to the panel's end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from payments.models import ReconciliationRun
from payments.services.reconciliation.differences import Difference, Kind

SIDES = """
WITH users AS MATERIALIZED (
    SELECT DISTINCT ON (external_id) external_id AS name, kind AS status, at AS ends_at,
           kind IN ('ACTIVE', 'LIMITED') AND at > %(moment)s AS is_open
    FROM payments_listedrow WHERE run_id = %(run)s ORDER BY external_id, id DESC
), ours AS MATERIALIZED (
    SELECT subscription.id, 'tg_' || customer.telegram_id AS name, access.ends_at,
           access.ends_at > %(moment)s AS is_open
    FROM payments_subscription AS subscription
    JOIN payments_customer AS customer ON customer.id = subscription.customer_id
    LEFT JOIN LATERAL (  -- as Subscription.was_cut: an end that lies in the past by a clawback has no grace
        SELECT created_at AS changed_at, seconds < 0 AND ends_at <= created_at AS was_cut
        FROM payments_dayentry WHERE subscription_id = subscription.id ORDER BY id DESC LIMIT 1
    ) AS entry ON true
    CROSS JOIN LATERAL (
        SELECT subscription.expires_at
               + CASE WHEN entry.was_cut THEN interval '0' ELSE %(grace)s END AS ends_at
    ) AS access
    WHERE customer.kind = 'telegram' AND NOT (  -- on its way to the panel
        (subscription.panel_expires_at IS NOT NULL AND subscription.panel_grace_days <> %(grace_days)s
            AND subscription.expires_at > %(moment)s - interval '31 days') OR
        coalesce(subscription.panel_synced_at >= %(started)s, false)
        OR coalesce(
            changed_at >= %(started)s - interval '10 minutes'
            AND changed_at > coalesce(subscription.panel_synced_at, '-infinity'), false)
    )
), judged AS (
    SELECT ours.id, coalesce(ours.name, users.name) AS name, ours.ends_at AS our_end, users.status,
           users.ends_at AS their_end, CASE
        WHEN ours.is_open AND NOT coalesce(users.is_open, false) THEN 'money_no_access'
        WHEN ours.is_open AND abs(extract(epoch FROM ours.ends_at - users.ends_at)) > 60 THEN 'panel_date'
        WHEN users.is_open AND NOT coalesce(ours.is_open, false) AND users.name ~ '^tg_[0-9]+$'
            AND (ours.id IS NOT NULL OR NOT EXISTS (
                SELECT FROM payments_customer AS customer
                JOIN payments_subscription ON customer_id = customer.id
                WHERE 'tg_' || customer.telegram_id = users.name)) THEN 'access_no_money'
        END AS difference
    FROM ours FULL JOIN users ON users.name = ours.name
)
SELECT difference, id, name, our_end, status, their_end
FROM judged WHERE difference IS NOT NULL ORDER BY name LIMIT %(limit)s
"""
COUNT = """
SELECT count(*) FROM payments_subscription AS subscription
JOIN payments_customer AS customer ON customer.id = subscription.customer_id WHERE customer.kind = 'telegram'
"""


def differences(run: ReconciliationRun, *, limit: int) -> tuple[int, list[Difference]]:
    """How many subscriptions we have, and what differs: at most `limit`."""
    values: dict[str, Any] = {
        "run": run.pk,
        "moment": run.until,
        "started": run.started_at,
        "grace": timedelta(days=settings.GRACE_DAYS),
        "grace_days": settings.GRACE_DAYS,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        ours = int(cursor.fetchone()[0])
        cursor.execute(SIDES, values)
        found = [_difference(*row) for row in cursor.fetchall()]
    return ours, found


def _difference(
    kind: str, pk: int | None, name: str, our_end: Any, status: str, their_end: Any
) -> Difference:
    return Difference.of(
        Kind(kind),
        f"panel:{name}",
        subscription_id=pk,
        reference=name,
        ours={"at": our_end},
        theirs={"word": status, "at": their_end},
    )
