"""The adapter against the simulated CloudPayments, which was written from the wire notes alone."""

from __future__ import annotations

import time
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
from integrations.errors import CallbackRejected, ServiceRefused, ServiceUnreachable
from integrations.sandbox.core.server import SandboxServer
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method, ProviderEvent, Trust
from payments.providers.cloudpayments.adapter import Provider
from tests.support.http_server import HttpServer, answer

Events = Callable[..., list[ProviderEvent]]
CREDENTIALS = {
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_sandbox",
    "CLOUDPAYMENTS_API_SECRET": "cloudpayments-sandbox-secret",
}


@pytest.fixture
def sandbox(settings) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    settings.CREDENTIALS = dict(settings.CREDENTIALS) | CREDENTIALS
    with SandboxServer() as server:
        yield server


@pytest.fixture
def provider(sandbox) -> Provider:
    return Provider.from_credentials(
        CREDENTIALS | {"CLOUDPAYMENTS_BASE_URL": f"{sandbox.url}/cloudpayments"}
    )


@pytest.fixture
def door(sandbox) -> Iterator[HttpServer]:
    """The product's side, which says yes to everything."""
    with HttpServer() as server:
        server.otherwise = answer(
            200, raw=b'{"code":0}', headers={"Content-Type": "application/json"}
        )
        control(sandbox, "options", callback_url=server.url, retry_seconds=[0.05])
        yield server


def control(sandbox: SandboxServer, path: str, **document: Any) -> dict[str, Any]:
    url = f"{sandbox.url}/control/cloudpayments/{path}"
    response = requests.post(url, json=document, timeout=30)
    response.raise_for_status()
    answered: dict[str, Any] = response.json()
    return answered


@pytest.fixture
def calls(sandbox, door) -> Callable[..., list[RawCallback]]:
    """Have an order paid in some mode, and take the calls that follow."""

    def calls(reference: str, mode: str, expected: int, **details: Any) -> list[RawCallback]:
        before = len(door.received)
        control(sandbox, "pay", invoice_id=reference, mode=mode, **details)
        until = time.monotonic() + 10
        while len(door.received) < before + expected and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.05)
        new = door.received[before:]
        assert len(new) == expected
        return [
            RawCallback(body=one.body, headers=one.headers, kind=one.path.strip("/")) for one in new
        ]

    return calls


@pytest.fixture
def events(provider, calls) -> Events:
    def events(reference: str, mode: str, expected: int, **details: Any) -> list[ProviderEvent]:
        found = []
        for raw in calls(reference, mode, expected, **details):
            provider.verify(raw)
            found += provider.parse(raw)
        return found

    return events


@pytest.fixture
def reference(provider) -> str:
    """The number of an open order."""
    asked = request()
    assert provider.create_invoice(asked).external_id == asked.reference
    return asked.reference


def request(**changes: Any) -> InvoiceRequest:
    fresh = InvoiceRequest(
        reference=uuid4().hex,
        money=Money(Decimal("199.90"), "RUB"),
        method=Method.CARD,
        description="№ 1",
        payer_id=555000111,
        return_url="https://shop.example/",
    )
    return replace(fresh, **changes)


def kinds(events: list[ProviderEvent]) -> list[str]:
    return [event.kind.value for event in events]


def test_a_link_leads_to_a_page(provider):
    page = requests.get(provider.create_invoice(request()).pay_url, timeout=10)
    assert (page.status_code, "199.90 ₽" in page.text) == (200, True)


def test_the_same_request_gives_the_same_link(provider):
    asked = request()
    assert provider.create_invoice(asked) == provider.create_invoice(asked)


def test_an_order_nobody_tried_to_pay_is_pending(provider, reference):
    assert provider.fetch(reference).kind is EventKind.PENDING


def test_wrong_credentials_are_recognised(sandbox):
    stranger = Provider(
        public_id="pk_sandbox", secret="wrong", base_url=f"{sandbox.url}/cloudpayments"
    )
    for call in (stranger.whoami, lambda: stranger.create_invoice(request())):
        with pytest.raises(ServiceRefused):
            call()


def test_a_shop_knows_its_site(provider):
    assert provider.whoami() == "site pk_sandbox"


@pytest.mark.parametrize("form", ["form", "json"])
def test_a_payment_is_asked_for_then_told(sandbox, provider, events, reference, form):
    control(sandbox, "options", format=form)
    asked, paid = events(reference, "pay", 2)
    assert (asked.kind, paid.kind, paid.trust) == (EventKind.CHECK, EventKind.PAID, Trust.SIGNED)
    assert (paid.reference, paid.money) == (reference, Money(Decimal("199.90"), "RUB"))
    told = provider.fetch(reference)
    assert (told.kind, told.event_id, told.money) == (EventKind.PAID, paid.event_id, paid.money)


