"""What stands between a race and a second grant, each guard alone. Without any of them the race must go wrong: only
then do the other tests prove something."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from payments.models import DayEntry, MoneyEntry, Payment, PaymentEvent
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import transitions
from payments.services.transitions import apply_event

pytestmark = pytest.mark.django_db(transaction=True)

RACERS = 8
# Every key of the database that a second grant would break.
KEYS = {
    "payments_dayentry": ("one_purchase_entry_per_payment", "payments_dayentry_key_key"),
    "payments_moneyentry": ("one_capture_per_payment", "payments_moneyentry_key_key"),
    "payments_paymentevent": ("event_applied_once",),
    "integrations_outboxmessage": ("one_reaction_per_event",),
}


@contextmanager
def without_locks() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(patch.object(transitions, "lock_customers", lambda _ids: None))
        stack.enter_context(
            patch.object(QuerySet, "select_for_update", lambda queryset, **_: queryset.all())
        )
        yield


@contextmanager
def without_keys() -> Iterator[None]:
    """The constraints and unique indexes away; put back afterwards, when the rows that break them are gone."""
    again = []
    with connection.cursor() as cursor:
        for table, names in KEYS.items():
            for name in names:
                cursor.execute(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
                )
                if found := cursor.fetchone():
                    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                    again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {found[0]}")
                else:
                    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
                    again.append(cursor.fetchone()[0])
                    cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE payments_dayentry, payments_moneyentry, payments_paymentevent,"
                " integrations_outboxmessage CASCADE"
            )
            for statement in again:
                cursor.execute(statement)


def paid(payment: Payment, number: int = 0) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.PAID,
        trust=Trust.SIGNED,
        event_id=f"{payment.external_id}:{number}",
        reference=payment.reference,
        external_id=payment.external_id,
        money=payment.money,
    )


def at_once(act: Callable[[int], object]) -> list[Exception]:
    """The same act by several threads, each with its own connection; what they raised."""
    start = threading.Barrier(RACERS)
    raised: list[Exception] = []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()  # a busy machine may take longer for it than the window is open
            start.wait(30)
            act(number)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def race(payment: Payment, *, one_event: bool) -> tuple[int, list[Exception]]:
    """How many grants a race of genuine events makes; their windows are held open a little."""
    moved = transitions._move

    def slowly(*args: Any) -> None:
        time.sleep(0.3)
        moved(*args)

    def act(number: int) -> None:
        event = paid(payment, 0 if one_event else number)
        apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.CALLBACK)

    with patch.object(transitions, "_move", slowly):
        raised = at_once(act)
    return DayEntry.objects.filter(kind="purchase").count(), raised


@pytest.fixture
def payment(make_payment) -> Payment:
    made: Payment = make_payment(external_id="guid-of-the-race")
    return made


@pytest.mark.parametrize("one_event", [True, False])
def test_with_every_guard_there_is_one_grant_and_no_error(payment, one_event):
    assert race(payment, one_event=one_event) == (1, [])
    assert MoneyEntry.objects.count() == 1


@pytest.mark.parametrize("one_event", [True, False])
def test_control_without_locks_and_keys_there_are_many(payment, one_event):
    with without_locks(), without_keys():
        grants, raised = race(payment, one_event=one_event)
        assert grants > 1
        assert raised == []


@pytest.mark.parametrize("one_event", [True, False])
def test_the_locks_alone_are_enough(payment, one_event):
    with without_keys():
        assert race(payment, one_event=one_event) == (1, [])


@pytest.mark.parametrize("one_event", [True, False])
def test_the_keys_alone_are_enough(payment, one_event):
    with without_locks():
        grants, raised = race(payment, one_event=one_event)
    assert grants == 1
    # Whoever comes after the winner's commit is stopped by the status, not by a key: on a busy machine some do.
    assert {type(error) for error in raised} == {IntegrityError}
