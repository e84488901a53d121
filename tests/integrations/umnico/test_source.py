"""The address of Umnico's events: whoever knows its last part is let in, and that part is kept nowhere."""

from __future__ import annotations

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackRejected
from integrations.umnico.source import Umnico
from tests.integrations.umnico.events import event

SECRET = "umnico-address-of-the-tests"
SOURCE = Umnico({"UMNICO_WEBHOOK_SECRET": SECRET})


def call(**facts) -> RawCallback:
    return RawCallback(**{"body": event("message_incoming__whatsapp"), "headers": {}, **facts})


def test_the_right_address_is_let_in_and_answered_at_once():
    SOURCE.verify(call(path_secret=SECRET))
    ack, keep = SOURCE.answer(call())
    assert (ack.status, keep) == (200, True)


@pytest.mark.parametrize("given", ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "\udcff"])
def test_another_address_is_refused(given):
    with pytest.raises(CallbackRejected):
        SOURCE.verify(call(path_secret=given))


@pytest.mark.parametrize("credentials", [{}, {"UMNICO_WEBHOOK_SECRET": ""}])
def test_without_a_secret_everything_is_refused(credentials):
    for given in ("", "x", SECRET):
        with pytest.raises(CallbackRejected):
            Umnico(credentials).verify(call(path_secret=given))


def test_the_secret_is_not_kept():
    headers = {"x-original-uri": f"/integrations/callbacks/umnico/{SECRET}", "host": "a.example"}
    kept = SOURCE.storable(call(path_secret=SECRET, query=SECRET, headers=headers))
    assert SECRET not in f"{kept!r}{kept.query}{kept.path_secret}"
    assert kept.headers["host"] == "a.example"
    assert kept.body == call().body


def test_the_secret_is_compared_in_constant_time(monkeypatch):
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr("hmac.compare_digest", compare)
    SOURCE.verify(call(path_secret=SECRET))
    assert compared == [(SECRET.encode(), SECRET.encode())]
