"""Refunds and their postings tell the same story. Rules of the same kind as those in `audit`.

A posting of a refund is named after its row. Those written before refunds had rows are numbered instead, and no row
is asked of them. Money that waited apart goes back by a posting of its incident, in the same sum.
"""

from __future__ import annotations

BOOKED = """
SELECT format('refund %%s of payment %%s', refund.id, refund.payment_id),
       format('%%s, %%s %%s; posted %%s', status, refund.amount, refund.currency,
              coalesce(entry.amount || ' ' || entry.currency, 'nothing'))
FROM payments_refund AS refund
LEFT JOIN payments_moneyentry AS entry
       ON entry.key = format('refund:%%s:%%s', refund.payment_id, refund.reference)
WHERE CASE WHEN status = 'succeeded'
    THEN (entry.payment_id = refund.payment_id AND entry.amount = refund.amount
          AND entry.currency = refund.currency) IS NOT TRUE
         AND NOT EXISTS (
             SELECT FROM payments_moneyentry AS back
             WHERE entry.id IS NULL AND back.kind = 'return' AND back.payment_id = refund.payment_id
               AND back.amount = refund.amount AND back.currency = refund.currency)
    ELSE entry.id IS NOT NULL END
LIMIT %s
"""

MEANT = """
SELECT format('posting %%s of payment %%s', entry.id, entry.payment_id),
       format('%%s %%s went back, and no refund meant it', entry.amount, entry.currency)
FROM payments_moneyentry AS entry
LEFT JOIN payments_refund AS refund
       ON entry.key = format('refund:%%s:%%s', refund.payment_id, refund.reference)
WHERE entry.kind = 'refund' AND refund.id IS NULL AND entry.key !~ '^refund:[0-9]+:[0-9]{1,9}$'
LIMIT %s
"""

REFUND_RULES: dict[str, str] = {
    "a refund is booked when it has succeeded, once": BOOKED,
    "every posting of a refund was meant": MEANT,
}
