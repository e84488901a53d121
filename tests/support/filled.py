"""Tables as they are after a year of sales, in six statements: each sale paid, called about, booked and delivered."""

from __future__ import annotations

import psycopg

FIRST_CHAT = 20_000_000
SOLD = "timestamptz '2026-01-01' + n * interval '1 second'"
STATEMENTS = (
    """
INSERT INTO payments_plan (code, title_ru, title_en, length, unit, amount, currency, is_active, position)
VALUES ('sold', 'Month', 'Month', 30, 'day', 199, 'RUB', false, 0)
""",
    f"""
INSERT INTO payments_customer (kind, telegram_id, username, first_name, language, invite_code, created_at, last_seen_at)
SELECT 'telegram', {FIRST_CHAT} + n, '', 'Anna', 'en', 'sold' || n, {SOLD}, {SOLD} FROM generate_series(1, %(rows)s) n
""",
    # The panel knows every term: nobody has to be asked about them.
    f"""
INSERT INTO payments_subscription (customer_id, created_at, expires_at, panel_expires_at, panel_username, panel_id,
                                   access_url, panel_error)
SELECT c.id, {SOLD}, {SOLD} + interval '30 days', {SOLD} + interval '30 days', '', '', '', ''
FROM generate_series(1, %(rows)s) n JOIN payments_customer c ON c.telegram_id = {FIRST_CHAT} + n
""",
    f"""
INSERT INTO payments_payment (reference, customer_id, plan_id, length, unit, provider, method, external_id, amount,
    currency, pay_url, requisites, status, access, reason, created_at, paid_at, access_at)
SELECT md5('sold' || n), c.id, p.id, 30, 'day', 'oneplat', 'card', 'sold-' || n, 199, 'RUB', '', '{{}}', 'paid',
    'granted', '', {SOLD}, {SOLD}, {SOLD}
FROM generate_series(1, %(rows)s) n JOIN payments_customer c ON c.telegram_id = {FIRST_CHAT} + n
JOIN payments_plan p ON p.code = 'sold'
""",
    """
INSERT INTO payments_moneyentry (payment_id, key, kind, debit, credit, amount, currency, created_at)
SELECT id, 'capture:' || id, 'capture', 'clearing', 'revenue', amount, currency, paid_at
FROM payments_payment WHERE external_id LIKE 'sold-%%' AND %(rows)s > 0
""",
    """
INSERT INTO payments_dayentry (subscription_id, kind, key, payment_id, seconds, starts_at, ends_at, reason, created_at)
SELECT s.id, 'purchase', 'purchase:' || p.id, p.id, 30 * 86400, paid_at, paid_at + interval '30 days', '', paid_at
FROM payments_payment p JOIN payments_subscription s USING (customer_id)
WHERE external_id LIKE 'sold-%%' AND %(rows)s > 0
""",
    f"""
INSERT INTO integrations_inboundcallback (source, kind, digest, verdict, verdict_reason, headers, body, remote_addr,
    request_id, deliveries, status, outcome, attempts, not_before, error, "case", received_at, last_delivery_at,
    applied_at)
SELECT 'oneplat', '', md5('a' || n) || md5('b' || n), 'accepted', '', '{{"content-type": "application/json"}}',
    convert_to(repeat('x', 313), 'UTF8'), '127.0.0.1', '', 1, 'applied', '', 1, {SOLD}, '', 'payment:' || n, {SOLD},
    {SOLD}, {SOLD}
FROM generate_series(1, %(rows)s) n
""",
)


def fill(url: str, rows: int) -> None:
    """So many sales of the past, and as many calls."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in STATEMENTS:
            connection.execute(statement.encode(), {"rows": rows} if "%(" in statement else None)
        connection.execute("VACUUM ANALYZE")
