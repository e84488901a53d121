"""Proof that the ledgers, the subscriptions and the payments tell the same story.

Every rule is one statement over all rows; it returns what contradicts it, as (subject, detail). All statements read
one snapshot, so that the shop may go on selling meanwhile. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction

from payments.services.audit_money import ACCOUNTS, POSTED, SUSPENSE
from payments.services.audit_promotions import GIFTS, PROMO_USES
from payments.services.audit_refunds import REFUND_RULES

LIMIT = 50  # differences listed; one is as bad as fifty
SORT_MEMORY = "64MB"  # for the windows and hashes of a million rows

# Each entry begins where the one before it ended, or when it was written if that is later.
FOLD = """
SELECT format('day entry %%s of subscription %%s', id, subscription_id),
       format('%%s s from %%s to %%s, after an end of %%s, written %%s',
              seconds, starts_at, ends_at, coalesce(before::text, 'nothing'), created_at)
FROM (
    SELECT *, lag(ends_at) OVER (PARTITION BY subscription_id ORDER BY id) AS before
    FROM payments_dayentry
) AS entry
WHERE ends_at <> starts_at + seconds * interval '1 second'
   OR starts_at IS DISTINCT FROM CASE WHEN seconds > 0 THEN greatest(before, created_at) ELSE before END
LIMIT %s
"""

ENDS = """
SELECT format('subscription %%s', subscription.id),
       format('ends %%s, its entries say %%s', expires_at, coalesce(ends_at::text, 'never began'))
FROM payments_subscription AS subscription
LEFT JOIN (
    SELECT DISTINCT ON (subscription_id) subscription_id, ends_at
    FROM payments_dayentry ORDER BY subscription_id, id DESC
) AS last ON last.subscription_id = subscription.id
WHERE expires_at <> coalesce(ends_at, subscription.created_at)
LIMIT %s
"""

# Money in buys its term, for its payer, once (a gift: GIFTS); a payment given back in full has given its days back.
# What came and went back before it was booked bought nothing.
PURCHASES = """
SELECT format('payment %%s', payment.id),
       format('%%s; %%s', status, CASE
           WHEN entry.id IS NULL THEN 'no days were given'
           WHEN NOT buys_days THEN 'days were given'
           WHEN customer_id <> payer_id THEN 'the days went to somebody else'
           WHEN status = 'refunded' AND NOT taken_back THEN 'the days were not taken back'
           ELSE format('%%s s were given for %%s %%s', seconds, length, unit) END)
FROM (
    SELECT payment.id, status, length, unit, customer_id AS payer_id,
           purpose <> 'gift' AND (status IN ('paid', 'partly_refunded') OR (status = 'refunded' AND EXISTS (
               SELECT FROM payments_moneyentry
               WHERE payment_id = payment.id AND kind IN ('capture', 'release')))) AS buys_days
    FROM payments_payment AS payment
) AS payment
FULL JOIN (
    SELECT entry.*, customer_id, entry.seconds + (
        SELECT coalesce(sum(back.seconds), 0) FROM payments_dayentry AS back
        WHERE back.reverses_id = entry.id) = 0 AS taken_back
    FROM payments_dayentry AS entry
    JOIN payments_subscription AS subscription ON subscription.id = entry.subscription_id
    WHERE entry.kind = 'purchase'
) AS entry ON entry.payment_id = payment.id
WHERE buys_days IS DISTINCT FROM (entry.id IS NOT NULL)
   OR customer_id <> payer_id
   OR (status = 'refunded' AND NOT taken_back)
   OR ends_at <> CASE unit WHEN 'day' THEN starts_at + length * interval '1 day'
       ELSE (starts_at AT TIME ZONE 'UTC' + make_interval(months => length)) AT TIME ZONE 'UTC' END
LIMIT %s
"""

CLAWBACKS = """
SELECT format('day entry %%s of subscription %%s', given.id, given.subscription_id),
       format('%%s s were given, %%s s were taken back by %%s',
              given.seconds, -back.seconds, back.entries)
FROM (
    SELECT reverses_id, sum(seconds) AS seconds, string_agg(id::text, ', ') AS entries,
           min(subscription_id) AS first_subscription, max(subscription_id) AS last_subscription
    FROM payments_dayentry WHERE kind = 'clawback' GROUP BY reverses_id
) AS back
LEFT JOIN payments_dayentry AS given ON given.id = back.reverses_id
WHERE (given.kind <> 'clawback' AND given.seconds + back.seconds >= 0
       AND first_subscription = given.subscription_id
       AND last_subscription = given.subscription_id) IS NOT TRUE
