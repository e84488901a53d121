"""The database itself keeps both ledgers append-only, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from payments.models import Payment
from payments.provider import EventKind
from tests.payments.events import send

LEDGERS = ("payments_moneyentry", "payments_dayentry")
REFUSED = (InternalError, ProgrammingError)


@pytest.fixture
def paid(make_payment: Callable[..., Payment]) -> Payment:
    payment = make_payment()
    send(payment, EventKind.PAID)
    return payment


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rows(ledger: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {ledger}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET created_at = now()",
        "DELETE FROM {}",
        "UPDATE {0} SET key = {0}.key FROM {0} AS other WHERE {0}.id = other.id",
        "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (key) DO UPDATE SET key = 'x'",
        "WITH gone AS (DELETE FROM {} RETURNING id) SELECT count(*) FROM gone",
        "MERGE INTO {0} USING {0} AS s ON {0}.id = s.id WHEN MATCHED THEN DELETE",
    ],
)
def test_raw_sql_cannot_change_a_ledger(paid, ledger, statement):
    with pytest.raises(REFUSED):
        run(statement.format(ledger))
    assert rows(ledger) == 1


@pytest.mark.parametrize("related", ["money_entries", "day_entries"])
def test_the_orm_cannot_change_a_ledger_either(paid, related):
    entry = getattr(paid, related).get()
    with pytest.raises(REFUSED), transaction.atomic():
        entry.save()
    with pytest.raises(REFUSED), transaction.atomic():
        entry.delete()
    with pytest.raises(REFUSED), transaction.atomic():
        getattr(paid, related).update(key="other")


def test_a_paid_payment_cannot_be_deleted(paid):
    with (
        pytest.raises(Exception, match=r"protected foreign keys|violates foreign key"),
        transaction.atomic(),
    ):
        paid.delete()
    with pytest.raises(Exception, match="violates foreign key"):
        run(f"DELETE FROM payments_payment WHERE id = {paid.pk}; SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("statement", ["TRUNCATE {}", "TRUNCATE payments_payment CASCADE"])
@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_ledger_is_not_truncated_by_accident(paid, ledger, statement):
    """The suite's own connections may, to begin each transactional test empty; nobody else's."""
    run("SET CONSTRAINTS ALL IMMEDIATE; SET provodnik.truncate = 'no'")
    try:
        with pytest.raises(REFUSED, match="append-only"):
            run(statement.format(ledger))
        assert rows(ledger) == 1
    finally:
        run("SET provodnik.truncate = 'allowed'")
