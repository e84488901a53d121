"""1Plat under the provider contract, and what only 1Plat has to say about callbacks."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.models import InboundCallback
from payments.models import Payment
from payments.provider import EventKind, Trust
from payments.services.callbacks import drain_callbacks
from payments.services.confirmations import confirm_callbacks
from tests.payments.providers.contract import ProviderContract
from tests.support.http_server import answer

SHOP_ID, SECRET = "4242", "plat-demo-secret-01"
HERE = Path(__file__).parent
GUID = "3f8e2c1a-add6-4b69-9222-725f7099a32f"
HMAC_PLACES = ("{hmac}", "{hmac of sorted keys}", "{hmac of payload}")


def hmac_of(text: str) -> str:
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def md5_of(text: str) -> str:
    return hashlib.md5(f"{text}{SHOP_ID}{SECRET}".encode(), usedforsecurity=False).hexdigest()


def sign(template: bytes) -> bytes:
    """Put the signatures into a body, computed over its own text and without the product's code."""
    text = template.decode()
    unsigned = re.sub(r'^\{"signature":"[^"]*","signature_v2":"[^"]*",', "{", text)
    fields = json.loads(unsigned)
    inner = unsigned.removeprefix('{"payload":').removesuffix("}")
    signed = {
        "{hmac}": unsigned,
        "{hmac of sorted keys}": json.dumps(fields, sort_keys=True, separators=(",", ":")),
        "{hmac of payload}": inner,
    }
    for place in HMAC_PLACES:
        text = text.replace(place, hmac_of(signed[place]))
    if "{md5}" in text:
        token = re.search(r'"amount":([^,]+),', unsigned)
        assert token is not None
        text = text.replace("{md5}", md5_of(f"{fields['merchant_id']}{token[1]}"))
    return text.encode()


