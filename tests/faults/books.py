"""What must hold after any fault, asked of the database itself."""

from __future__ import annotations

from typing import Any

from tests.support.stack import Stack

# Each finds what contradicts its rule.
RULES = {
    "I1 every accepted call has come to an end": """
        SELECT id, status, error FROM integrations_inboundcallback
        WHERE verdict = 'accepted' AND status NOT IN ('applied', 'unknown', 'dead')""",
    "I2 the days bought are the days of the paid payments": """
        SELECT p.id, p.length, d.seconds FROM payments_payment p
        JOIN payments_dayentry d ON d.payment_id = p.id AND d.kind = 'purchase'
        WHERE d.seconds <> p.length * 86400""",
    "I3 a payment buys once and is booked once": """
        SELECT payment_id, kind, count(*) FROM payments_dayentry WHERE payment_id IS NOT NULL
        GROUP BY payment_id, kind HAVING count(*) > 1
        UNION ALL
        SELECT payment_id, kind, count(*) FROM payments_moneyentry GROUP BY payment_id, kind HAVING count(*) > 1""",
    "I4 every paid payment has its reactions, once": """
        SELECT p.id, p.status, count(o.id) FROM payments_payment p
        LEFT JOIN integrations_outboxmessage o ON o.key = 'paid:' || p.id AND o.reaction LIKE '%%grant_access'
        WHERE p.status = 'paid' GROUP BY p.id, p.status HAVING count(o.id) <> 1""",
    "I5 paid and in the ledgers are the same payments": """
        SELECT p.id, p.status FROM payments_payment p
        LEFT JOIN payments_dayentry d ON d.payment_id = p.id AND d.kind = 'purchase'
        LEFT JOIN payments_moneyentry m ON m.payment_id = p.id AND m.kind IN ('capture', 'release')
        WHERE (p.status = 'paid') <> (d.id IS NOT NULL) OR (p.status = 'paid') <> (m.id IS NOT NULL)""",
    "I6 nothing is left lying": """
        SELECT id, received_at FROM integrations_inboundcallback
        WHERE status = 'received' AND received_at < now() - interval '60 seconds'""",
}


def contradictions(stack: Stack) -> dict[str, list[tuple[Any, ...]]]:
    """Every rule that does not hold, with what breaks it. Calls about orders of nobody may wait."""
    found = {rule: stack.rows(sql) for rule, sql in RULES.items()}
    return {rule: rows[:5] for rule, rows in found.items() if rows}


def assert_in_order(stack: Stack) -> None:
    assert contradictions(stack) == {}
    stack.manage("audit_ledgers")
