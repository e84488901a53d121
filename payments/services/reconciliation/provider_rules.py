"""What differs between a provider's list and our books, found by the database over the rows of one run.

Every rule is one statement; it returns kind, key, payment, reference, our facts and theirs. Ours are ledger entries:
what came into the clearing account for a payment, and what went out of it. One payment gives one difference, its
gravest.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.models import ReconciliationRun
from payments.services.reconciliation.differences import Difference, Kind

# Their rows, each with the payment it is about: by the id we stored, else by our own order number.
TOLD = """
WITH told AS MATERIALIZED (
    SELECT row.*, coalesce(by_id.id, by_reference.id) AS payment_id
    FROM payments_listedrow AS row
    LEFT JOIN payments_payment AS by_id
        ON row.external_id <> '' AND by_id.external_id = row.external_id AND by_id.provider = %(provider)s
    LEFT JOIN payments_payment AS by_reference
        ON row.reference <> '' AND by_reference.reference = row.reference
        AND by_reference.provider = %(provider)s
    WHERE row.run_id = %(run)s
)
"""

# Theirs: everything told of one payment. A list that never says what went back leaves `back` empty.
BOTH_SIDES = """
{told}, theirs AS (
    SELECT payment_id,
           sum(amount) AS came, min(nullif(currency, '')) AS currency, max(currency) AS other_currency,
           bool_or(kind = 'paid') AS paid, bool_or(kind = 'refunded') AS has_refund,
           bool_or(kind = 'refunded' AND refunded IS NULL) AS all_back,
           sum(refunded) AS back, min(at) FILTER (WHERE amount IS NOT NULL OR kind = 'paid') AS at
    FROM told WHERE payment_id IS NOT NULL GROUP BY payment_id
), booked AS (
    SELECT payment_id,
           sum(amount) FILTER (WHERE debit = 'clearing') AS came,
           min(currency) FILTER (WHERE debit = 'clearing') AS currency,
           sum(amount) FILTER (WHERE credit = 'clearing' AND kind <> 'fee') AS back,
           max(created_at) FILTER (WHERE credit = 'clearing' AND kind <> 'fee') AS back_at
    FROM payments_moneyentry
    WHERE payment_id IN (SELECT payment_id FROM theirs)
    GROUP BY payment_id
), sides AS (
    SELECT payment.id, payment.reference, payment.status, payment.amount AS ordered,
           payment.currency AS ordered_currency, payment.paid_at,
           booked.came IS NOT NULL AS is_booked,
           coalesce(booked.came, 0) AS our_came, coalesce(booked.currency, payment.currency) AS our_currency,
           coalesce(booked.back, 0) AS our_back, booked.back_at,
           theirs.came AS their_came, coalesce(theirs.currency, payment.currency) AS their_currency,
           theirs.other_currency, theirs.paid, theirs.has_refund, theirs.at,
           CASE WHEN theirs.all_back THEN coalesce(theirs.came, booked.came, payment.amount)
                ELSE theirs.back END AS their_back
    FROM theirs JOIN payments_payment AS payment ON payment.id = theirs.payment_id
    LEFT JOIN booked ON booked.payment_id = theirs.payment_id
), judged AS (
    SELECT *, CASE
        WHEN NOT is_booked AND status <> 'review' AND coalesce(their_back, 0) >= coalesce(their_came, ordered)
            THEN NULL  -- it came and went without us: nobody is owed anything
        WHEN NOT is_booked AND status <> 'review' THEN 'paid_there'
        WHEN their_came IS NOT NULL AND (
            their_came <> CASE WHEN is_booked THEN our_came ELSE ordered END
            OR their_currency <> our_currency
        ) THEN 'amount'
        WHEN coalesce(their_back, 0) > our_back THEN 'refunded_there'
        WHEN paid AND their_back < our_back AND back_at < %(started)s THEN 'refunded_here'
        WHEN abs(extract(epoch FROM at - paid_at)) > 86400 THEN 'date'
    END AS difference
    FROM sides
)
SELECT difference, id, reference, status, is_booked, ordered, ordered_currency, our_came, our_currency, our_back,
       paid_at, their_came, their_currency, their_back, at