class TestOneplat(ProviderContract):
    slug = "oneplat"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"
    credentials = {"ONEPLAT_SHOP_ID": SHOP_ID, "ONEPLAT_SHOP_SECRET": SECRET}
    secrets = (SECRET,)
    base_url_env = "ONEPLAT_BASE_URL"
    reference = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
    events = {
        "paid__card.json": EventKind.PAID,
        "paid__confirmed_and_closed.json": EventKind.PAID,
        "paid__hmac_only.json": EventKind.PAID,
        "paid__inner_payload.json": EventKind.PAID,
        "paid__md5_only.json": EventKind.PAID,
        "paid__sorted_keys.json": EventKind.PAID,
        "paid__unique_sum_to_pay.json": EventKind.PAID,
        "waiting__placeholder_expiry.json": EventKind.PENDING,
        "draft__no_method.json": EventKind.PENDING,
        "failed__no_requisites.json": EventKind.FAILED,
        "unknown__status_7.json": EventKind.UNKNOWN,
    }
    hints = frozenset({"paid__md5_only.json"})

    def body(self, name: str) -> bytes:
        return sign(super().body(name))

    def api_answer(self, name: str) -> Any:
        return self.order(status=1)

    def order(self, **changes: Any) -> dict[str, Any]:
        """The answer to order/info."""
        payment = self.recording()["answer"]["payment"] | {"amount_to_pay": 199} | changes
        return {"success": 1, "payment": payment}

    def edited(self, name: str, **changes: Any) -> RawCallback:
        """A callback that somebody changed on the way; both signatures stay what they were."""
        body = json.loads(self.body(name))
        return RawCallback(body=json.dumps(body | changes).encode(), headers={})

    # --- what each signature is believed

    def test_one_right_signature_is_enough(self, provider):
        for name in ("paid__hmac_only.json", "paid__md5_only.json"):
            provider.verify(self.raw(name))

    @pytest.mark.parametrize(
        "changes", [{"status": 2}, {"guid": "other"}, {"user_id": "1"}, {"amount_to_pay": 1}]
    )
    def test_what_the_md5_leaves_out_makes_a_hint(self, provider, changes):
        [event] = provider.parse(self.edited("paid__card.json", **changes))
        assert event.trust is Trust.HINT

    @pytest.mark.parametrize(
        "changes", [{"amount": 198}, {"merchant_id": "f" * 32}, {"amount": "199.0"}]
    )
    def test_what_the_md5_covers_cannot_be_changed(self, provider, changes):
        with pytest.raises(CallbackRejected):
            provider.verify(self.edited("paid__card.json", **changes))

    def test_outside_a_signed_payload_nothing_counts(self, provider):
        outside = {"merchant_id": "f" * 32, "guid": "other", "status": 0, "amount": 1}
        raw = self.edited("paid__inner_payload.json", **outside)
        [event] = provider.parse(raw)
        assert (event.kind, event.trust) == (EventKind.PAID, Trust.SIGNED)
        assert (event.external_id, event.reference) == (GUID, self.reference)

    def test_a_changed_secret_turns_stored_callbacks_into_hints(self, provider):
        renewed = type(provider)(shop_id=SHOP_ID, secret="renewed")
        [event] = renewed.parse(self.raw("paid__card.json"))
        assert event.trust is Trust.HINT

    @pytest.mark.parametrize("name", ["ONEPLAT_SHOP_ID", "ONEPLAT_SHOP_SECRET"])
    def test_half_of_the_credentials_is_none(self, provider, name):
        half = type(provider).from_credentials(self.credentials | {name: " \r\n"})
        with pytest.raises(CallbackRejected):
            half.verify(self.raw("paid__card.json"))

    def test_white_space_around_credentials_is_no_part_of_them(self, provider):
        pasted = type(provider)(shop_id=f" {SHOP_ID}\n", secret=f"{SECRET}\r\n")
        pasted.verify(self.raw("paid__card.json"))

    # --- reading

    def test_an_event_is_one_whoever_tells_it(self, provider, api):
        api.otherwise = answer(200, self.order(status=1))
        [signed] = provider.parse(self.raw("paid__card.json"))
        [hint] = provider.parse(self.raw("paid__md5_only.json"))
        told = provider.confirm(hint, stored_id=GUID)
        assert signed.event_id == hint.event_id == told.event_id == f"{GUID}:1"

    def test_the_shop_id_is_no_order_number(self, provider):
        [event] = provider.parse(self.edited("paid__card.json", merchant_id=SHOP_ID))
        assert event.reference == ""

    @pytest.mark.parametrize(
        "changes",
        [
            {"guid": "../../shop/info"},
            {"guid": "a/b"},
            {"guid": "x" * 65},
            {"guid": None},
            {"guid": {}},
            {"status": True},
            {"status": None},
            {"status": "9" * 33},
            {"status": "1\x00"},
            {"user_id": 1, "guid": "\ud800"},
        ],
        ids=str,
    )
    def test_a_field_that_decides_must_be_readable(self, provider, changes):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited("paid__card.json", **changes))

    @pytest.mark.parametrize("amount", ["", "-199", "1e3", "199,00", "١٩٩", "9" * 11, None, True])
    def test_a_sum_must_be_a_plain_number(self, provider, amount):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited("paid__card.json", amount=amount))

    @pytest.mark.parametrize(
        ("changes", "currency"),
        [
            ({}, "RUB"),
            ({"currency": "USD"}, "USD"),
            ({"note": {"currency": "USD"}}, "USD"),
            ({"currency": "USDT"}, "XXX"),
            ({"note": "RUB"}, "RUB"),
        ],
        ids=str,
    )
    def test_another_currency_is_never_taken_for_roubles(self, provider, changes, currency):
        [event] = provider.parse(self.edited("paid__card.json", **changes))
        assert event.money.currency == currency

    def test_unprintable_text_never_reaches_the_database(self, provider):
        [event] = provider.parse(self.edited("paid__card.json", user_id="\x00", email="\ud800"))
        assert not {"user_id", "email"} & event.raw.keys()

    def test_every_status_has_a_meaning_in_both_languages(self, provider):
        words = {name: set(meaning) for name, meaning in provider.status_meanings.items()}
        assert words == {status: {"ru", "en"} for status in ("-2", "-1", "0", "1", "2")}

    # --- what the database makes of it

    def test_the_old_address_still_works(self, client, payment, db):
        response = client.post(
            "/1plat-webhook", self.body("paid__card.json"), content_type="application/json"
        )
        assert response.status_code == 200
        assert InboundCallback.objects.get().source == "oneplat"

    def test_a_status_raised_on_the_way_is_not_believed(self, client, payment, api, db):
        """The MD5 stays right when 0 becomes 1; the API knows better."""
        Payment.objects.update(external_id=GUID)
        api.otherwise = answer(200, self.order(status=0))
        raw = self.edited("waiting__placeholder_expiry.json", status=1)
        self.settle(client, raw)
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING

    def test_the_guid_of_a_paid_order_does_not_pay_for_another(self, client, payment, api, db):
        api.otherwise = answer(200, self.order(status=1, guid="paid", merchant_id="f" * 32))
        self.settle(client, self.edited("waiting__placeholder_expiry.json", guid="paid"))
        payment.refresh_from_db()
        assert (payment.status, payment.external_id) == (Payment.Status.PENDING, "")

    def test_the_stored_guid_is_asked_about_not_the_callbacks(self, client, payment, api, db):
        Payment.objects.update(external_id=GUID)
        api.otherwise = answer(200, self.order(status=1))
        self.settle(client, self.edited("waiting__placeholder_expiry.json", guid="other"))
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PAID
        assert api.paths() == [f"GET /api/merchant/order/info/{GUID}/by-api"]

    def test_a_hint_waits_while_the_api_is_away(self, client, payment, api, db):
        api.otherwise = answer(503)
        self.settle(client, self.raw("paid__md5_only.json"))
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING
        assert InboundCallback.objects.get().status == InboundCallback.Status.CONFIRMING

    def settle(self, client: Any, raw: RawCallback) -> None:
        response = client.post(
            "/payments/callbacks/oneplat", raw.body, content_type="application/json"
        )
        assert response.status_code == 200
        drain_callbacks()
        confirm_callbacks()
