from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.services import calls, inbox
from payments.errors import UnconfirmedHint
from payments.models import DayEntry, Payment, PaymentEvent
from payments.provider import EventKind, SignsTestCallbacks, Trust
from payments.registry import get_provider
from payments.services import callbacks, transitions
from payments.services.callbacks import drain_callbacks, replay
from payments.services.confirmations import confirm_callbacks
from payments.services.transitions import apply_event
from tests.payments.conftest import order
from tests.payments.events import event
from tests.support.http_server import answer

Status = InboundCallback.Status


def forge(**fields: Any) -> RawCallback:
    provider = get_provider("oneplat")
    assert isinstance(provider, SignsTestCallbacks)
    return provider.build_test_callback(**fields)


def store(payment: Payment, *, signature: str = "hmac", status: str = "1", **changes) -> int:
    """A genuine call about a payment, stored as the web process would."""
    raw = forge(
        **{
            "reference": payment.reference,
            "external_id": payment.external_id,
            "money": payment.money,
            "status": status,
            "signature": signature,
        }
        | changes
    )
    get_provider("oneplat").verify(raw)
    return inbox.store_callback(source="oneplat", raw=raw)


def row(pk: int) -> InboundCallback:
    return InboundCallback.objects.get(pk=pk)


def due(pk: int, **fields) -> None:
    InboundCallback.objects.filter(pk=pk).update(not_before=wall_clock(), **fields)


def test_a_signed_call_is_settled_and_finished(make_payment):
    payment = make_payment(external_id="guid-a")
    pk = store(payment)
    assert drain_callbacks() == 1
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert (row(pk).status, row(pk).outcome, row(pk).case) == ("applied", "moved", payment.case)


def test_a_batch_settles_many(make_payment):
    for number in range(7):
        store(make_payment(external_id=f"guid-{number}"))
    assert drain_callbacks() == 7
    assert DayEntry.objects.count() == 7


@pytest.mark.parametrize("row_takes", [0.0001, 0.021, 0.11, 5.0])
def test_no_commit_keeps_its_tables_for_long(monkeypatch, row_takes: float):
    """Batches grow while they are quick; a slow machine's get small: a migration waits for them, and calls for it."""
    sizes: list[int] = []
    moment = 0.0

    def settle(limit: int) -> tuple[int, int]:
        nonlocal moment
        moment += limit * row_takes
        sizes.append(limit)
        return limit, limit

    monkeypatch.setattr(callbacks, "_settle", settle)
    monkeypatch.setattr("payments.services.callbacks.time.monotonic", lambda: moment)
    drain_callbacks(seconds=300 * row_takes)
    assert sizes[0] == 10
    assert sizes[1] <= 20
    assert 1 <= sizes[-1] <= 50
    assert sizes[-1] in (1, 50) or 0.3 < sizes[-1] * row_takes <= 0.4
    assert (sizes[-1] == 50) == (row_takes < 0.001)


