"""Codes of partners: one number each, however many are approved at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, transaction

from partners.models import Partner
from partners.services import codes
from tests.partners.factories import a_partner, vocabulary


def drawn() -> str:
    with transaction.atomic():
        return codes.next_code()


@pytest.fixture
def on(monkeypatch):
    def set_day(text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(codes, "now", lambda: moment)

    return set_day


def test_the_day_is_the_offices_own_and_numbers_begin_anew(db, on):
    on("2026-11-21T20:59:00")
    assert drawn() == "P-261121-0001"
    a_partner(code="P-261121-0001")
    assert drawn() == "P-261121-0002"
    on("2026-11-21T21:00:00")  # midnight in Moscow
    assert drawn() == "P-261122-0001"


def test_the_ten_thousandth_of_a_day_has_five_digits(db, on):
    on("2026-11-22T09:00:00")
    a_partner(code="P-261122-9999")
    assert drawn() == "P-261122-10000"
    a_partner(code="P-261122-10000")
    assert drawn() == "P-261122-10001"


def test_outside_a_transaction_no_code_is_drawn(transactional_db):
    with pytest.raises(RuntimeError):
        codes.next_code()


def test_at_once_nobody_gets_the_same_and_a_rollback_leaves_no_gap(transactional_db):
    vocabulary()
    start = Barrier(6)

    def create(number: int) -> None:
        start.wait()
        try:
            with transaction.atomic():
                a_partner(code=codes.next_code())
                if number == 3:
                    raise InterruptedError
        except InterruptedError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(create, range(6)))

    numbers = sorted(
        int(code.rpartition("-")[2]) for code in Partner.objects.values_list("code", flat=True)
    )
    assert numbers == [1, 2, 3, 4, 5]
