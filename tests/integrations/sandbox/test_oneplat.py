"""1Plat: making orders, paying them in every way, and what the product is told."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.conf import settings

from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.oneplat.payer import MODES
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.oneplat.wire import hmac_of, md5_of, request_sign
from tests.integrations.sandbox.conftest import Remote


@pytest.fixture
def shop(sandbox, receiver):
    """The API as the product calls it; callbacks go to the receiver, retries come fast."""
    sandbox.post("oneplat/options", callback_url=receiver.url, retry_seconds=[0.05, 0.05])
    headers = {
        "x-shop": settings.CREDENTIALS["ONEPLAT_SHOP_ID"],
        "x-secret": settings.CREDENTIALS["ONEPLAT_SHOP_SECRET"],
    }

    class Shop:
        def send(self, verb: str, path: str, /, **document: Any) -> requests.Response:
            url = f"{sandbox.url}/oneplat/api/{path}"
            return requests.request(verb, url, json=document or None, headers=headers, timeout=30)

        def create(self, **fields: Any) -> requests.Response:
            document = {
                "merchant_order_id": "ord-1",
                "user_id": 555,
                "amount": 199,
                "method": "card",
            }
            return self.send("POST", "merchant/order/create/by-api", **(document | fields))

        def info(self, guid: str) -> dict[str, Any]:
            answer = self.send("GET", f"merchant/order/info/{guid}/by-api").json()
            payment: dict[str, Any] = answer["payment"]
            return payment

    return Shop()


def body_of(call: tuple[dict[str, str], bytes]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(call[1])
    return body


def signatures_right(body: dict[str, Any]) -> tuple[bool, bool]:
    """(HMAC, MD5), computed from the received body again."""
    secret = settings.CREDENTIALS["ONEPLAT_SHOP_SECRET"]
    fields = {name: value for name, value in body.items() if not name.startswith("signature")}
    text = json.loads(json.dumps(fields))
    digest = md5_of(
        text["merchant_id"], str(text["amount"]), settings.CREDENTIALS["ONEPLAT_SHOP_ID"], secret
    )
    return body.get("signature") == hmac_of(fields, secret), body.get("signature_v2") == digest


def test_an_order_comes_with_requisites_and_is_waiting(shop):
    answer = shop.create().json()
    assert answer["success"] == 1
    payment = answer["payment"]
    assert payment["guid"] == answer["guid"]
    assert payment["note"]["pan"].startswith("2200 0000 ")
    assert (payment["status"], payment["amount"], payment["amount_to_shop"]) == (0, 199, 169.15)
    assert shop.info(answer["guid"]) == payment


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"amount": 99}, 400, "Минимальная сумма 100"),
        ({"amount": "199"}, 400, "amount must be a number"),
        ({"user_id": "anna"}, 400, "user_id"),
        ({"method": "cash"}, 400, "unknown payment method"),
    ],
)
def test_a_bad_order_is_refused(shop, fields, status, words):
    answer = shop.create(**fields)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_one_order_per_user_per_minute(shop, sandbox):
    assert shop.create().ok
    assert "1 минуту" in shop.create(merchant_order_id="ord-2").json()["error"]
    assert shop.create(merchant_order_id="ord-3", user_id=556).ok
    sandbox.post("clock", advance_seconds=61)
    assert shop.create(merchant_order_id="ord-4").ok


def test_no_requisites_is_a_500_with_words(shop, sandbox):
    sandbox.post("oneplat/options", no_requisites=True)
    answer = shop.create()
    assert (answer.status_code, "error" in answer.json()) == (500, True)


def test_a_wrong_secret_is_refused(sandbox):
    url = f"{sandbox.url}/oneplat/api/shop/info/by-api"
    answer = requests.get(url, headers={"x-shop": "4242", "x-secret": "nope"}, timeout=30)
    assert answer.json() == {"success": 0, "error": "Merchant secret is wrong"}


def test_a_draft_gets_its_method_on_the_pay_page(shop, sandbox):
    answer = shop.create(method=None).json()
    assert (answer["payment"]["status"], answer["payment"]["note"]) == (-1, None)
    assert "Чем оплатите" in requests.get(answer["url"], timeout=30).text
    requests.post(f"{answer['url']}/method", data={"method": "sbp"}, timeout=30)
    payment = shop.info(answer["guid"])
    assert (payment["status"], payment["method_group"]) == (0, "sbp")


def test_a_signed_redirect_leads_to_the_pay_page(shop, sandbox):
    secret = settings.CREDENTIALS["ONEPLAT_SHOP_SECRET"]
    document = {"merchant_order_id": "r-1", "user_id": 9, "shop_id": "4242", "amount": 199}
    url = f"{sandbox.url}/oneplat/api/merchant/order/sign/create/by-api"
    sign = request_sign("4242", secret, "199", "r-1")
    answer = requests.post(url, json=document | {"sign": sign}, allow_redirects=False, timeout=30)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{sandbox.url}/oneplat/pay/")
    assert requests.post(url, json=document | {"sign": "0" * 32}, timeout=30).status_code == 403


def test_the_list_holds_the_orders_since_a_date(shop):
    shop.create()
    path = "merchant/order/list/by-api"
    assert (
        len(shop.send("POST", path, date_start="2020-01-01 00:00:00", status=0).json()["payments"])
        == 1
    )
    assert (
        shop.send("POST", path, date_start="2020-01-01 00:00:00", status=1).json()["payments"] == []
    )


@pytest.mark.parametrize(
    ("mode", "statuses", "hmac_and_md5", "api_status"),
    [
        ("pay", [1], (True, True), 1),
        ("confirm", [2], (True, True), 2),
        ("late", [1], (True, True), 1),
        ("twice", [1, 1], (True, True), 1),
        ("reordered", [2, 1, 0], (True, True), 2),
        ("error", [-2], (True, True), -2),
        ("waiting", [0], (True, True), 0),
        ("md5_only", [1], (False, True), 1),
        ("hmac_only", [1], (True, False), 1),
        ("md5_wrong_hmac", [1], (False, True), 1),
        ("unsigned", [1], (False, False), 0),
        ("bad_signature", [1], (False, False), 0),
        ("forged_status", [1], (False, True), 0),
        ("other_guid", [1], (False, True), 0),
    ],
)
def test_each_way_tells_the_product_what_it_says(
    shop, sandbox, receiver, mode, statuses, hmac_and_md5, api_status
):
    guid = shop.create().json()["guid"]
    sandbox.post("oneplat/pay", guid=guid, mode=mode)
    bodies = [body_of(call) for call in receiver.wait(len(statuses))]
    assert [body["status"] for body in bodies] == statuses
    assert {signatures_right(body) for body in bodies} == {hmac_and_md5}
    assert shop.info(guid)["status"] == api_status


def test_another_sum_shows_in_the_callback_and_in_the_api(shop, sandbox, receiver):
    guid = shop.create().json()["guid"]
    sandbox.post("oneplat/pay", merchant_order_id="ord-1", mode="less", amount="150")
    assert body_of(receiver.wait(1)[0])["amount"] == shop.info(guid)["amount"] == 150


def test_a_lost_callback_leaves_the_order_paid_and_the_product_silent(shop, sandbox, receiver):
    guid = shop.create().json()["guid"]
    sandbox.post("oneplat/pay", guid=guid, mode="lost")
    assert shop.info(guid)["status"] == 1
    assert receiver.calls == []


def test_a_refused_callback_is_repeated_until_it_is_taken(shop, sandbox, receiver):
    receiver.statuses = [503, 500]
    guid = shop.create().json()["guid"]
    sandbox.post("oneplat/pay", guid=guid, mode="pay")
    assert len({call[1] for call in receiver.wait(3)}) == 1
    (delivery,) = sandbox.get(f"oneplat/orders/{guid}", wait=5)["order"]["deliveries"]
    assert (delivery["done"], len(delivery["attempts"])) == (True, 3)


def test_an_undelivered_callback_goes_out_after_a_restart(settings, tmp_path, receiver):
    settings.SANDBOX = True
    path = tmp_path / "state.json"
    with SandboxServer(state_path=path) as server:
        remote = Remote(server)
        remote.post("oneplat/options", callback_url=receiver.url)
        with server.sandbox.lock:
            shop = server.sandbox.get(Oneplat)
            shop.create(merchant_order_id="ord-1", user_id="5", amount=Decimal(199), method="card")
        remote.post("oneplat/pay", merchant_order_id="ord-1", mode="slow", seconds=60)
    with SandboxServer(state_path=path):
        assert body_of(receiver.wait(1)[0])["merchant_id"] == "ord-1"


def test_the_amount_to_pay_can_be_shifted(shop, sandbox):
    sandbox.post("oneplat/options", shift="1", lifetime_minutes=5)
    payment = shop.create().json()["payment"]
    assert (payment["amount"], payment["amount_to_pay"]) == (199, 200)


def test_every_mode_is_on_the_bank_page(sandbox):
    script = requests.get(f"{sandbox.url}/static/sandbox/oneplat/ways.js", timeout=30).text
    missing = {mode for mode in MODES if f'["{mode}"' not in script}
    assert missing == {"pay", "confirm"}
