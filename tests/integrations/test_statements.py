"""The shortest way to PostgreSQL keeps the promises of the long one."""

from __future__ import annotations

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from integrations.statements import Statement

RAW = RawCallback(body=b'{"status":1}\x00\xff', headers={"x-api-key": "secret"})

pytestmark = pytest.mark.django_db(transaction=True)


def kill_our_connection() -> None:
    connection.ensure_connection()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )


def test_a_dead_connection_is_replaced_and_the_call_is_stored():
    inbox.store_callback(source="oneplat", raw=RAW)
    kill_our_connection()
    inbox.store_callback(source="oneplat", raw=RAW)
    stored = InboundCallback.objects.get()
    assert (bytes(stored.body), stored.deliveries) == (RAW.body, 2)
    assert stored.headers == {"x-api-key": "***"}


def test_inside_a_transaction_a_dead_connection_is_an_error():
    @transaction.atomic
    def store() -> None:
        kill_our_connection()
        inbox.store_callback(source="oneplat", raw=RAW)

    with pytest.raises(OperationalError):
        store()
    connection.close()


def test_a_transaction_that_is_rolled_back_takes_the_row_along():
    with transaction.atomic():
        inbox.store_callback(source="oneplat", raw=RAW)
        transaction.set_rollback(True)
    assert not InboundCallback.objects.exists()


def test_without_prepared_statements_it_works_too():
    connection.close()  # which other tests have prepared it on
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    inbox.store_callback(source="oneplat", raw=RAW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'store_callback'")
        assert cursor.fetchone() == (0,)
    connection.close()


def test_the_statement_is_prepared_once_for_each_connection():
    for _ in range(3):
        inbox.store_callback(source="oneplat", raw=RAW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'store_callback'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT 1 / %(n)s::int", DataError),
        ("SELECT no_such_column", ProgrammingError),
        ("INSERT INTO payments_plan (id) VALUES (%(n)s::int) RETURNING id", IntegrityError),
    ],
)
def test_its_errors_are_djangos(text, error):
    with pytest.raises(error):
        Statement("broken", text).run({"n": "0"})
    assert Statement("fine", "SELECT %(n)s::int + %(n)s::int").run({"n": "2"}) == b"4"
