"""The door of the services that are no payment provider: what is stored, what is refused, and what is never written."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from integrations import views
from integrations.models import InboundCallback
from tests.integrations.tilda.bodies import body

SECRET = "form-key-of-the-tests"
FORM = "application/x-www-form-urlencoded"
KEYED = f"/integrations/callbacks/tilda/{SECRET}"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _secret(settings, monkeypatch):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "TILDA_WEBHOOK_SECRET": SECRET}
    monkeypatch.setattr(views, "_refused", defaultdict(int))


def post(
    client, address: str = KEYED, content: bytes = b"", *, kind: str = FORM, headers: Any = None
):
    return client.post(
        address, data=content or body("registration.txt"), content_type=kind, headers=headers
    )


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_form_is_stored_and_answered(client, slash):
    with patch("integrations.views.wake") as wake:
        answer = post(client, KEYED + slash)
    assert (answer.status_code, answer.content) == (200, b"ok")
    wake.assert_called_once_with("partners.apply_calls")
    row = InboundCallback.objects.get()
    assert (row.source, row.kind, row.status) == ("tilda", "", InboundCallback.Status.RECEIVED)
    assert bytes(row.body) == body("registration.txt")
    assert row.request_id == answer["X-Request-ID"]


def test_the_key_may_be_a_header_or_a_parameter(client):
    assert (
        post(client, "/integrations/callbacks/tilda/", headers={"X-Api-Key": SECRET}).content
        == b"ok"
    )
    assert post(client, f"/integrations/callbacks/tilda?x-api-key={SECRET}").content == b"ok"
    assert InboundCallback.objects.get().deliveries == 2


def test_the_key_is_neither_stored_nor_logged(client):
    with_field = body("registration.txt") + b"&x-api-key=" + SECRET.encode()
    with capture_logs() as lines:
        post(client, f"{KEYED}?x-api-key={SECRET}", with_field, headers={"X-Api-Key": SECRET})
        post(client, "/integrations/callbacks/tilda/wrong", with_field, kind="text/xml")
        post(client, f"{KEYED}x", b"a=1", headers={"X-Original-URI": KEYED})
    rows = InboundCallback.objects.all()
    assert rows.count() == 3
    for row in rows:
        written = f"{row.headers} {bytes(row.body)!r} {row.kind} {row.verdict_reason} {row.outcome}"
        assert SECRET not in written
        assert "wrong" not in row.kind
    assert SECRET not in str(lines)


def test_connecting_writes_nothing(client):
    answer = post(client, "/integrations/callbacks/tilda", b"test=test")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not InboundCallback.objects.exists()


@pytest.mark.parametrize("secret", ["", SECRET])
def test_a_stranger_is_refused_and_remembered(client, settings, secret):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "TILDA_WEBHOOK_SECRET": secret}
    for address in ("/integrations/callbacks/tilda", "/integrations/callbacks/tilda/guess"):
        answer = post(client, address)
        assert (answer.status_code, answer.content) == (403, b"rejected")
    row = InboundCallback.objects.get()
    assert row.verdict == InboundCallback.Verdict.REJECTED
    assert row.status == InboundCallback.Status.REFUSED
    assert row.deliveries == 2


def test_a_long_form_is_taken_and_an_endless_one_is_not(client):
    assert post(client, content=b"a=" + b"%D0%90" * 30_000).status_code == 200
    assert post(client, content=b"a=" + b"x" * (512 * 1024)).status_code == 413


def test_other_types_and_methods_are_told_so(client):
    assert post(client, kind="text/xml").status_code == 415
    assert client.get(KEYED).status_code == 405
    assert client.put(KEYED).status_code == 405
    assert post(client, "/integrations/callbacks/nobody/x").status_code == 404
    assert post(client, f"{KEYED}/more").status_code == 404


def test_a_database_that_is_away_is_said_so(client):
    with patch("integrations.services.inbox.STORE.run", side_effect=OperationalError("gone")):
        assert post(client).status_code == 503
