"""The library about CloudPayments takes our simulator for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from integrations.clock import now
from payments.provider import EventKind
from payments.providers.cloudpayments.adapter import Provider
from tests.oracles.conftest import CREDENTIALS, Simulators
from tests.oracles.oracle import Oracle, oracle


@pytest.fixture(scope="module")
def library() -> Iterator[Oracle]:
    with oracle("ask_cloudpayments.py") as asked:
        yield asked


def configure(library: Oracle, simulators: Simulators, **changes: str) -> None:
    site = {
        "public_id": CREDENTIALS["CLOUDPAYMENTS_PUBLIC_ID"],
        "secret": CREDENTIALS["CLOUDPAYMENTS_API_SECRET"],
    }
    library.ask("configure", url=f"{simulators.url}/cloudpayments", **(site | changes))


@pytest.fixture
def sdk(library: Oracle, simulators: Simulators) -> Oracle:
    configure(library, simulators)
    return library


@pytest.fixture
def reference(sdk: Oracle) -> str:
    """The number of an open order."""
    number = uuid4().hex
    opened = sdk.ask("create", amount="199.90", invoice_id=number)
    assert opened["url"].startswith("http")
    return number


def pay(simulators: Simulators, reference: str, mode: str) -> None:
    simulators.happen("cloudpayments", f"orders/{reference}", invoice_id=reference, mode=mode)


def test_it_tries_the_credentials(sdk, simulators):
    assert sdk.ask("test")
    configure(sdk, simulators, secret="wrong")
    assert sdk.refusal("test").kind in ("JSONDecodeError", "CloudPaymentsError")


def test_it_finds_what_was_paid_as_our_adapter_does(sdk, simulators, reference):
    pay(simulators, reference, "pay")
    theirs = sdk.ask("find", invoice_id=reference)
    base_url = {"CLOUDPAYMENTS_BASE_URL": f"{simulators.url}/cloudpayments"}
    ours = Provider.from_credentials(CREDENTIALS | base_url).fetch(reference)
    assert (ours.kind, theirs["status"]) == (EventKind.PAID, "Completed")
    assert (ours.operation, ours.reference) == (str(theirs["id"]), theirs["invoice_id"])
    assert ours.money is not None
    assert (f"{ours.money.amount}", ours.money.currency) == (theirs["amount"], theirs["currency"])
    assert sdk.ask("get", transaction_id=theirs["id"]) == theirs
    made = datetime.fromisoformat(theirs["created"])
    assert abs((now() - made).total_seconds()) < 60


def test_it_lists_the_payments_of_a_day(sdk, simulators, reference):
    pay(simulators, reference, "pay")
    today = datetime.now(UTC).date().isoformat()
    assert reference in [one["invoice_id"] for one in sdk.ask("listed", day=today)]
    assert sdk.ask("listed", day="2020-01-01") == []


def test_it_gives_money_back_in_parts(sdk, simulators, reference):
    pay(simulators, reference, "pay")
    paid = sdk.ask("find", invoice_id=reference)["id"]
    first = sdk.ask("refund", transaction_id=paid, amount="50")
    second = sdk.ask("refund", transaction_id=paid, amount="149.90")
    assert len({paid, first, second}) == 3
    assert sdk.refusal("refund", transaction_id=paid, amount="1").kind == "CloudPaymentsError"


def test_it_takes_or_lets_go_what_is_held(sdk, simulators, reference):
    pay(simulators, reference, "authorize")
    held = sdk.ask("find", invoice_id=reference)
    assert held["status"] == "Authorized"
    sdk.ask("confirm", transaction_id=held["id"], amount="199.90")
    simulators.wait(f"cloudpayments/orders/{reference}")
    assert sdk.ask("find", invoice_id=reference)["status"] == "Completed"


def test_its_own_class_says_what_was_wrong(sdk):
    assert sdk.refusal("find", invoice_id=uuid4().hex).kind == "CloudPaymentsError"
    assert sdk.refusal("void", transaction_id=1).kind == "CloudPaymentsError"
