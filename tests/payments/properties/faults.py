"""A process that dies, or a database that hiccups, between any two statements.

The statement is refused before it reaches PostgreSQL. A dead process sends nothing more, and what it had not committed
is undone; after a hiccup the next statement goes through again, and the product has to make the best of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from hypothesis import strategies as st

LATEST = 40  # statements; a settlement with its bonus has about thirty
UNDO = ("ROLLBACK", "SET CONSTRAINTS")  # what PostgreSQL does by itself when the process is gone


class Died(OperationalError):
    """As the driver says it when the connection is gone."""


@dataclass(frozen=True)
class Fault:
    """At which statement, counted from one, and whether the process is dead from then on."""

    at: int
    dead: bool


def faults() -> st.SearchStrategy[Fault | None]:
    """Mostly none; otherwise anywhere."""
    some = st.builds(Fault, at=st.integers(1, LATEST), dead=st.booleans())
    return st.one_of(st.none(), st.none(), st.none(), some)


class Bomb:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.went_off = False

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        if not connection.savepoint_ids:
            # Outside every block of the product a refused statement would have broken nothing.
            connection.needs_rollback = False
        if not str(sql).startswith(UNDO):
            self.seen += 1
            due = self.seen >= self.fault.at if self.fault.dead else self.seen == self.fault.at
            if due:
                self.went_off = True
                raise Died(f"at statement {self.seen}")
        return execute(sql, params, many, context)


@contextmanager
def broken_by(fault: Fault | None) -> Iterator[Bomb | None]:
    """Everything inside ends at the fault; whatever was raised because of it ends here."""
    if fault is None:
        yield None
        return
    bomb = Bomb(fault)
    try:
        with connection.execute_wrapper(bomb):
            yield bomb
    except Died:
        if not bomb.went_off:
            raise
    finally:
        if not connection.savepoint_ids and bomb.went_off:
            transaction.set_rollback(False)
