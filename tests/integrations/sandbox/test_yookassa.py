"""YooKassa: opening payments, ending them in every way, and what the product is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from integrations.sandbox.yookassa.payer import MODES
from integrations.sandbox.yookassa.simulator import Yookassa
from integrations.sandbox.yookassa.wire import basic

ORDER = {
    "amount": {"value": "199.00", "currency": "RUB"},
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
    "payment_method_data": {"type": "bank_card"},
    "description": "№ 1",
    "metadata": {"order_id": "ord-1"},
}


@pytest.fixture
def shop(sandbox, receiver):
    """The API as the product calls it; notifications go to the receiver, retries come fast."""
    sandbox.post("yookassa/options", callback_url=receiver.url, retry_seconds=[0.05, 0.1])
    known = sandbox.server.sandbox.get(Yookassa)

    class Shop:
        def send(self, verb: str, path: str, *, key: str = "k1", **options: Any) -> Any:
            return requests.request(
                verb,
                f"{sandbox.url}/yookassa/{path}",
                auth=(known.shop_id, known.key),
                headers={"Idempotence-Key": key},
                timeout=30,
                **options,
            )

        def create(self, *, key: str = "k1", **changes: Any) -> Any:
            return self.send("POST", "payments", key=key, json=ORDER | changes)

        def opened(self, **changes: Any) -> str:
            return str(self.create(**changes).json()["id"])

        def status(self, payment_id: str) -> str:
            return str(self.send("GET", f"payments/{payment_id}").json()["status"])

    return Shop()


def told(call: tuple[dict[str, str], bytes]) -> tuple[str, str]:
    body = json.loads(call[1])
    return body["event"], body["object"]["status"]


def test_the_header_is_that_of_the_vector():
    assert basic("100500", "test_demoSecretKey") == "MTAwNTAwOnRlc3RfZGVtb1NlY3JldEtleQ=="


def test_wrong_keys_get_an_error_object(sandbox):
    answer = requests.get(f"{sandbox.url}/yookassa/me", auth=("100500", "wrong"), timeout=30)
    assert answer.status_code == 401
    assert (answer.json()["type"], answer.json()["code"]) == ("error", "invalid_credentials")


def test_a_new_payment_waits_on_its_page(shop):
    payment = shop.create().json()
    assert (payment["status"], payment["paid"]) == ("pending", False)
    page = requests.get(payment["confirmation"]["confirmation_url"], timeout=30)
    assert "Оплатить" in page.text


def test_a_key_makes_one_payment_and_belongs_to_one_body(shop):
    first = shop.create()
    assert shop.create().json()["id"] == first.json()["id"]
    assert shop.create(description="another").status_code == 400
    assert shop.create(key="k2").json()["id"] != first.json()["id"]
    assert shop.create(key="").status_code == 400


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"amount": {"value": 199, "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "0.50", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "199.00", "currency": "USD"}}, "amount"),
        ({"payment_method_data": {"type": "cash"}}, "payment_method_data.type"),
        ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
        ({"description": "x" * 129}, "description"),
    ],
    ids=str,
)
def test_a_bad_payment_is_refused_by_its_field(shop, changes, parameter):
    answer = shop.create(**changes)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_a_shop_with_receipts_takes_no_payment_without_one(shop, sandbox):
    sandbox.post("yookassa/options", receipt_required=True)
    assert shop.create().json()["parameter"] == "receipt"
    assert shop.create(key="k2", receipt={"items": []}).ok


def test_without_capture_the_money_is_held_until_it_is_taken(shop, sandbox, receiver):
    payment_id = shop.opened(capture=False)
    sandbox.post("yookassa/pay", id=payment_id, mode="pay")
    assert shop.status(payment_id) == "waiting_for_capture"
    assert shop.send("POST", f"payments/{payment_id}/capture", key="c1", json={}).ok
    events = [told(call)[0] for call in receiver.wait(2)]
    assert sorted(events) == ["payment.succeeded", "payment.waiting_for_capture"]


def test_an_hour_later_nobody_can_pay_any_more(shop, sandbox, receiver):
    payment_id = shop.opened()
    sandbox.post("clock", advance_seconds=3601)
    answer = shop.send("GET", f"payments/{payment_id}").json()
    assert answer["cancellation_details"]["reason"] == "expired_on_confirmation"
    assert told(receiver.wait(1)[0]) == ("payment.canceled", "canceled")


@pytest.mark.parametrize(
    ("mode", "news", "status"),
    [
        ("pay", [("payment.succeeded", "succeeded")], "succeeded"),
        ("twice", [("payment.succeeded", "succeeded")] * 2, "succeeded"),
        (
            "reordered",
            [
                ("payment.succeeded", "succeeded"),
                ("payment.waiting_for_capture", "waiting_for_capture"),
            ],
            "succeeded",
        ),
        ("hold", [("payment.waiting_for_capture", "waiting_for_capture")], "waiting_for_capture"),
        ("decline", [("payment.canceled", "canceled")], "canceled"),
        ("expire", [("payment.canceled", "canceled")], "canceled"),
        (
            "stale",
            [("payment.succeeded", "succeeded"), ("refund.succeeded", "succeeded")],
            "succeeded",
        ),
        ("forged", [("payment.succeeded", "succeeded")], "pending"),
        ("wrong_address", [("payment.succeeded", "succeeded")], "pending"),
        ("foreign", [("payment.succeeded", "succeeded")], "pending"),
        ("other_payment", [("payment.succeeded", "succeeded")], "pending"),
        ("forged_refund", [("refund.succeeded", "succeeded")], "pending"),
    ],
)
def test_each_way_tells_the_product_what_it_says(shop, sandbox, receiver, mode, news, status):
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", order_id="ord-1", mode=mode)
    assert [told(call) for call in receiver.wait(len(news))] == news
    assert shop.status(payment_id) == status


def test_a_stranger_has_another_address(shop, sandbox, receiver):
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", id=payment_id, mode="wrong_address")
    sandbox.post("yookassa/pay", id=payment_id, mode="pay")
    addresses = {headers["x-forwarded-for"] for headers, _body in receiver.wait(2)}
    assert addresses == {"203.0.113.7", "185.71.76.5"}


def test_another_sum_shows_in_the_api(shop, sandbox):
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", id=payment_id, mode="less", amount="150")
    assert shop.send("GET", f"payments/{payment_id}").json()["amount"]["value"] == "150.00"


def test_a_lost_notification_leaves_the_product_silent(shop, sandbox, receiver):
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", id=payment_id, mode="lost")
    assert (shop.status(payment_id), receiver.calls) == ("succeeded", [])


def test_no_more_goes_back_than_came(shop, sandbox, receiver):
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", id=payment_id, mode="pay")
    sandbox.post("yookassa/pay", id=payment_id, mode="refund_part")
    body = {"payment_id": payment_id, "amount": {"value": "150.00", "currency": "RUB"}}
    refused = shop.send("POST", "refunds", key="r1", json=body)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "amount.value")
    body["amount"] = {"value": "149.00", "currency": "RUB"}
    made = shop.send("POST", "refunds", key="r2", json=body).json()
    assert shop.send("GET", f"refunds/{made['id']}").json() == made
    assert shop.send("GET", f"payments/{payment_id}").json()["refunded_amount"]["value"] == "199.00"


def test_a_refused_notification_is_repeated_until_it_is_taken(shop, sandbox, receiver):
    receiver.statuses = [503, 201]
    payment_id = shop.opened()
    sandbox.post("yookassa/pay", id=payment_id, mode="pay")
    assert len({call[1] for call in receiver.wait(3)}) == 1


def test_the_list_goes_on_where_it_stopped(shop):
    made = [shop.opened(key=f"k{number}") for number in range(5)]
    first = shop.send("GET", "payments", params={"limit": 3}).json()
    rest = shop.send("GET", "payments", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert (ids, "next_cursor" in rest) == (made[::-1], False)


def test_every_mode_is_on_the_bank_page(sandbox):
    script = requests.get(f"{sandbox.url}/static/sandbox/yookassa/ways.js", timeout=30).text
    assert {mode for mode in MODES if f'["{mode}"' not in script} == set()
    assert "ЮKassa" in requests.get(f"{sandbox.url}/bank/yookassa/", timeout=30).text