LIMIT %s
"""

REWARDS = """
SELECT format('referral %%s', coalesce(referral.id, bonus.referral_id)),
       format('%%s; %%s', coalesce(referral.status, 'no such referral'), CASE
           WHEN bonus.id IS NULL THEN 'no days were given'
           WHEN referral.status = 'invited' THEN 'days were given'
           WHEN bonus.customer_id <> referral.inviter_id THEN 'the days went to somebody else'
           WHEN bonus.payer_id IS DISTINCT FROM referral.friend_id THEN 'the friend did not pay for it'
           WHEN bonus.taken_back THEN 'the days were taken back'
           ELSE 'the days were not taken back' END)
FROM payments_referral AS referral
FULL JOIN (
    SELECT entry.id, entry.referral_id, subscription.customer_id, payment.customer_id AS payer_id, entry.seconds + (
        SELECT coalesce(sum(back.seconds), 0) FROM payments_dayentry AS back
        WHERE back.reverses_id = entry.id) = 0 AS taken_back
    FROM payments_dayentry AS entry
    JOIN payments_subscription AS subscription ON subscription.id = entry.subscription_id
    LEFT JOIN payments_payment AS payment ON payment.id = entry.payment_id
    WHERE entry.kind = 'referral'
) AS bonus ON bonus.referral_id = referral.id
WHERE (referral.status IN ('rewarded', 'revoked')) IS DISTINCT FROM (bonus.id IS NOT NULL)
   OR bonus.customer_id <> referral.inviter_id
   OR (bonus.id IS NOT NULL AND bonus.payer_id IS DISTINCT FROM referral.friend_id)
   OR (referral.status = 'revoked') <> bonus.taken_back
LIMIT %s
"""

ACCESS = """
SELECT format('payment %%s', id), format('%%s, access %%s', status, access)
FROM payments_payment AS payment
WHERE (status = 'paid' AND access = 'none')
   OR (access = 'granted' AND NOT EXISTS (
       SELECT FROM payments_dayentry WHERE payment_id = payment.id AND seconds > 0)
       AND NOT EXISTS (SELECT FROM payments_gift WHERE payment_id = payment.id))
LIMIT %s
"""

RULES: dict[str, str] = {
    "every day entry follows the one before it": FOLD,
    "a subscription ends where its entries end": ENDS,
    "money in is captured once, refunds do not exceed it": POSTED,
    "postings move money between the accounts of their kind": ACCOUNTS,
    "every payment bought its days, and only paid ones did": PURCHASES,
    "what was taken back had been given": CLAWBACKS,
    "every reward is for a friend who paid": REWARDS,
    "access is given with days, and only with days": ACCESS,
    "every paid gift waits, is claimed once, or went back with its money": GIFTS,
    "unidentified money is somebody's open case": SUSPENSE,
    **REFUND_RULES,
    "every used promo code made a payment cheaper or gave days": PROMO_USES,
}

COUNTS = """
SELECT (SELECT count(*) FROM payments_subscription), (SELECT count(*) FROM payments_dayentry),
       (SELECT count(*) FROM payments_payment), (SELECT count(*) FROM payments_moneyentry)
"""
BALANCES = """
SELECT account, currency, sum(amount) FROM (
    SELECT debit AS account, currency, amount FROM payments_moneyentry
    UNION ALL SELECT credit, currency, -amount FROM payments_moneyentry
) AS side GROUP BY account, currency ORDER BY currency, account
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    rule: str
    subject: str
    detail: str


@dataclass(slots=True)
class Report:
    """`balances` are debits less credits, so that all accounts of a currency add up to zero."""

    counts: dict[str, int] = field(default_factory=dict)
    balances: list[tuple[str, str, Decimal]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def audit_ledgers(*, limit: int = LIMIT) -> Report:
    """Check every rule over all rows; at most `limit` differences are collected."""
    report = Report()
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(COUNTS)
        names = ("subscriptions", "day entries", "payments", "postings")
        report.counts = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute(BALANCES)
        report.balances = cursor.fetchall()
        for rule, statement in RULES.items():
            left = limit - len(report.differences)
            if left <= 0:
                break
            cursor.execute(statement, [left])
            report.differences += [
                Difference(rule=rule, subject=subject, detail=detail)
                for subject, detail in cursor.fetchall()
            ]
    return report


@contextmanager
def snapshot() -> Iterator[None]:
    """One read-only view of the database; inside a caller's transaction, that transaction's own."""
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not nested:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        yield
