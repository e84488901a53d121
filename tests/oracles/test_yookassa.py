"""YooKassa's own library takes our simulator for YooKassa, and trusts the addresses we trust."""

from __future__ import annotations

import ipaddress
import json
import random
from collections.abc import Iterator
from uuid import uuid4

import pytest

from payments.provider import EventKind
from payments.providers.yookassa.adapter import Provider
from payments.providers.yookassa.addresses import NETWORKS, is_theirs
from tests.oracles.conftest import CREDENTIALS, Simulators
from tests.oracles.oracle import Oracle, oracle

SEED = 20_261_122
SDK_NETWORKS_IN_IPV6 = ("1509", "2655", "1533", "2669")


@pytest.fixture(scope="module")
def library() -> Iterator[Oracle]:
    with oracle("ask_yookassa.py") as asked:
        yield asked


@pytest.fixture
def sdk(library: Oracle, simulators: Simulators) -> Oracle:
    configure(library, simulators)
    return library


def configure(library: Oracle, simulators: Simulators, **changes: str) -> None:
    shop = {"shop_id": CREDENTIALS["YUKASSA_SHOP_ID"], "secret": CREDENTIALS["YUKASSA_SECRET_KEY"]}
    library.ask("configure", url=f"{simulators.url}/yookassa", **(shop | changes))


def open_payment(sdk: Oracle) -> dict[str, str]:
    opened: dict[str, str] = sdk.ask(
        "create", value="199.00", order_id=uuid4().hex, key=uuid4().hex
    )
    return opened


def test_it_knows_the_shop(sdk):
    assert sdk.ask("me") == CREDENTIALS["YUKASSA_SHOP_ID"]


def test_it_opens_and_finds_a_payment(sdk):
    order_id = uuid4().hex
    opened = sdk.ask("create", value="199.00", order_id=order_id, key=uuid4().hex)
    assert opened["pay_url"].startswith("http")
    found = sdk.ask("find", payment_id=opened["id"])
    assert (found["status"], found["order_id"]) == ("pending", order_id)
    assert (float(found["value"]), found["currency"]) == (199.0, "RUB")


def test_the_same_key_opens_the_same_payment(sdk):
    asked = {"value": "199.00", "order_id": uuid4().hex, "key": uuid4().hex}
    assert sdk.ask("create", **asked)["id"] == sdk.ask("create", **asked)["id"]


def test_it_lists_what_succeeded_and_gives_it_back_in_parts(sdk, simulators):
    payment_id = open_payment(sdk)["id"]
    pay(simulators, payment_id, "pay")
    assert payment_id in [one["id"] for one in sdk.ask("listed", status="succeeded")]
    for part in ("50.00", "149.00"):
        refund = sdk.ask("refund", payment_id=payment_id, value=part, key=uuid4().hex)
        assert sdk.ask("find_refund", refund_id=refund["id"]) == refund
        assert (refund["status"], refund["payment_id"]) == ("succeeded", payment_id)
    assert float(sdk.ask("find", payment_id=payment_id)["refunded"]) == 199.0


def test_its_own_classes_say_what_was_wrong(sdk, simulators):
    opened = open_payment(sdk)
    kinds = {
        sdk.refusal("find", payment_id=str(uuid4())).kind,
        sdk.refusal("create", value="0.00", order_id="1", key=uuid4().hex).kind,
        sdk.refusal("refund", payment_id=opened["id"], value="1.00", key=uuid4().hex).kind,
    }
    configure(sdk, simulators, secret="test_wrong")
    assert sdk.refusal("me").kind == "UnauthorizedError"
    assert kinds <= {"NotFoundError", "BadRequestError", "ValueError"}
    assert "NotFoundError" in kinds


def pay(simulators: Simulators, payment_id: str, mode: str, **details: str):
    watched = f"payments/{payment_id}"
    return simulators.happen("yookassa", watched, id=payment_id, mode=mode, **details)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("pay", EventKind.PAID), ("decline", EventKind.FAILED)],
)
def test_it_reads_what_our_simulator_tells_as_we_do(sdk, simulators, mode, kind):
    payment_id = open_payment(sdk)["id"]
    [raw] = pay(simulators, payment_id, mode)
    theirs = sdk.ask("notified", body=json.loads(raw.body))
    provider = Provider.from_credentials(CREDENTIALS)
    provider.verify(raw)
    [ours] = provider.parse(raw)
    assert (ours.kind, ours.external_id, ours.reference, ours.reason) == (
        kind,
        theirs["id"],
        theirs["order_id"],
        theirs["reason"] or "",
    )
    assert ours.money is not None
    assert float(ours.money.amount) == float(theirs["value"])


def test_it_reads_a_refund_as_we_do(sdk, simulators):
    payment_id = open_payment(sdk)["id"]
    pay(simulators, payment_id, "pay")
    [raw] = pay(simulators, payment_id, "refund")
    theirs = sdk.ask("notified", body=json.loads(raw.body))
    [ours] = Provider.from_credentials(CREDENTIALS).parse(raw)
    assert theirs["event"] == "refund.succeeded"
    assert ours.event_id == f"refund:{theirs['id']}"
    assert ours.external_id == theirs["payment_id"] == payment_id


def some_addresses() -> list[str]:
    """The edges of every network, one step outside them, and many others."""
    chance = random.Random(SEED)
    found = []
    for network in NETWORKS:
        first, last = int(network[0]), int(network[-1])
        kind = type(network[0])
        found += [kind(number) for number in (first - 1, first, last, last + 1)]
        found += [kind(chance.randint(first, last)) for _ in range(30)]
    found += [ipaddress.IPv4Address(chance.getrandbits(32)) for _ in range(300)]
    found += [ipaddress.IPv6Address(chance.getrandbits(128)) for _ in range(100)]
    found += [
        ipaddress.IPv6Address(f"2a02:5180:0:{part}::{chance.getrandbits(16):x}")
        for part in SDK_NETWORKS_IN_IPV6
        for _ in range(10)
    ]
    return [str(address) for address in found]


def test_we_trust_the_addresses_it_trusts(library):
    """In IPv6 the library names four parts of the network that the documentation names as a whole."""
    addresses = some_addresses()
    theirs = dict(zip(addresses, library.ask("trusted", addresses=addresses), strict=True))
    assert sum(theirs.values()) > 100
    for address, trusted in theirs.items():
        if ":" in address and not trusted:
            assert is_theirs(address) == address.startswith("2a02:5180:")
        else:
            assert is_theirs(address) == trusted, address