def test_a_hint_waits_for_the_providers_word(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    pk = store(payment, signature="md5")
    assert drain_callbacks() == 0
    assert row(pk).status == Status.CONFIRMING
    assert not DayEntry.objects.exists()
    oneplat.plan(answer(200, order(status=1, reference=payment.reference)))
    assert confirm_callbacks() == 1
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID


def test_a_forged_status_under_a_genuine_md5_pays_for_nothing(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    store(payment, signature="md5", status="1")
    oneplat.plan(answer(200, order(status=0, reference=payment.reference)))
    drain_callbacks()
    confirm_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PENDING


def test_another_orders_guid_is_not_asked_about(oneplat, make_payment):
    payment, paid = make_payment(external_id="guid-a"), make_payment(external_id="guid-paid")
    store(payment, signature="md5", external_id=paid.external_id)
    oneplat.otherwise = answer(200, order(status=0, reference=payment.reference))
    drain_callbacks()
    confirm_callbacks()
    assert oneplat.paths() == ["GET /api/merchant/order/info/guid-a/by-api"]
    assert not DayEntry.objects.exists()


def test_a_hint_never_moves_a_payment_by_itself(make_payment):
    payment = make_payment(external_id="guid-a")
    hint = replace(event(payment, EventKind.PAID), trust=Trust.HINT)
    with pytest.raises(UnconfirmedHint):
        apply_event(payment_id=payment.pk, event=hint, origin=PaymentEvent.Origin.CALLBACK)


def test_a_silent_provider_is_asked_once_a_run_and_later_again(oneplat, make_payment):
    for number in range(5):
        store(make_payment(external_id=f"guid-{number}"), signature="md5")
    oneplat.otherwise = answer(503)
    drain_callbacks()
    assert confirm_callbacks() == 0
    first = InboundCallback.objects.exclude(error="").get()
    assert first.status == Status.CONFIRMING
    assert "ServiceUnreachable" in first.error
    assert len({request.path for request in oneplat.received}) == 1


def test_a_poison_row_stops_nobody_else(make_payment):
    rows = [store(make_payment(external_id=f"guid-{number}")) for number in range(3)]
    poison = make_payment(external_id="guid-poison")
    pk = store(poison)
    real = transitions.apply_locked

    def breaks(**kwargs):
        if kwargs["payment_id"] == poison.pk:
            raise ZeroDivisionError("poison")
        return real(**kwargs)

    with patch("payments.services.inbound.apply_locked", breaks):
        drain_callbacks()
    assert {row(one).status for one in rows} == {"applied"}
    assert (row(pk).status, row(pk).error) == ("waiting", "ZeroDivisionError: poison")
    due(pk, attempts=calls.DEAD_AFTER - 1)
    with patch("payments.services.inbound.apply_locked", breaks):
        drain_callbacks()
    assert row(pk).status == Status.DEAD


def test_a_call_ahead_of_our_own_row_waits_for_it(make_payment):
    payment = make_payment(external_id="guid-a")
    pk = store(payment)
    Payment.objects.filter(pk=payment.pk).update(external_id="", reference="0" * 32)
    drain_callbacks()
    assert row(pk).status == Status.WAITING
    Payment.objects.filter(pk=payment.pk).update(reference=payment.reference)
    due(pk)
    drain_callbacks()
    assert row(pk).status == Status.APPLIED


def test_an_unknown_order_becomes_a_persons_case(make_payment):
    payment = make_payment(external_id="guid-a")
    pk = store(payment)
    Payment.objects.filter(pk=payment.pk).update(external_id="", reference="0" * 32)
    due(pk, received_at=wall_clock() - timedelta(minutes=2))
    drain_callbacks()
    assert (row(pk).status, row(pk).outcome) == ("unknown", "no such order here")


def test_replaying_an_applied_call_changes_nothing(make_payment):
    pk = store(make_payment(external_id="guid-a"))
    drain_callbacks()
    replay(pk)
    assert row(pk).status == Status.RECEIVED
    drain_callbacks()
    assert DayEntry.objects.count() == 1
    assert (row(pk).status, row(pk).outcome) == ("applied", "kept")


def test_a_refused_call_cannot_be_replayed(make_payment):
    raw = forge(
        reference="a" * 32,
        external_id="g",
        money=make_payment().money,
        status="1",
        signature="bad",
    )
    pk = inbox.store_refused(
        source="oneplat", raw=raw, verdict=InboundCallback.Verdict.REJECTED, reason="signature"
    )
    replay(pk)
    assert row(pk).status == Status.REFUSED


def test_a_forged_copy_does_not_take_the_place_of_the_genuine_call(make_payment):
    payment = make_payment(external_id="guid-a")
    raw = forge(
        reference=payment.reference,
        external_id="guid-a",
        money=payment.money,
        status="1",
        signature="hmac",
    )
    refused = inbox.store_refused(
        source="oneplat", raw=raw, verdict=InboundCallback.Verdict.REJECTED, reason="signature"
    )
    accepted = inbox.store_callback(source="oneplat", raw=raw)
    assert accepted != refused
    assert inbox.store_callback(source="oneplat", raw=raw) == accepted
    assert row(accepted).deliveries == 2


def test_secret_headers_are_masked_before_they_are_stored():
    headers = {"authorization": "Bearer x", "cookie": "y", "x-ok": "z\x00"}
    assert json.dumps(inbox.masked(headers)) == json.dumps(
        {"authorization": "***", "cookie": "***", "x-ok": "z\\0"}
    )
