"""The one lock order of the money path: customers first (ascending), then payment rows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

CUSTOMER_LOCKS = (
    4_201  # first key of the advisory lock; the second is the customer's id folded to 32 bits
)


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Hold these customers until the transaction ends. Call once, before any row is locked."""
    keys = sorted({_fold(customer_id) for customer_id in customer_ids})
    if not keys:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("lock_customers() belongs inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key",
            [CUSTOMER_LOCKS, keys],
        )


def _fold(customer_id: int) -> int:
    """Two customers may share a key: that only makes one of them wait for the other."""
    return customer_id % 2**31
