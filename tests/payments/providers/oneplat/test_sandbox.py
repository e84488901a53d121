"""The adapter against the simulated 1Plat, which was written from the wire notes alone."""

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
from payments.providers.oneplat.adapter import Provider
from tests.support.http_server import HttpServer, answer

Callbacks = Callable[..., list[RawCallback]]


@pytest.fixture
def sandbox(settings) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    with SandboxServer() as server:
        yield server


@pytest.fixture
def provider(sandbox, settings) -> Provider:
    return Provider.from_credentials(
        dict(settings.CREDENTIALS) | {"ONEPLAT_BASE_URL": f"{sandbox.url}/oneplat"}
    )


@pytest.fixture
def tell(sandbox) -> Callable[..., dict[str, Any]]:
    """The control API of the simulator."""

    def tell(path: str, **document: Any) -> dict[str, Any]:
        response = requests.post(f"{sandbox.url}/control/oneplat/{path}", json=document, timeout=30)
        response.raise_for_status()
        answered: dict[str, Any] = response.json()
        return answered

    return tell


@pytest.fixture
def callbacks(sandbox, tell) -> Iterator[Callbacks]:
    """Have an order paid in some mode, and take what the shop is sent."""
    with HttpServer() as door:
        door.otherwise = answer(200, raw=b"OK")

        def pay(guid: str, mode: str, **options: Any) -> list[RawCallback]:
            tell("options", callback_url=f"{door.url}/1plat-webhook", **options)
            tell("pay", guid=guid, mode=mode)
            url = f"{sandbox.url}/control/oneplat/orders/{guid}?wait=10"
            assert requests.get(url, timeout=30).json()["ok"]
            return [RawCallback(body=call.body, headers=call.headers) for call in door.received]

        yield pay


def request(**changes: Any) -> InvoiceRequest:
    fresh = InvoiceRequest(
        reference=uuid4().hex,
        money=Money(Decimal("200.00"), "RUB"),
        method=Method.CARD,
        description="№ 1",
        payer_id=555000111,
        return_url="https://shop.example/",
    )
    return replace(fresh, **changes)


def test_every_method_gives_what_it_takes_to_pay(provider):
    seen = {}
    for payer, method in enumerate(provider.methods, start=1):
        invoice = provider.create_invoice(request(method=method, payer_id=payer))
        found = invoice.requisites
        seen[method] = found and (
            bool(found.card_number),
            bool(found.phone),
            bool(found.qr_payload),
        )
        assert invoice.pay_url.endswith(invoice.external_id)
        assert invoice.expires_at > now()
    assert seen == {
        Method.CARD: (True, False, False),
        Method.SBP: (False, True, False),
        Method.QR: (False, False, True),
        Method.ANY: None,
    }


def test_an_open_order_is_pending_and_ours(provider):
    asked = request()
    invoice = provider.create_invoice(asked)
    event = provider.fetch(invoice.external_id)
    assert (event.kind, event.reference, event.money) == (
        EventKind.PENDING,
        asked.reference,
        asked.money,
    )


def test_the_sum_to_show_may_be_shifted(provider, tell):
    tell("options", shift="0.37")
    assert provider.create_invoice(request()).amount_to_pay == Money(Decimal("200.37"), "RUB")


def refused(provider: Provider, **changes: Any) -> InvoiceRefused:
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(request(**changes))
    return caught.value


def test_refusals_are_told_apart(provider, tell):
    provider.create_invoice(request())
    assert refused(provider).reason is Refusal.TOO_SOON
    small = refused(provider, money=Money(Decimal(99), "RUB"), payer_id=2)
    assert (small.reason, small.minimum) == (
        Refusal.AMOUNT_OUT_OF_RANGE,
        Money(Decimal(100), "RUB"),
    )
    tell("options", no_requisites=True)
    assert refused(provider, payer_id=3).reason is Refusal.NO_REQUISITES


def test_wrong_credentials_are_recognised(sandbox):
    stranger = Provider(shop_id="4242", secret="wrong", base_url=f"{sandbox.url}/oneplat")
    for call in (stranger.whoami, stranger.limits, lambda: stranger.create_invoice(request())):
        with pytest.raises(ServiceRefused):
            call()


