"""The rules of the money ledger: each a statement that returns what contradicts it. See `audit`."""

from __future__ import annotations

# A paid order brought its own price, or whatever a person accepted instead; one that never paid for anything may have
# had money that came and went back.
POSTED = """
SELECT format('payment %%s', payment.id),
       format('%%s, %%s %%s; %%s in %%s postings brought in, refunded %%s',
              status, payment.amount, payment.currency,
              coalesce(income, 0), coalesce(incomes, 0), coalesce(refunded, 0))
FROM payments_payment AS payment
LEFT JOIN (
    SELECT payment_id,
           count(*) FILTER (WHERE kind IN ('capture', 'release')) AS incomes,
           coalesce(sum(amount) FILTER (WHERE kind IN ('capture', 'release')), 0) AS income,
           sum(amount) FILTER (WHERE kind = 'capture') AS captured,
           min(currency) FILTER (WHERE kind = 'capture') AS capture_currency,
           coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded,
           coalesce(sum(amount) FILTER (WHERE kind = 'return'), 0) AS returned,
           min(currency) FILTER (WHERE kind IN ('capture', 'release', 'refund')) AS first_currency,
           max(currency) FILTER (WHERE kind IN ('capture', 'release', 'refund')) AS last_currency
    FROM payments_moneyentry GROUP BY payment_id
) AS posted ON posted.payment_id = payment.id
WHERE CASE status
    WHEN 'paid' THEN (incomes = 1 AND refunded = 0) IS NOT TRUE
    WHEN 'partly_refunded' THEN (incomes = 1 AND refunded > 0 AND refunded < income) IS NOT TRUE
    WHEN 'refunded' THEN
        ((incomes = 1 AND refunded = income) OR (incomes = 0 AND refunded = 0 AND returned > 0)) IS NOT TRUE
    ELSE incomes + refunded > 0 END
   OR captured <> payment.amount OR capture_currency <> payment.currency
   OR first_currency <> last_currency
LIMIT %s
"""

ACCOUNTS = """
SELECT format('posting %%s of payment %%s', id, payment_id),
       format('%%s debits %%s and credits %%s', kind, debit, credit)
FROM payments_moneyentry
WHERE (kind, debit, credit) NOT IN (
    ('capture', 'clearing', 'revenue'), ('refund', 'refunds', 'clearing'), ('fee', 'fees', 'clearing'),
    ('surplus', 'clearing', 'suspense'), ('release', 'suspense', 'revenue'), ('return', 'suspense', 'clearing'))
LIMIT %s
"""

# Such postings name their incident: surplus:<incident>:<number>. What waits is an open incident's, and never less
# than nothing.
SUSPENSE = """
SELECT format('incident %%s', named),
       format('%%s; %%s came in, %%s waits', coalesce(incident.status, 'no such incident'), held, held - gone)
FROM (
    SELECT split_part(key, ':', 2) AS named,
           coalesce(sum(amount) FILTER (WHERE kind = 'surplus'), 0) AS held,
           coalesce(sum(amount) FILTER (WHERE kind <> 'surplus'), 0) AS gone,
           min(payment_id) FILTER (WHERE kind <> 'release') AS first_payment,
           max(payment_id) FILTER (WHERE kind <> 'release') AS last_payment,
           min(currency) AS first_currency, max(currency) AS last_currency
    FROM payments_moneyentry WHERE kind IN ('surplus', 'release', 'return')
    GROUP BY split_part(key, ':', 2)
) AS waits
LEFT JOIN payments_incident AS incident ON incident.id::text = named
WHERE incident.id IS NULL
   OR held <> incident.amount OR first_currency <> incident.currency OR last_currency <> incident.currency
   OR first_payment IS DISTINCT FROM incident.payment_id OR last_payment IS DISTINCT FROM incident.payment_id
   OR gone > held
   OR (held - gone > 0 AND incident.status <> 'open')
   OR (held - gone = 0 AND incident.status = 'open' AND incident.kind <> 'refund_found')
LIMIT %s
"""
