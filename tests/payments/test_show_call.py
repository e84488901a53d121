"""What the operator reads of a stored call: all of it, and what it is worth today."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from payments.providers.oneplat import signatures
from payments.registry import get_provider

FIELDS: signatures.Object = {
    "payment_id": "271097",
    "guid": "3f8e2c1a-add6-4b69-9222-725f7099a32f",
    "merchant_id": "a" * 32,
    "status": signatures.Number("1"),
    "amount": signatures.Number("199.00"),
}


def stored(body: bytes, *, verdict: str = "accepted", source: str = "oneplat") -> int:
    raw = RawCallback(body=body, headers={"content-type": "application/json", "x-secret": "s"})
    if verdict == "accepted":
        return inbox.store_callback(source=source, raw=raw)
    chosen = InboundCallback.Verdict(verdict)
    return inbox.store_refused(source=source, raw=raw, verdict=chosen, reason="signature")


def said_of(pk: int, capsys: Any) -> str:
    call_command("show_call", str(pk))
    return str(capsys.readouterr().out)


def signed(payload: signatures.Object, body: signatures.Object) -> bytes:
    secret = get_provider("oneplat")._secret  # type: ignore[attr-defined]
    digest = signatures.sign_hmac(payload, secret=secret)
    return signatures.js_bytes({"signature": digest, "signature_v2": "", **body})


@pytest.mark.parametrize(
    ("payload", "body", "by"),
    [
        (FIELDS, FIELDS, "HMAC over the body as received"),
        (dict(sorted(FIELDS.items())), FIELDS, "HMAC over the body with sorted keys"),
        (FIELDS, {"payload": FIELDS}, "HMAC over the payload inside the body"),
    ],
    ids=["as received", "sorted", "inside"],
)
def test_the_reading_of_the_hmac_is_named(db, capsys, payload, body, by):
    shown = said_of(stored(signed(payload, body)), capsys)
    assert f"with today's keys: accepted; signed: {by}\n" in shown


def test_a_right_md5_alone_is_a_hint(db, capsys):
    provider: Any = get_provider("oneplat")
    md5 = signatures.sign_md5(
        merchant_id="a" * 32, amount="199.00", shop_id=provider._shop_id, secret=provider._secret
    )
    body = signatures.js_bytes({"signature": "0" * 64, "signature_v2": md5, **FIELDS})
    shown = said_of(stored(body), capsys)
    assert "accepted; hint, their API is asked: MD5 of order number and sum\n" in shown


def test_a_refused_call_says_so_then_and_now(db, capsys):
    body = signatures.js_bytes({"signature": "0" * 64, "signature_v2": "0" * 32, **FIELDS})
    shown = said_of(stored(body, verdict="rejected"), capsys)
    assert "oneplat, rejected (signature), refused: no word\n" in shown
    assert "with today's keys: rejected (signature)\n" in shown
    assert shown.endswith(f"{body.decode()}\n")
    assert "  x-secret: ***\n" in shown


def test_bytes_that_are_no_text_are_shown_too(db, capsys):
    shown = said_of(stored(b"\xff{", verdict="malformed"), capsys)
    assert "with today's keys: malformed" in shown
    assert "\\xff{" in shown


def test_a_call_of_another_service_is_shown_without_a_judgement(db, capsys):
    shown = said_of(stored(b'{"token":"card-1"}', source="tilda"), capsys)
    assert "today's keys" not in shown
    assert '{"token":"***"}' in shown


def test_the_body_alone_is_what_came(db, capfdbinary):
    body = signed(FIELDS, FIELDS)
    call_command("show_call", str(stored(body)), "--body")
    assert capfdbinary.readouterr().out == body


def test_an_unknown_number_is_said_so(db):
    with pytest.raises(CommandError, match="no stored call 77"):
        call_command("show_call", "77")
