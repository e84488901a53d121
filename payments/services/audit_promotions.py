"""What the audit proves about gifts and promotions; `audit` runs these rules with its own."""

from __future__ import annotations

# A paid gift waits, or was claimed by one customer who has its whole term, or was taken back with its money.
GIFTS = """
SELECT format('payment %%s', payment.id),
       format('%%s, %%s; gift %%s; %%s', purpose, payment.status, coalesce(gift.status, 'none'), CASE
           WHEN entry.id IS NULL THEN 'no days were given'
           WHEN entry.owner_id IS DISTINCT FROM claimed_by_id THEN 'the days went to somebody else'
           WHEN taken_back THEN 'the days were taken back'
           ELSE format('%%s s were given for %%s %%s', seconds, length, unit) END)
FROM payments_payment AS payment
LEFT JOIN payments_gift AS gift ON gift.payment_id = payment.id
LEFT JOIN (
    SELECT entry.id, entry.payment_id, entry.seconds, starts_at, ends_at,
           subscription.customer_id AS owner_id, entry.seconds + (
        SELECT coalesce(sum(back.seconds), 0) FROM payments_dayentry AS back
        WHERE back.reverses_id = entry.id) = 0 AS taken_back
    FROM payments_dayentry AS entry
    JOIN payments_subscription AS subscription ON subscription.id = entry.subscription_id
    WHERE entry.kind = 'gift'
) AS entry ON entry.payment_id = payment.id
WHERE (purpose = 'gift' AND (payment.status IN ('paid', 'partly_refunded') OR (
           payment.status = 'refunded' AND EXISTS (
               SELECT FROM payments_moneyentry
               WHERE payment_id = payment.id AND kind IN ('capture', 'release')))))
        IS DISTINCT FROM (gift.id IS NOT NULL)
   OR (claimed_by_id IS NOT NULL) IS DISTINCT FROM (entry.id IS NOT NULL)
   OR entry.owner_id <> claimed_by_id
   OR (gift.status = 'claimed' AND claimed_by_id IS NULL)
   OR (gift.status = 'waiting' AND claimed_by_id IS NOT NULL)
   OR (gift.status = 'revoked') <> (payment.status = 'refunded')
   OR (payment.status = 'refunded' AND NOT taken_back)
   OR ends_at <> CASE unit WHEN 'day' THEN starts_at + length * interval '1 day'
       ELSE (starts_at AT TIME ZONE 'UTC' + make_interval(months => length)) AT TIME ZONE 'UTC' END
LIMIT %s
"""

# A used code made a paid payment cheaper or gave days, and every discount and every given day has its use.
PROMO_USES = """
SELECT format('use %%s of promo code %%s', use.id, code),
       format('%%s; payment %%s, %%s; %%s s', use.status, coalesce(payment.id::text, 'none'),
              coalesce(payment.status, 'none'), coalesce(entry.seconds::text, 'no'))
FROM payments_promouse AS use
JOIN payments_promocode AS code ON code.id = use.code_id
LEFT JOIN payments_payment AS payment ON payment.id = use.payment_id
LEFT JOIN (
    SELECT entry.key, entry.kind, entry.seconds, customer_id AS owner_id
    FROM payments_dayentry AS entry
    JOIN payments_subscription AS subscription ON subscription.id = entry.subscription_id
) AS entry ON entry.key = 'promo:' || use.id
WHERE (use.status = 'used') IS DISTINCT FROM (
        entry.key IS NOT NULL OR coalesce(payment.status, '') IN ('paid', 'partly_refunded', 'refunded'))
   OR entry.owner_id <> use.customer_id OR entry.kind <> 'promo'
   OR payment.customer_id <> use.customer_id
   OR (payment.id IS NOT NULL AND payment.promo_code_id IS DISTINCT FROM use.code_id)
UNION ALL
SELECT format('payment %%s', payment.id), 'a discount that no use of a code explains'
FROM payments_payment AS payment
WHERE promo_code_id IS NOT NULL AND status IN ('paid', 'partly_refunded', 'refunded')
  AND NOT EXISTS (SELECT FROM payments_promouse WHERE payment_id = payment.id)
UNION ALL
SELECT format('day entry %%s', entry.id), 'days of a promo code that nobody entered'
FROM payments_dayentry AS entry
WHERE kind = 'promo'
  AND NOT EXISTS (SELECT FROM payments_promouse AS use WHERE 'promo:' || use.id = entry.key)
LIMIT %s
"""
