"""The two libraries about Crypto Pay take our simulator for it, and believe the calls that we believe."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackRejected
from payments.provider import EventKind
from payments.providers.cryptobot import signatures
from payments.providers.cryptobot.adapter import Provider
from tests.oracles.conftest import CREDENTIALS, Simulators
from tests.oracles.oracle import Oracle, oracle

LIBRARIES = ("ask_aiosend.py", "ask_aiocryptopay.py")
TOKEN = CREDENTIALS["CRYPTOBOT_TOKEN"]
SEED = 20_261_122


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Iterator[Oracle]:
    with oracle(request.param) as asked:
        yield asked


@pytest.fixture
def sdk(library: Oracle, simulators: Simulators) -> Oracle:
    library.ask("configure", url=f"{simulators.url}/cryptobot", token=TOKEN)
    return library


def is_genuine(raw: RawCallback) -> bool:
    try:
        Provider(token=TOKEN).verify(raw)
    except CallbackRejected:
        return False
    return True


def test_it_knows_the_app(sdk):
    assert sdk.ask("me")


def test_it_opens_finds_and_deletes_an_invoice(sdk):
    reference = uuid4().hex
    opened = sdk.ask("create", amount="199.50", payload=reference)
    [found] = sdk.ask("find", invoice_id=opened["invoice_id"])
    assert found == opened
    assert (found["status"], found["fiat"], found["amount"]) == ("active", "RUB", 199.5)
    assert found["payload"] == reference
    assert sdk.ask("delete", invoice_id=opened["invoice_id"]) is True


def test_its_own_classes_say_what_was_wrong(sdk):
    assert "UNAUTHORIZED" in str(sdk.refusal("as_a_stranger"))
    refused = sdk.refusal("create", amount="-1", payload="")
    assert refused.kind in ("APIError", "CodeErrorFactory_400", "CodeErrorFactory")


def test_it_reads_and_believes_what_our_simulator_tells(sdk, simulators):
    reference = uuid4().hex
    opened = sdk.ask("create", amount="199", payload=reference)
    invoice_id = opened["invoice_id"]
    watched = f"invoices/{invoice_id}"
    [raw] = simulators.happen("cryptobot", watched, invoice_id=invoice_id, mode="pay")
    signature = raw.headers[signatures.HEADER]
    assert believed(sdk, [(raw.body, signature)]) == [True]
    body: Any = raw.body.decode()
    theirs = sdk.ask("update", body=body if "aiosend" in sdk.script else json.loads(body))
    [ours] = Provider(token=TOKEN).parse(raw)
    assert (ours.kind, theirs["update_type"].rpartition(".")[2].lower()) == (
        EventKind.PAID,
        "invoice_paid",
    )
    assert (ours.external_id, ours.reference) == (str(theirs["invoice_id"]), theirs["payload"])
    assert ours.money is not None
    assert (float(ours.money.amount), ours.money.currency) == (theirs["amount"], theirs["fiat"])


def believed(sdk: Oracle, calls: list[tuple[bytes, str]]) -> list[bool]:
    as_text = "aiosend" not in sdk.script
    sent = [
        (body.decode() if as_text else base64.b64encode(body).decode(), signature)
        for body, signature in calls
    ]
    answer: list[bool] = sdk.ask("genuine", calls=sent)
    return answer


def some_calls() -> list[tuple[bytes, str]]:
    """Genuine calls and the ways in which somebody could change them; every body is text, as JSON is."""
    chance = random.Random(SEED)
    found: list[tuple[bytes, str]] = []
    for _ in range(100):
        words = ["199.00", "Анна ✓", "\\u043e", "", "a b", '"', "0x1F", "ﬁ", "199"]
        update = {
            "update_id": chance.randint(1, 10**9),
            "update_type": "invoice_paid",
            "payload": {
                "invoice_id": chance.randint(1, 10**6),
                "payload": chance.choice(words),
                "description": "".join(chance.choices(words, k=3)),
                "amount": chance.choice(["199", "199.00", "0.1"]),
            },
        }
        spaced = chance.choice([(",", ":"), (", ", ": ")])
        body = json.dumps(update, ensure_ascii=chance.random() < 0.5, separators=spaced).encode()
        signed = signatures.sign(body, token=TOKEN)
        found += [
            (body, signed),
            (body + b" ", signed),
            (body.replace(b"199", b"198"), signed),
            (body, signatures.sign(body, token="4242:another")),
            (body, signed[:-1]),
            (body, signed[:-1] + "0"),
            (body, ""),
            (json.dumps(update, indent=1).encode(), signed),
        ]
    return found


def test_it_believes_exactly_the_calls_that_we_believe(sdk):
    calls = some_calls()
    theirs = believed(sdk, calls)
    ours = [
        is_genuine(RawCallback(body=body, headers={signatures.HEADER: signature}))
        for body, signature in calls
    ]
    assert ours == theirs
    assert 100 <= sum(ours) < 300
