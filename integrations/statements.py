"""One SQL statement on the shortest way to PostgreSQL, for the one place that runs it for every call we accept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from weakref import WeakSet

from django.db import connection
from psycopg import Connection, OperationalError, errors, pq

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Statement:
    """Prepared once per connection, then one call into libpq each time.

    Measured with eight threads a process: the driver's cursor takes the interpreter's lock several times for what
    this does in one go, which costs a sixth of all callbacks. Values are text, bytes (for bytea) or None.
    """

    def __init__(self, name: str, text: str) -> None:
        found: list[str] = PLACEHOLDER.findall(text)
        self.fields = list(dict.fromkeys(found))
        self._name = name.encode()
        self._text = PLACEHOLDER.sub(
            lambda match: f"${self.fields.index(match[1]) + 1}", text
        ).encode()
        self._prepared: WeakSet[Connection] = WeakSet()

    def run(self, values: Mapping[str, str | bytes | None]) -> bytes | None:
        """The first column of the first row, as text. Django's connection, Django's errors."""
        connection.ensure_connection()
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT 1"
                )  # the driver opens the transaction with a statement of its own
        driver: Connection = connection.connection
        with connection.wrap_database_errors:
            result = self._execute(driver, values)
            if result.status == pq.ExecStatus.TUPLES_OK:
                return result.get_value(0, 0)
            if driver.pgconn.status != pq.ConnStatus.OK:
                raise OperationalError(result.get_error_message())
            raise errors.error_from_result(result)

    def _execute(
        self, driver: Connection, values: Mapping[str, str | bytes | None]
    ) -> pq.abc.PGresult:
        given = [values[field] for field in self.fields]
        formats = [
            pq.Format.BINARY if isinstance(value, bytes) else pq.Format.TEXT for value in given
        ]
        sent = [value.encode() if isinstance(value, str) else value for value in given]
        # libpq takes None for NULL in both; the annotation of the second forgot it.
        if driver.prepare_threshold is None:  # DB_PREPARE is off
            return driver.pgconn.exec_params(self._text, sent, param_formats=formats)
        if driver not in self._prepared:
            result = driver.pgconn.prepare(self._name, self._text)
            if result.status != pq.ExecStatus.COMMAND_OK:
                return result
            self._prepared.add(driver)
        return driver.pgconn.exec_prepared(self._name, sent, formats)  # type: ignore[arg-type]
