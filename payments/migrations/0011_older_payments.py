"""Payments of an older release join what is new: open ones are asked about, odd money becomes somebody's case."""

from django.db import migrations

ASK_ABOUT_OPEN_ONES = """
UPDATE payments_payment SET poll_at = now()
WHERE status IN ('created', 'pending') AND poll_at IS NULL;
"""

# An event that sent its payment to a person brought money which no ledger held: another sum, or one more of it.
HOLD_ODD_MONEY = """
WITH odd AS (
    SELECT DISTINCT ON (event.id)
           payment.id AS payment_id, payment.customer_id, payment.provider, payment.external_id, payment.status,
           payment.amount AS ordered, payment.currency AS ordered_currency,
           event.amount, event.currency, event.operation, event.event_id, event.callback_id, event.note,
           event.applied_at
    FROM payments_paymentevent AS event
    JOIN payments_payment AS payment ON payment.id = event.payment_id
    WHERE event.kind = 'paid' AND event.outcome = 'review' AND event.amount > 0 AND event.currency <> ''
      AND NOT EXISTS (SELECT FROM payments_incident WHERE payment_id = payment.id)
), opened AS (
    INSERT INTO payments_incident (
        kind, key, status, payment_id, customer_id, callback_id, provider, external_id, operation, amount, currency,
        detail, resolution, note, answer, opened_at)
    SELECT CASE WHEN status <> 'review' THEN 'paid_twice'
                WHEN currency <> ordered_currency THEN 'wrong_currency'
                WHEN amount < ordered THEN 'underpaid' ELSE 'overpaid' END,
           left('money:' || payment_id || ':' || coalesce(nullif(operation, ''), event_id), 160), 'open',
           payment_id, customer_id, callback_id, provider, external_id, operation, amount, currency,
           note, '', '', '', applied_at
    FROM odd
    ON CONFLICT (key) DO NOTHING
    RETURNING id, payment_id, amount, currency, opened_at
)
INSERT INTO payments_moneyentry (payment_id, key, kind, debit, credit, amount, currency, created_at)
SELECT payment_id, 'surplus:' || id || ':1', 'surplus', 'clearing', 'suspense', amount, currency, opened_at
FROM opened;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_lifecycle_indexes")]

    operations = [
        migrations.RunSQL(ASK_ABOUT_OPEN_ONES, migrations.RunSQL.noop),
        migrations.RunSQL(HOLD_ODD_MONEY, migrations.RunSQL.noop),
    ]