FROM judged WHERE difference IS NOT NULL ORDER BY id LIMIT %(limit)s
"""

# The same stranger may stand in several rows: its payment and its refund.
STRANGERS = """
{told}
SELECT coalesce(nullif(external_id, ''), reference) AS name,
       sum(amount), max(currency), sum(refunded), min(at)
FROM told WHERE payment_id IS NULL
GROUP BY coalesce(nullif(external_id, ''), reference) ORDER BY name LIMIT %(limit)s
"""

# Only what they must have seen: opened and paid inside the period, and before their list was read.
ABSENT = """
{told}
SELECT payment.id, payment.reference, payment.status, payment.amount, payment.currency, payment.paid_at
FROM payments_payment AS payment
WHERE payment.provider = %(provider)s AND payment.created_at >= %(since)s
  AND payment.paid_at < least(%(until)s, %(started)s)
  AND payment.status IN ('paid', 'partly_refunded', 'refunded')
  AND NOT EXISTS (SELECT FROM told WHERE told.payment_id = payment.id)
ORDER BY payment.id LIMIT %(limit)s
"""

COUNT = """
SELECT count(*) FROM payments_payment
WHERE provider = %(provider)s AND created_at >= %(since)s AND paid_at < least(%(until)s, %(started)s)
  AND status IN ('paid', 'partly_refunded', 'refunded')
"""


def differences(run: ReconciliationRun, *, limit: int) -> tuple[int, list[Difference]]:
    """How many payments of ours belong to the period, and what differs: at most `limit` of each sort."""
    values: dict[str, Any] = {
        "run": run.pk,
        "provider": run.subject,
        "since": run.since,
        "until": run.until,
        "started": run.started_at,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        ours = int(cursor.fetchone()[0])
        found: list[Difference] = []
        cursor.execute(BOTH_SIDES.format(told=TOLD), values)
        found += [_of_payment(*row) for row in cursor.fetchall()]
        cursor.execute(STRANGERS.format(told=TOLD), values)
        found += [_stranger(run.subject, *row) for row in cursor.fetchall()]
        cursor.execute(ABSENT.format(told=TOLD), values)
        found += [_absent(*row) for row in cursor.fetchall()]
    return ours, found


def _of_payment(*row: Any) -> Difference:
    kind, pk, reference, status, is_booked, ordered, currency, came, our_currency, back = row[:10]
    paid_at, their_came, their_currency, their_back, at = row[10:]
    facts: dict[str, dict[str, Any]] = {"ours": {"status": status}, "theirs": {}}
    our_sum = (came, our_currency) if is_booked else (ordered, currency)
    their_sum = (their_came, their_currency)
    if kind == Kind.PAID_THERE:
        facts = {
            "ours": {"status": status, "money": our_sum},
            "theirs": {"status": "paid", "money": their_sum, "at": at},
        }
    elif kind == Kind.AMOUNT:
        facts = {"ours": {"money": our_sum}, "theirs": {"money": their_sum}}
    elif kind in (Kind.REFUNDED_THERE, Kind.REFUNDED_HERE):
        facts = {
            "ours": {"refunded": (back, our_currency)},
            "theirs": {"refunded": (their_back or 0, their_currency)},
        }
    elif kind == Kind.DATE:
        facts = {"ours": {"at": paid_at}, "theirs": {"at": at}}
    return Difference.of(Kind(kind), f"payment:{pk}", payment_id=pk, reference=reference, **facts)


def _stranger(provider: str, name: str, *rest: Any) -> Difference:
    amount, currency, refunded, at = rest
    theirs: dict[str, Any] = {"status": "paid", "money": (amount, currency), "at": at}
    if refunded:
        theirs["refunded"] = (refunded, currency)
    return Difference.of(
        Kind.MISSING_HERE, f"{provider}:{name}", reference=name, ours={}, theirs=theirs
    )


def _absent(
    pk: int, reference: str, status: str, amount: Any, currency: str, paid_at: Any
) -> Difference:
    ours = {"status": status, "money": (amount, currency), "at": paid_at}
    return Difference.of(
        Kind.MISSING_THERE,
        f"payment:{pk}",
        payment_id=pk,
        reference=reference,
        ours=ours,
        theirs={},
    )
