from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from payments.models import Payment
from payments.registry import get_provider
from payments.services import callbacks


@pytest.fixture
def stored(make_payment):
    """A stored call saying that a payment is paid; nobody has applied it."""
    payment = make_payment(external_id="guid-1")
    provider: Any = get_provider("oneplat")
    raw = provider.build_test_callback(
        reference=payment.reference,
        external_id="guid-1",
        money=payment.money,
        status="1",
        signature="hmac",
    )
    return payment, inbox.store_callback(source="oneplat", raw=raw)


def replay(callback_id: int, capsys) -> tuple[int, str]:
    code = 0
    try:
        call_command("replay_callback", str(callback_id))
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, capsys.readouterr().out


def test_a_dead_call_is_applied_again(stored, capsys):
    payment, pk = stored
    InboundCallback.objects.filter(pk=pk).update(status="dead", error="was broken")
    code, shown = replay(pk, capsys)
    assert code == 0
    assert shown == f"call {pk}: applied, moved [payment:{payment.pk}]\n"
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID


def test_a_call_that_was_applied_changes_nothing(stored, capsys):
    payment, pk = stored
    callbacks.drain_callbacks()
    code, shown = replay(pk, capsys)
    assert (code, "applied, kept" in shown) == (0, True)
    assert payment.day_entries.count() == 1


def test_a_call_about_no_order_of_ours_fails(stored, capsys):
    payment, pk = stored
    Payment.objects.filter(pk=payment.pk).update(external_id="", reference="f" * 32)
    code, shown = replay(pk, capsys)
    assert code == 1
    assert "UnknownPayment" in shown


def test_a_refused_call_stays_refused(db):
    pk = inbox.store_refused(
        source="oneplat",
        raw=RawCallback(body=b"{}", headers={}),
        verdict=InboundCallback.Verdict.REJECTED,
        reason="signature",
    )
    with pytest.raises(CommandError, match="was refused"):
        call_command("replay_callback", str(pk))


@pytest.fixture
def refused(make_payment):
    """A genuine call that came while the secret in our settings was another shop's."""
    payment = make_payment(external_id="guid-1")
    provider: Any = get_provider("oneplat")
    raw = provider.build_test_callback(
        reference=payment.reference,
        external_id="guid-1",
        money=payment.money,
        status="1",
        signature="both",
    )
    pk = inbox.store_refused(
        source="oneplat",
        raw=raw,
        verdict=InboundCallback.Verdict.REJECTED,
        reason="signature",
    )
    return payment, pk


def test_a_refused_call_is_applied_once_the_keys_are_right(refused, capsys):
    payment, pk = refused
    code, shown = replay(pk, capsys)
    assert code == 0
    admitted = InboundCallback.objects.exclude(pk=pk).get()
    assert f"call {pk} is right with today's keys: now call {admitted.pk}\n" in shown
    assert f"call {admitted.pk}: applied, moved [payment:{payment.pk}]\n" in shown
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    code, shown = replay(pk, capsys)
    assert (code, "applied, kept" in shown) == (0, True)
    assert payment.day_entries.count() == 1
    assert InboundCallback.objects.count() == 2


def test_a_refused_call_with_another_byte_stays_outside(refused):
    _payment, pk = refused
    row = InboundCallback.objects.get(pk=pk)
    changed = bytes(row.body).replace(b'"amount":', b'"amount":1')
    InboundCallback.objects.filter(pk=pk).update(body=changed)
    with pytest.raises(CommandError, match="today's keys refuse it too"):
        call_command("replay_callback", str(pk))
    assert InboundCallback.objects.count() == 1


def test_an_unknown_number_is_said_so(db):
    with pytest.raises(CommandError, match="no stored call 77"):
        call_command("replay_callback", "77")
