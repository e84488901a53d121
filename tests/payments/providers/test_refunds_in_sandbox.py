"""Refunds of every provider that gives money back, against the simulated services, which misbehave as told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests

from integrations import http
from integrations.clock import now
from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.sandbox.core.server import SandboxServer
from payments.abilities import RefundRequest, RefundState
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method
from payments.registry import get_provider


@dataclass(frozen=True)
class Service:
    """How one provider is reached in the sandbox, and what its refund call is called there."""

    credentials: dict[str, str]
    base: tuple[str, str]  # the variable, the path
    method: Method
    named_by: str  # of the control API: an order by its number
    refund: str
    find: str


SERVICES = {
    "yookassa": Service(
        {"YUKASSA_SHOP_ID": "100500", "YUKASSA_SECRET_KEY": "test_sandboxSecretKey"},
        ("YUKASSA_BASE_URL", "yookassa"),
        Method.CARD,
        "order_id",
        "refunds",
        "refunds",
    ),
    "cloudpayments": Service(
        {
            "CLOUDPAYMENTS_PUBLIC_ID": "pk_sandbox",
            "CLOUDPAYMENTS_API_SECRET": "cloudpayments-sandbox-secret",
        },
        ("CLOUDPAYMENTS_BASE_URL", "cloudpayments"),
        Method.CARD,
        "invoice_id",
        "payments/refund",
        "v2/payments/list",
    ),
    "cryptobot": Service(
        {"CRYPTOBOT_TOKEN": "4242:AAsandboxCryptoPayToken"},
        ("CRYPTOBOT_API_URL", "cryptobot"),
        Method.CRYPTO,
        "payload",
        "transfer",
        "getTransfers",
    ),
}


class Shop:
    """One paid order at one provider."""

    def __init__(self, sandbox: SandboxServer, slug: str) -> None:
        self.sandbox, self.slug, self.service = sandbox, slug, SERVICES[slug]
        self.provider: Any = get_provider(slug)
        self.reference = uuid4().hex
        opened = self.provider.create_invoice(
            InvoiceRequest(
                reference=self.reference,
                money=Money(Decimal("199.00"), "RUB"),
                method=self.service.method,
                description="№ 1",
                payer_id=700_100_200,
                return_url="https://shop.example/",
            )
        )
        if slug == "cloudpayments":
            self.control(f"{slug}/options", check=False)  # nobody is there to be asked
        self.control(f"{slug}/pay", **{self.service.named_by: self.reference, "mode": "lost"})
        self.external_id = opened.external_id
        self.paid = self.provider.fetch(self.external_id)
        until = time.monotonic() + 10
        while self.paid.kind is not EventKind.PAID and time.monotonic() < until:
            time.sleep(0.05)  # CloudPayments' payer acts in the background
            self.paid = self.provider.fetch(self.external_id)

    def control(self, path: str, **document: Any) -> Any:
        answer = requests.post(f"{self.sandbox.url}/control/{path}", json=document, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def misbehaves(self, operation: str, kind: str, **options: Any) -> None:
        self.control("faults", service=self.slug, kind=kind, operation=operation, **options)

    def asks(self, amount: str = "199.00", **changes: Any) -> RefundRequest:
        asked = RefundRequest(
            reference=uuid4().hex,
            payment_reference=self.reference,
            external_id=self.external_id,
            operation=self.paid.operation,
            money=Money(Decimal(amount), "RUB"),
            payer_id=700_100_200,
            description="№ 1",
            asked_since=now() - timedelta(minutes=5),
        )
        return replace(asked, **changes)

    def state(self) -> Any:
        """What the simulator remembers."""
        simulators = self.sandbox.sandbox.simulators
        return next(one.state for one in simulators if one.slug == self.slug)

    def made(self) -> int:
        """How many refunds the service has really made."""
        state = self.state()
        if self.slug == "cloudpayments":
            return sum(
                bool(one.parent) for order in state.orders.values() for one in order.operations
            )
        return len(state.transfers if self.slug == "cryptobot" else state.refunds)


@pytest.fixture(params=SERVICES)
def shop(request, settings) -> Iterator[Shop]:
    service = SERVICES[request.param]
    settings.SANDBOX = True
    settings.PAYMENT_PROVIDERS = [request.param]
    settings.CREDENTIALS = dict(settings.CREDENTIALS) | service.credentials
    with SandboxServer() as sandbox:
        name, path = service.base
        settings.CREDENTIALS = settings.CREDENTIALS | {name: f"{sandbox.url}/{path}"}
        yield Shop(sandbox, request.param)


only: Callable[[str], pytest.MarkDecorator] = lambda slug: pytest.mark.parametrize(  # noqa: E731
    "shop", [slug], indirect=True
)


def test_money_goes_back_in_parts_and_to_the_end(shop):
    for amount in ("50.00", "149.00"):
        result = shop.provider.refund(shop.asks(amount))
        assert result.state is RefundState.SUCCEEDED
        assert result.event.money.amount == Decimal(amount)
    assert shop.made() == 2


def test_the_same_request_gives_back_once(shop):
    asked = shop.asks()
    first, second = (shop.provider.refund(asked) for _turn in range(2))
    assert first.event == second.event
    assert shop.made() == 1


def test_an_unknown_refund_is_not_found(shop):
    shop.provider.refund(shop.asks("10.00"))
    assert shop.provider.find_refund(shop.asks("20.00")) is None


def test_a_lost_answer_is_found_again(shop):
    asked = shop.asks("60.00")
    shop.misbehaves(shop.service.refund, "after")
    with pytest.raises(ServiceUnreachable):
        shop.provider.refund(asked)
    found = shop.provider.find_refund(asked)
    assert found.state is RefundState.SUCCEEDED
    assert found.event.money.amount == Decimal("60.00")
    assert shop.made() == 1


@pytest.mark.parametrize("kind", ["status", "garbage", "reset"])
def test_no_answer_is_no_refund(shop, kind):
    shop.misbehaves(shop.service.refund, kind)
    asked = shop.asks()
    with pytest.raises(ServiceUnreachable):
        shop.provider.refund(asked)
    assert shop.provider.find_refund(asked) is None
    assert shop.made() == 0
    assert shop.provider.refund(asked).state is RefundState.SUCCEEDED


@pytest.mark.parametrize("kind", ["status", "garbage", "reset"])
def test_a_search_that_gets_no_answer_finds_nothing_out(shop, kind):
    asked = shop.asks()
    shop.provider.refund(asked)
    shop.misbehaves(shop.service.find, kind, times=2)
    with pytest.raises(ServiceUnreachable):
        shop.provider.find_refund(asked)


def test_a_silent_service_costs_no_more_than_its_deadline(shop, monkeypatch):
    monkeypatch.setattr(http.Client, "deadline", property(lambda c: 0.3, lambda c, seconds: None))
    shop.misbehaves(shop.service.refund, "hang", seconds=2)
    with pytest.raises(ServiceUnreachable):
        shop.provider.refund(shop.asks())
    assert shop.made() == 0


def test_more_than_was_paid_is_refused(shop):
    with pytest.raises(ServiceRefused):
        shop.provider.refund(shop.asks("199.01"))
    assert shop.made() == 0


@only("yookassa")
def test_yookassa_may_take_its_time(shop):
    shop.control("yookassa/options", refund_answer="pending", refund_seconds=0.2)
    asked = shop.asks()
    waiting = shop.provider.refund(asked)
    assert (waiting.state, waiting.event) == (RefundState.PENDING, None)
    shop.control("clock", advance_seconds=60)
    known = replace(asked, refund_id=waiting.external_id)
    assert shop.provider.find_refund(known).state is RefundState.SUCCEEDED
    assert shop.provider.find_refund(asked).external_id == waiting.external_id


@only("yookassa")
def test_yookassa_may_cancel_with_a_reason(shop):
    shop.control("yookassa/options", refund_answer="canceled", refund_reason="rejected_by_payee")
    result = shop.provider.refund(shop.asks())
    assert (result.state, result.reason) == (
        RefundState.FAILED,
        "получатель отказался от денег",
    )


@only("cloudpayments")
def test_cloudpayments_forgets_its_key_after_an_hour_and_is_asked_first(shop):
    asked = shop.asks("50.00")
    shop.misbehaves(shop.service.refund, "after")
    with pytest.raises(ServiceUnreachable):
        shop.provider.refund(asked)
    shop.control("clock", advance_seconds=7200)
    assert shop.provider.find_refund(asked) is not None
    assert shop.made() == 1
    shop.provider.refund(asked)  # what would happen if it were not asked
    assert shop.made() == 2


@only("cryptobot")
@pytest.mark.parametrize(
    ("option", "says"), [("transfers", "переводы выключены"), ("coins", "не хватает монет")]
)
def test_cryptobot_says_what_is_missing(shop, option, says):
    shop.control("cryptobot/options", **{option: False})
    with pytest.raises(ServiceRefused, match=says):
        shop.provider.refund(shop.asks())


@only("cryptobot")
def test_cryptobot_sends_the_coin_that_was_paid_and_never_more(shop):
    for amount in ("66.33", "66.33", "66.34"):
        shop.provider.refund(shop.asks(amount))
    state = shop.state()
    [invoice] = state.invoices.values()
    sent = list(state.transfers.values())
    assert {one.asset for one in sent} == {invoice.paid_asset}
    assert {one.user_id for one in sent} == {700_100_200}
    total = sum(one.amount for one in sent)
    assert invoice.paid_amount - Decimal("0.00000003") <= total <= invoice.paid_amount
