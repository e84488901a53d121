"""Customers by the thousand, who agreed to news, written in two statements."""

from __future__ import annotations

from django.db import connection

FIRST = 810_000_001

CUSTOMERS = """
INSERT INTO payments_customer (kind, telegram_id, username, first_name, language, invite_code, email, reminders_on,
                               created_at, last_seen_at)
SELECT 'telegram', %s + n, '', 'Анна', 'ru', 'mass' || n, '', true, now(), now() FROM generate_series(0, %s - 1) AS n
ON CONFLICT DO NOTHING
"""
CONSENTS = """
INSERT INTO integrations_consent (channel, address, source, wording, given_at, withdrawn_by)
SELECT 'telegram', (%s + n)::text, 'bot', 'Согласен', now(), '' FROM generate_series(0, %s - 1) AS n
ON CONFLICT DO NOTHING
"""


def many_customers(number: int) -> None:
    with connection.cursor() as cursor:
        for statement in (CUSTOMERS, CONSENTS):
            cursor.execute(statement, [FIRST, number])
        cursor.execute("ANALYZE payments_customer, integrations_consent")
