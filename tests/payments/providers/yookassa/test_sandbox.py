"""The adapter against the simulated YooKassa, which was written from the wire notes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests

from integrations.callbacks import RawCallback
from integrations.clock import now
from integrations.errors import CallbackRejected, ServiceRefused
from integrations.sandbox.core.server import SandboxServer
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method, ProviderEvent, Trust
from payments.providers.yookassa.adapter import Provider
from tests.support.http_server import HttpServer, answer

CREDENTIALS = {"YUKASSA_SHOP_ID": "100500", "YUKASSA_SECRET_KEY": "test_sandboxSecretKey"}


@pytest.fixture
def sandbox(settings) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    settings.CREDENTIALS = dict(settings.CREDENTIALS) | CREDENTIALS
    with SandboxServer() as server:
        yield server


@pytest.fixture
def provider(sandbox) -> Provider:
    return Provider.from_credentials(CREDENTIALS | {"YUKASSA_BASE_URL": f"{sandbox.url}/yookassa"})


@pytest.fixture
def tell(sandbox) -> Callable[..., None]:
    """The control API of the simulator."""

    def tell(path: str, **document: Any) -> None:
        url = f"{sandbox.url}/control/yookassa/{path}"
        requests.post(url, json=document, timeout=30).raise_for_status()

    return tell


@pytest.fixture
def notified(sandbox, tell) -> Iterator[Callable[..., list[RawCallback]]]:
    """Have something happen to a payment, and take what the shop is sent, as behind its proxy."""
    with HttpServer() as door:
        door.otherwise = answer(200, raw=b"OK")

        def happen(payment_id: str, mode: str, **details: Any) -> list[RawCallback]:
            before = len(door.received)
            tell("options", callback_url=f"{door.url}/hook")
            tell("pay", id=payment_id, mode=mode, **details)
            url = f"{sandbox.url}/control/yookassa/payments/{payment_id}?wait=10"
            assert requests.get(url, timeout=30).json()["ok"]
            return [
                RawCallback(
                    body=call.body,
                    headers=call.headers,
                    remote_addr=call.headers["x-forwarded-for"],
                )
                for call in door.received[before:]
            ]

        yield happen


def request(**changes: Any) -> InvoiceRequest:
    fresh = InvoiceRequest(
        reference=uuid4().hex,
        money=Money(Decimal("199.00"), "RUB"),
        method=Method.CARD,
        description="№ 1",
        payer_id=555000111,
        return_url="https://shop.example/",
    )
    return replace(fresh, **changes)


def read(provider: Provider, raw: RawCallback) -> ProviderEvent:
    provider.verify(raw)
    [event] = provider.parse(raw)
    assert event.trust is Trust.HINT
    return event


@pytest.mark.parametrize("method", [Method.CARD, Method.SBP])
def test_an_open_payment_is_pending_and_ours(provider, method):
    asked = request(method=method)
    invoice = provider.create_invoice(asked)
    event = provider.fetch(invoice.external_id)
    assert (event.kind, event.reference, event.money) == (
        EventKind.PENDING,
        asked.reference,
        asked.money,
    )
    assert invoice.pay_url.endswith(invoice.external_id)
    assert invoice.expires_at > now()


def test_one_order_is_one_payment_however_often_it_is_asked_for(provider):
    asked = request()
    assert provider.create_invoice(asked) == provider.create_invoice(asked)
    with pytest.raises(InvoiceRefused, match="duplicated"):
        provider.create_invoice(replace(asked, description="№ 2"))


def test_a_sum_out_of_range_is_named_so(provider, tell):
    tell("options", minimum="500")
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(request())
    assert caught.value.reason is Refusal.AMOUNT_OUT_OF_RANGE


def test_a_shop_with_receipts_needs_them(provider, tell, sandbox):
    tell("options", receipt_required=True)
    with pytest.raises(InvoiceRefused, match="receipt"):
        provider.create_invoice(request())
    receipts = {
        "YUKASSA_BASE_URL": f"{sandbox.url}/yookassa",
        "YUKASSA_RECEIPT_EMAIL": "till@shop.example",
    }
    assert Provider.from_credentials(CREDENTIALS | receipts).create_invoice(request()).pay_url


def test_wrong_credentials_are_recognised(sandbox):
    stranger = Provider(shop_id="100500", secret="wrong", base_url=f"{sandbox.url}/yookassa")
    for call in (stranger.whoami, lambda: stranger.create_invoice(request())):
        with pytest.raises(ServiceRefused, match="invalid_credentials"):
            call()


def test_the_shop_is_named(provider):
    assert provider.whoami() == "shop 100500, test mode"


@pytest.mark.parametrize(
    ("mode", "confirmed"),
    [
        ("pay", EventKind.PAID),
        ("hold", EventKind.PENDING),
        ("decline", EventKind.FAILED),
        ("expire", EventKind.CANCELED),
        ("forged", EventKind.PENDING),
        ("other_payment", EventKind.PENDING),
    ],
)
def test_the_api_decides(provider, notified, mode, confirmed):
    invoice = provider.create_invoice(request())
    [raw] = notified(invoice.external_id, mode)
    hint = read(provider, raw)
    assert provider.confirm(hint, stored_id=invoice.external_id).kind is confirmed


def test_a_payment_of_another_shop_is_nothing(provider, notified):
    invoice = provider.create_invoice(request())
    [raw] = notified(invoice.external_id, "foreign")
    assert provider.confirm(read(provider, raw), stored_id="").kind is EventKind.UNKNOWN


def test_a_stranger_is_refused(provider, notified):
    invoice = provider.create_invoice(request())
    [raw] = notified(invoice.external_id, "wrong_address")
    with pytest.raises(CallbackRejected):
        provider.verify(raw)


def test_a_refund_in_part_is_told_with_its_own_sum_and_order(provider, notified):
    asked = request()
    invoice = provider.create_invoice(asked)
    notified(invoice.external_id, "pay")
    [raw] = notified(invoice.external_id, "refund_part", amount="50")
    told = provider.confirm(read(provider, raw), stored_id=invoice.external_id)
    assert (told.kind, told.trust) == (EventKind.REFUNDED, Trust.SIGNED)
    assert (told.money, told.reference) == (Money(Decimal(50), "RUB"), asked.reference)


def test_an_invented_refund_is_nothing(provider, notified):
    invoice = provider.create_invoice(request())
    notified(invoice.external_id, "pay")
    [raw] = notified(invoice.external_id, "forged_refund")
    told = provider.confirm(read(provider, raw), stored_id=invoice.external_id)
    assert told.kind is EventKind.UNKNOWN


def test_news_of_money_that_went_back_gives_nothing(provider, notified):
    invoice = provider.create_invoice(request())
    stale, _refund = notified(invoice.external_id, "stale")
    told = provider.confirm(read(provider, stale), stored_id=invoice.external_id)
    assert told.kind is EventKind.REFUNDED


def test_copies_are_one_event(provider, notified):
    invoice = provider.create_invoice(request())
    copies = notified(invoice.external_id, "twice")
    assert len({read(provider, raw).event_id for raw in copies}) == 1


def test_payments_are_listed_with_what_became_of_them(provider, tell):
    kept, returned, opened = (provider.create_invoice(request()) for _ in range(3))
    for invoice in (kept, returned):
        tell("pay", id=invoice.external_id, mode="lost")
    tell("pay", id=returned.external_id, mode="refund_lost")
    listed = {one.external_id: one.kind for one in provider.list_payments(since=midnight())}
    assert listed == {kept.external_id: EventKind.PAID, returned.external_id: EventKind.REFUNDED}
    assert opened.external_id not in listed


def midnight() -> Any:
    return now().replace(hour=0, minute=0)
