"""Crypto Pay: opening invoices, paying them in every way, and what the product is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.sandbox.cryptobot.payer import MODES
from integrations.sandbox.cryptobot.wire import printed, signature, wrong_signatures

TOKEN = "4242:AAsandboxCryptoPayToken"
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "payments/providers/cryptobot/vectors.json").read_text()
)
ORDER = {
    "currency_type": "fiat",
    "fiat": "RUB",
    "amount": "199",
    "accepted_assets": "USDT,TON",
    "description": "Подписка",
    "payload": "ord-1",
    "expires_in": 3600,
}


@pytest.fixture
def app(sandbox, receiver):
    """The API as the product calls it; updates go to the receiver, retries come fast."""
    sandbox.post("cryptobot/options", callback_url=receiver.url, retry_seconds=[0.05, 0.05])

    class App:
        def call(self, method: str, /, **fields: Any) -> requests.Response:
            token = fields.pop("token", TOKEN)
            return requests.post(
                f"{sandbox.url}/cryptobot/api/{method}",
                json=fields,
                headers={"Crypto-Pay-API-Token": token},
                timeout=30,
            )

        def create(self, **changes: Any) -> dict[str, Any]:
            answer = self.call("createInvoice", **(ORDER | changes)).json()
            assert answer["ok"], answer
            result: dict[str, Any] = answer["result"]
            return result

        def refusal(self, method: str = "createInvoice", **changes: Any) -> tuple[int, str]:
            answer = self.call(method, **(ORDER | changes))
            assert answer.json()["ok"] is False
            return answer.status_code, answer.json()["error"]["name"]

        def status(self, invoice_id: int) -> str:
            found = self.call("getInvoices", invoice_ids=str(invoice_id)).json()["result"]["items"]
            return str(found[0]["status"]) if found else "gone"

    return App()


# --- the signature, against vectors computed elsewhere


def test_an_update_has_the_documented_bytes_and_signature():
    body = VECTORS["body"].encode()
    assert printed(json.loads(body)) == body
    assert signature(body, VECTORS["token"]) == VECTORS["signature"]
    assert signature(b"", VECTORS["token"]) == VECTORS["empty_body_signature"]


def test_the_usual_mistakes_give_the_wrong_signatures():
    wrong = wrong_signatures(VECTORS["body"].encode(), VECTORS["token"])
    assert list(wrong.values()) == list(VECTORS["wrong_signatures"].values())[:2]


# --- the API


def test_an_invoice_is_active_and_has_its_links(app):
    invoice = app.create()
    assert (invoice["status"], invoice["amount"], invoice["fiat"]) == ("active", "199", "RUB")
    assert invoice["accepted_assets"] == ["USDT", "TON"]
    assert "199" in requests.get(invoice["mini_app_invoice_url"], timeout=30).text
    assert "paid_at" not in invoice


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"fiat": "XYZ"}, (400, "UNSUPPORTED_FIAT")),
        ({"currency_type": "crypto", "asset": "DOGE"}, (400, "UNSUPPORTED_ASSET")),
        ({"accepted_assets": "USDT,DOGE"}, (400, "UNSUPPORTED_ACCEPTED_ASSET")),
        ({"accepted_assets": ["USDT"]}, (500, "APP_ERROR")),
        ({"paid_btn_name": "callback"}, (400, "PAID_BTN_URL_REQUIRED")),
        ({"expires_in": 2_678_401}, (400, "EXPIRES_IN_INVALID")),
        ({"expires_in": 0}, (400, "EXPIRES_IN_INVALID")),
        ({"amount": "0.5"}, (400, "AMOUNT_TOO_SMALL")),
        ({"amount": "1e3"}, (400, "AMOUNT_INVALID")),
        ({"amount": ""}, (400, "AMOUNT_INVALID")),
        ({"description": "x" * 1025}, (400, "DESCRIPTION_TOO_LONG")),
    ],
    ids=str,
)
def test_a_bad_invoice_is_refused(app, changes, refusal):
    assert app.refusal(**changes) == refusal


def test_a_wrong_token_a_suspended_app_and_an_unknown_method(app, sandbox):
    assert app.call("getMe", token="1:wrong").json()["error"]["name"] == "UNAUTHORIZED"
    assert app.refusal("refund") == (405, "METHOD_NOT_FOUND")
    sandbox.post("cryptobot/options", suspended=True)
    assert app.refusal("getMe") == (423, "APP_LOCKED")


def test_parameters_may_stand_in_the_query(app, sandbox):
    first, second = app.create(), app.create(payload="ord-2")
    answer = requests.get(
        f"{sandbox.url}/cryptobot/api/getInvoices",
        params={"invoice_ids": f"{first['invoice_id']},{second['invoice_id']}", "count": "1"},
        headers={"Crypto-Pay-API-Token": TOKEN},
        timeout=30,
    )
    assert [one["payload"] for one in answer.json()["result"]["items"]] == ["ord-2"]


def test_an_invoice_expires_without_a_word(app, sandbox, receiver):
    invoice = app.create(expires_in=60)
    sandbox.post("clock", advance_seconds=61)
    assert app.status(invoice["invoice_id"]) == "expired"
    assert receiver.calls == []


def test_only_an_active_invoice_can_be_deleted(app):
    invoice = app.create()
    assert app.call("deleteInvoice", invoice_id=invoice["invoice_id"]).json()["result"] is True
    assert app.status(invoice["invoice_id"]) == "gone"
    assert app.refusal("deleteInvoice", invoice_id=invoice["invoice_id"])[0] == 404


# --- paying


@pytest.mark.parametrize(
    ("mode", "updates", "genuine", "status"),
    [
        ("pay", 1, True, "paid"),
        ("late", 1, True, "paid"),
        ("less", 1, True, "paid"),
        ("usd", 1, True, "paid"),
        ("crypto", 1, True, "paid"),
        ("twice", 2, True, "paid"),
        ("duplicated", 5, True, "paid"),
        ("renumbered", 2, True, "paid"),
        ("escaped", 1, True, "paid"),
        ("other_type", 1, True, "active"),
        ("stranger", 1, True, "active"),
        ("empty", 1, True, "active"),
        ("bad_signature", 1, False, "active"),
        ("unsigned", 1, False, "active"),
        ("token_key", 1, False, "active"),
        ("hex_key", 1, False, "active"),
        ("changed", 1, False, "active"),
    ],
)
def test_each_way_tells_the_product_what_it_says(
    app, sandbox, receiver, mode, updates, genuine, status
):
    invoice = app.create()
    sandbox.post("cryptobot/pay", invoice_id=str(invoice["invoice_id"]), mode=mode)
    for headers, body in receiver.wait(updates):
        assert (headers.get("crypto-pay-api-signature") == signature(body, TOKEN)) is genuine
    assert app.status(invoice["invoice_id"]) == status


@pytest.mark.parametrize(
    ("mode", "status"), [("lost", "paid"), ("expire", "expired"), ("delete", "gone")]
)
def test_some_ways_tell_the_product_nothing(app, sandbox, receiver, mode, status):
    invoice = app.create()
    sandbox.post("cryptobot/pay", payload="ord-1", mode=mode)
    assert app.status(invoice["invoice_id"]) == status
    assert receiver.calls == []


def test_the_coins_are_told_beside_the_price(app, sandbox, receiver):
    app.create()
    sandbox.post("cryptobot/pay", payload="ord-1", mode="pay", asset="TON")
    told = json.loads(receiver.wait(1)[0][1])["payload"]
    assert (told["amount"], told["fiat"], told["paid_asset"]) == ("199", "RUB", "TON")
    assert told["paid_amount"] == "0.81026059"


def test_a_refused_update_is_repeated_until_it_is_taken(app, sandbox, receiver):
    receiver.statuses = [503, 500]
    invoice = app.create()
    sandbox.post("cryptobot/pay", payload="ord-1", mode="pay")
    assert len({call[1] for call in receiver.wait(3)}) == 1
    found = sandbox.get(f"cryptobot/invoices/{invoice['invoice_id']}", wait=5)["invoice"]
    assert [(one["done"], len(one["attempts"])) for one in found["deliveries"]] == [(True, 3)]


def test_every_mode_is_on_the_wallet_page(sandbox):
    assert requests.get(f"{sandbox.url}/bank/cryptobot/", timeout=30).ok
    script = requests.get(f"{sandbox.url}/static/sandbox/cryptobot/ways.js", timeout=30).text
    assert {mode for mode in MODES if f'["{mode}"' not in script} == {"pay"}
