"""The adapter against the simulated Crypto Pay, which was written from the wire notes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests

from integrations.callbacks import RawCallback
from integrations.clock import now
from integrations.errors import (
    CallbackMalformed,
    CallbackRejected,
    ServiceRefused,
    ServiceUnreachable,
)
from integrations.sandbox.core.server import SandboxServer
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method, ProviderEvent, Trust
from payments.providers.cryptobot.adapter import Provider
from tests.support.http_server import HttpServer, answer
from tests.support.sandbox import plan_fault

TOKEN = "4242:AAsandboxCryptoPayToken"
Callbacks = Callable[..., list[RawCallback]]


@pytest.fixture
def sandbox(settings) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    with SandboxServer() as server:
        yield server


@pytest.fixture
def provider(sandbox) -> Provider:
    return Provider(token=TOKEN, api_url=f"{sandbox.url}/cryptobot")


@pytest.fixture
def tell(sandbox) -> Callable[..., None]:
    """The control API of the simulator."""

    def tell(path: str, **document: Any) -> None:
        url = f"{sandbox.url}/control/cryptobot/{path}"
        requests.post(url, json=document, timeout=30).raise_for_status()

    return tell


@pytest.fixture
def callbacks(sandbox, tell) -> Iterator[Callbacks]:
    """Have an invoice paid in some mode, and take what the shop is sent."""
    with HttpServer() as door:
        door.otherwise = answer(200, raw=b"OK")

        def pay(invoice_id: str, mode: str, **details: Any) -> list[RawCallback]:
            tell("options", callback_url=f"{door.url}/hook")
            tell("pay", invoice_id=invoice_id, mode=mode, **details)
            url = f"{sandbox.url}/control/cryptobot/invoices/{invoice_id}?wait=10"
            assert requests.get(url, timeout=30).json()["ok"]
            return [RawCallback(body=call.body, headers=call.headers) for call in door.received]

        yield pay


def request(**changes: Any) -> InvoiceRequest:
    fresh = InvoiceRequest(
        reference=uuid4().hex,
        money=Money(Decimal("199.00"), "RUB"),
        method=Method.CRYPTO,
        description="№ 1",
        payer_id=555000111,
        return_url="https://shop.example/",
    )
    return replace(fresh, **changes)


def read(provider: Provider, raw: RawCallback) -> ProviderEvent:
    provider.verify(raw)
    [event] = provider.parse(raw)
    return event


def test_an_open_invoice_is_pending_and_ours(provider):
    asked = request()
    invoice = provider.create_invoice(asked)
    assert timedelta(minutes=59) < invoice.expires_at - now() <= timedelta(hours=1)
    assert requests.get(invoice.pay_url, timeout=30).ok
    event = provider.fetch(invoice.external_id)
    assert (event.kind, event.reference, event.money) == (
        EventKind.PENDING,
        asked.reference,
        asked.money,
    )


@pytest.mark.parametrize("asset", ["USDT", "TON", "BTC"])
def test_every_coin_pays_the_price(provider, callbacks, asset):
    asked = request()
    invoice = provider.create_invoice(asked)
    [raw] = callbacks(invoice.external_id, "pay", asset=asset)
    told = read(provider, raw)
    assert (told.kind, told.trust, told.money) == (EventKind.PAID, Trust.SIGNED, asked.money)
    assert (told.reference, told.external_id) == (asked.reference, invoice.external_id)
    fetched = provider.fetch(invoice.external_id)
    assert (fetched.event_id, fetched.money) == (told.event_id, told.money)


@pytest.mark.parametrize("mode", ["twice", "renumbered"])
def test_the_same_news_is_one_event(provider, callbacks, mode):
    invoice = provider.create_invoice(request())
    told = [read(provider, raw) for raw in callbacks(invoice.external_id, mode)]
    assert len(told) == 2
    assert len({event.event_id for event in told}) == 1


def test_another_way_of_printing_json_is_verified_as_received(provider, callbacks):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, "escaped")
    assert read(provider, raw).kind is EventKind.PAID


@pytest.mark.parametrize("mode", ["bad_signature", "unsigned", "token_key", "hex_key", "changed"])
def test_without_a_right_signature_nothing_is_read(provider, callbacks, mode):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    with pytest.raises(CallbackRejected):
        provider.verify(raw)


def test_an_empty_body_is_malformed(provider, callbacks):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, "empty")
    with pytest.raises(CallbackMalformed):
        provider.verify(raw)


def test_a_type_that_does_not_exist_yet_means_nothing(provider, callbacks):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, "other_type")
    assert read(provider, raw).kind is EventKind.UNKNOWN


@pytest.mark.parametrize(
    ("mode", "money"),
    [
        ("less", ("149", "RUB")),
        ("more", ("249", "RUB")),
        ("usd", ("199", "USD")),
        ("crypto", ("199", "XXX")),
    ],
)
def test_another_price_is_told_as_it_is(provider, callbacks, mode, money):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    told = Money(Decimal(money[0]), money[1])
    assert read(provider, raw).money == told
    assert provider.fetch(invoice.external_id).money == told


def test_an_expired_invoice_is_told_by_asking(provider, tell):
    invoice = provider.create_invoice(request())
    tell("pay", invoice_id=invoice.external_id, mode="expire")
    assert provider.fetch(invoice.external_id).kind is EventKind.CANCELED


def test_a_deleted_invoice_is_not_there(provider, tell):
    invoice = provider.create_invoice(request())
    tell("pay", invoice_id=invoice.external_id, mode="delete")
    with pytest.raises(ServiceRefused):
        provider.fetch(invoice.external_id)


def test_a_sum_out_of_range_is_refused_as_such(provider, tell):
    tell("options", minimum="200")
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(request())
    assert caught.value.reason is Refusal.AMOUNT_OUT_OF_RANGE


def test_wrong_credentials_and_a_suspended_app_are_recognised(sandbox, provider, tell):
    stranger = Provider(token="4242:wrong", api_url=f"{sandbox.url}/cryptobot")
    tell("options", suspended=False)
    for call in (stranger.whoami, lambda: stranger.create_invoice(request())):
        with pytest.raises(ServiceRefused, match="UNAUTHORIZED"):
            call()
    tell("options", suspended=True)
    with pytest.raises(ServiceRefused, match="APP_LOCKED"):
        provider.create_invoice(request())


@pytest.mark.parametrize("kind", ["reset", "garbage", "after", "status"])
def test_a_service_that_is_down_leaves_the_outcome_open(sandbox, provider, kind):
    plan_fault(sandbox.sandbox, "cryptobot", kind)
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(request())


def test_the_app_introduces_itself(provider):
    assert "Проводник" in provider.whoami()


def test_paid_invoices_are_listed(provider, tell):
    invoice = provider.create_invoice(request())
    provider.create_invoice(request())
    tell("pay", invoice_id=invoice.external_id, mode="lost")
    [event] = provider.list_payments(since=now() - timedelta(minutes=1))
    assert (event.kind, event.external_id) == (EventKind.PAID, invoice.external_id)
    assert list(provider.list_payments(since=now() + timedelta(minutes=1))) == []
