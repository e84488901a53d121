"""What differs between the panel's users and our subscriptions, found by the database over the rows of one run.

Only names that we give (`tg_<number>`) are judged: what else lives on the panel is not ours. A subscription that is
being written to the panel at this moment is left for the next run.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.models import ReconciliationRun
from payments.services.reconciliation.differences import Difference, Kind

SIDES = """
WITH users AS MATERIALIZED (
    SELECT DISTINCT ON (external_id) external_id AS name, kind AS status, at AS ends_at,
           kind IN ('ACTIVE', 'LIMITED') AND at > %(moment)s AS is_open
    FROM payments_listedrow WHERE run_id = %(run)s ORDER BY external_id, id DESC
), ours AS MATERIALIZED (
    SELECT subscription.id, 'tg_' || customer.telegram_id AS name, {end} AS ends_at,
           {end} > %(moment)s AS is_open
    FROM payments_subscription AS subscription
    JOIN payments_customer AS customer ON customer.id = subscription.customer_id
    LEFT JOIN LATERAL (
        SELECT max(created_at) AS changed_at FROM payments_dayentry WHERE subscription_id = subscription.id
    ) AS entry ON true
    WHERE NOT (  -- on its way to the panel
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
COUNT = "SELECT count(*) FROM payments_subscription"


def differences(run: ReconciliationRun, *, limit: int) -> tuple[int, list[Difference]]:
    """How many subscriptions we have, and what differs: at most `limit`."""
    values: dict[str, Any] = {
        "run": run.pk,
        "moment": run.until,
        "started": run.started_at,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        ours = int(cursor.fetchone()[0])
        cursor.execute(SIDES.format(end="subscription.expires_at"), values)
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