def test_the_shop_and_its_limits(provider):
    assert "Проводник" in provider.whoami()
    assert provider.limits()[Method.SBP].minimum == Money(Decimal(100), "RUB")


def test_paid_orders_are_listed(provider, tell):
    invoice = provider.create_invoice(request())
    provider.create_invoice(request(payer_id=2))
    tell("pay", guid=invoice.external_id, mode="lost")
    start = now().replace(hour=0, minute=0)
    [event] = provider.list_payments(since=start)
    assert (event.kind, event.external_id) == (EventKind.PAID, invoice.external_id)


@pytest.mark.parametrize("variant", ["A", "B", "C"])
@pytest.mark.parametrize("style", ["int", "float"])
def test_every_way_of_signing_is_recognised(provider, callbacks, variant, style):
    asked = request()
    invoice = provider.create_invoice(asked)
    [raw] = callbacks(invoice.external_id, "pay", variant=variant, number_style=style)
    event = read(provider, raw)
    assert (event.trust, event.kind, event.money) == (Trust.SIGNED, EventKind.PAID, asked.money)
    assert (event.reference, event.external_id) == (asked.reference, invoice.external_id)


@pytest.mark.parametrize(
    ("mode", "trust"),
    [
        ("hmac_only", Trust.SIGNED),
        ("md5_only", Trust.HINT),
        ("md5_wrong_hmac", Trust.HINT),
        ("forged_status", Trust.HINT),
        ("other_guid", Trust.HINT),
    ],
)
def test_one_signature_is_believed_as_far_as_it_goes(provider, callbacks, mode, trust):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    assert read(provider, raw).trust is trust


@pytest.mark.parametrize("mode", ["unsigned", "bad_signature"])
def test_without_a_right_signature_nothing_is_read(provider, callbacks, mode):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    with pytest.raises(CallbackRejected):
        provider.verify(raw)


@pytest.mark.parametrize(
    ("mode", "confirmed"), [("md5_only", EventKind.PAID), ("forged_status", EventKind.PENDING)]
)
def test_the_api_decides_about_a_hint(provider, callbacks, mode, confirmed):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    hint = read(provider, raw)
    for stored_id in (invoice.external_id, ""):
        assert provider.confirm(hint, stored_id=stored_id).kind is confirmed


def test_the_guid_of_a_paid_order_confirms_nothing(provider, callbacks, tell):
    paid = provider.create_invoice(request(payer_id=2))
    tell("pay", guid=paid.external_id, mode="lost")
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, "other_guid")
    hint = read(provider, raw)
    assert hint.external_id == paid.external_id
    assert provider.confirm(hint, stored_id=invoice.external_id).kind is EventKind.PENDING
    assert provider.confirm(hint, stored_id="").kind is EventKind.UNKNOWN


@pytest.mark.parametrize(
    ("mode", "money"),
    [("less", ("150", "RUB")), ("more", ("250", "RUB")), ("currency", ("200", "USD"))],
)
def test_another_sum_is_told_as_it_is(provider, callbacks, mode, money):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, mode)
    told = Money(Decimal(money[0]), money[1])
    assert read(provider, raw).money == told
    assert provider.fetch(invoice.external_id).money == told


def test_copies_are_one_event_and_later_statuses_are_others(provider, callbacks):
    invoice = provider.create_invoice(request())
    copies = callbacks(invoice.external_id, "twice")
    assert len({read(provider, raw).event_id for raw in copies}) == 1
    told = callbacks(invoice.external_id, "reordered")[len(copies) :]
    statuses = [read(provider, raw).event_id.rpartition(":")[2] for raw in told]
    assert statuses == ["2", "1", "0"]


def test_a_shop_id_in_place_of_the_order_leaves_the_guid_to_decide(provider, callbacks):
    invoice = provider.create_invoice(request())
    [raw] = callbacks(invoice.external_id, "md5_only", merchant_id="shop")
    event = read(provider, raw)
    assert (event.reference, event.external_id) == ("", invoice.external_id)
    assert provider.confirm(event, stored_id="").kind is EventKind.PAID


def read(provider: Provider, raw: RawCallback) -> ProviderEvent:
    provider.verify(raw)
    [event] = provider.parse(raw)
    return event