def test_a_refused_check_takes_no_money(provider, door, calls, reference):
    door.plan(answer(200, raw=b'{"code":13}', headers={"Content-Type": "application/json"}))
    [asked] = calls(reference, "pay", 1)
    assert asked.kind == "check"
    assert provider.fetch(reference).kind is EventKind.PENDING


def test_another_card_after_a_decline(provider, events, reference):
    told = events(reference, "retry", 4)
    assert kinds(told) == ["check", "pending", "check", "paid"]
    assert len({event.event_id.partition(":")[0] for event in told}) == 2
    assert provider.fetch(reference).kind is EventKind.PAID


def test_what_is_not_answered_with_code_zero_is_sent_again(door, calls, reference):
    door.plan(answer(200, raw=b"OK"), answer(500), answer(200, raw=b'{"code":0}'))
    sent = calls(reference, "late", 2)
    assert sent[0].body == sent[1].body


def test_a_declined_order_may_still_be_paid(provider, events, reference):
    events(reference, "decline", 2)
    told = provider.fetch(reference)
    assert (told.kind, told.reason) == (EventKind.PENDING, "InsufficientFunds 5051")


@pytest.mark.parametrize(("end", "kind"), [("confirm", "paid"), ("void", "canceled")])
def test_a_hold_ends_one_way_or_the_other(provider, events, reference, end, kind):
    assert kinds(events(reference, "authorize", 2)) == ["check", "pending"]
    assert provider.fetch(reference).kind is EventKind.PENDING
    [told] = events(reference, end, 1)
    assert (told.kind, told.trust) == (kind, Trust.SIGNED)
    assert provider.fetch(reference).kind is EventKind(kind)


def test_refunds_in_parts_are_told_one_by_one(provider, events, reference):
    [_asked, paid] = events(reference, "pay", 2)
    [part] = events(reference, "refund", 1, amount="99.90")
    [rest] = events(reference, "refund", 1)
    assert kinds([part, rest]) == ["refunded", "refunded"]
    assert [one.money.amount for one in (part, rest) if one.money] == [Decimal("99.90"), 100]
    assert provider.fetch(reference).event_id == rest.event_id
    assert len({paid.event_id, part.event_id, rest.event_id}) == 3


@pytest.mark.parametrize(
    ("mode", "money"),
    [("less", ("149.90", "RUB")), ("more", ("249.90", "RUB")), ("currency", ("199.90", "USD"))],
)
def test_another_sum_is_told_as_it_is(provider, events, reference, mode, money):
    [paid] = events(reference, mode, 1)
    assert paid.money == provider.fetch(reference).money == Money(Decimal(money[0]), money[1])


def test_copies_are_one_event(events, reference):
    told = events(reference, "duplicated", 4, count=3)
    assert len({event.event_id for event in told if event.kind is EventKind.PAID}) == 1


@pytest.mark.parametrize("mode", ["bad_signature", "unsigned"])
def test_without_a_right_signature_nothing_is_read(provider, calls, reference, mode):
    [raw] = calls(reference, mode, 1)
    with pytest.raises(CallbackRejected):
        provider.verify(raw)


def test_a_check_at_the_wrong_address_is_asked_about(provider, events, reference):
    [claim] = events(reference, "check_as_pay", 1)
    assert (claim.kind, claim.trust) == (EventKind.PAID, Trust.HINT)
    assert provider.confirm(claim, stored_id=reference).kind is EventKind.PENDING


def test_a_lost_payment_behind_a_declined_attempt_is_still_found(provider, events, reference):
    events(reference, "lost", 1)
    paid = provider.fetch(reference)
    events(reference, "decline", 2)
    again = provider.fetch(reference)
    assert (again.kind, again.event_id) == (EventKind.PAID, paid.event_id)


def test_everything_since_a_moment_is_listed(provider, events, reference):
    provider.create_invoice(request())
    events(reference, "pay", 2)
    events(reference, "refund", 1, amount="50")
    listed = list(provider.list_payments(since=now() - timedelta(minutes=1)))
    assert {event.reference for event in listed} == {reference}
    assert kinds(listed) == ["paid", "refunded"]
    assert not list(provider.list_payments(since=now() + timedelta(minutes=1)))


def test_a_dead_service_is_unreachable(sandbox, provider):
    with sandbox.sandbox.lock:
        sandbox.sandbox.faults.plan("cloudpayments", "status", status=503)
    with pytest.raises(ServiceUnreachable):
        provider.fetch("a")
