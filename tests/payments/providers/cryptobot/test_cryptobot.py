"""Crypto Pay under the provider contract, and what only Crypto Pay has to say about callbacks."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.models import InboundCallback
from payments.models import MoneyEntry, Payment
from payments.money import Money
from payments.provider import EventKind
from payments.services.callbacks import drain_callbacks
from tests.payments.providers.contract import ProviderContract

HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads((HERE / "vectors.json").read_text())
TOKEN = VECTORS["token"]
HEADER = "crypto-pay-api-signature"


def signed(body: bytes) -> RawCallback:
    """A genuine callback, signed without the product's code."""
    key = hashlib.sha256(TOKEN.encode()).digest()
    return RawCallback(body=body, headers={HEADER: hmac.new(key, body, hashlib.sha256).hexdigest()})


def vector(digest: str, body: str = VECTORS["body"]) -> RawCallback:
    return RawCallback(body=body.encode(), headers={HEADER: digest})


class TestCryptobot(ProviderContract):
    slug = "cryptobot"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"
    credentials = {"CRYPTOBOT_TOKEN": TOKEN}
    secrets = (TOKEN,)
    base_url_env = "CRYPTOBOT_API_URL"
    reference = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
    events = {
        "paid__usdt.json": EventKind.PAID,
        "paid__escaped_and_spaced.json": EventKind.PAID,
        "paid__ton_amount_with_kopecks.json": EventKind.PAID,
        "paid__bare_minimum.json": EventKind.PAID,
        "active__early.json": EventKind.PENDING,
        "expired__told_all_the_same.json": EventKind.CANCELED,
        "unknown__status_frozen.json": EventKind.UNKNOWN,
        "unknown__update_type.json": EventKind.UNKNOWN,
    }

    def headers(self, body: bytes) -> dict[str, str]:
        return dict(signed(body).headers)

    def edited(self, **changes: Any) -> RawCallback:
        """A genuine update about an invoice that differs from the recorded one; None leaves a field out."""
        update = json.loads(self.body("paid__usdt.json"))
        invoice = update["payload"] | changes
        update["payload"] = {name: value for name, value in invoice.items() if value is not None}
        return signed(json.dumps(update, ensure_ascii=False).encode())

    # --- the signature, against vectors computed elsewhere

    def test_the_documented_callback_is_accepted(self, provider):
        provider.verify(vector(VECTORS["signature"]))
        [event] = provider.parse(vector(VECTORS["signature"]))
        assert (event.kind, event.external_id, event.reference) == (
            EventKind.PAID,
            "528890",
            "ord-1001",
        )
        assert event.money == Money(Decimal(199), "RUB")

    @pytest.mark.parametrize("why", VECTORS["wrong_signatures"])
    def test_every_wrong_signature_is_refused(self, provider, why):
        with pytest.raises(CallbackRejected):
            provider.verify(vector(VECTORS["wrong_signatures"][why]))

    @pytest.mark.parametrize("given", ["", "é", "\udcff", VECTORS["signature"].upper(), "0"])
    def test_an_odd_signature_is_refused_and_no_error(self, provider, given):
        with pytest.raises(CallbackRejected):
            provider.verify(vector(given))

    def test_the_body_is_verified_as_it_was_received(self, provider):
        """Printed again with the same meaning it is another message."""
        raw = self.raw("paid__usdt.json")
        again = json.dumps(json.loads(raw.body), separators=(",", ":")).encode()
        with pytest.raises(CallbackRejected):
            provider.verify(replace(raw, body=again))

    def test_an_empty_body_is_no_update_though_its_signature_fits(self, provider):
        with pytest.raises(CallbackMalformed):
            provider.verify(vector(VECTORS["empty_body_signature"], body=""))

    @pytest.mark.parametrize("token", ["", " \r\n"])
    def test_without_a_token_not_even_its_own_signature_fits(self, provider, token):
        body = b"{}"
        key = hashlib.sha256(b"").digest()
        raw = RawCallback(
            body=body, headers={HEADER: hmac.new(key, body, hashlib.sha256).hexdigest()}
        )
        with pytest.raises(CallbackRejected):
            type(provider)(token=token).verify(raw)

    def test_white_space_around_the_token_is_no_part_of_it(self, provider):
        type(provider)(token=f" {TOKEN}\r\n").verify(self.raw("paid__usdt.json"))

    # --- reading

    def test_the_price_is_compared_and_never_the_coins(self, provider):
        [event] = provider.parse(self.edited(paid_asset="USDT", paid_amount="199", amount="1"))
        assert event.money == Money(Decimal(1), "RUB")

    @pytest.mark.parametrize(
        ("changes", "currency"),
        [
            ({"fiat": "USD"}, "USD"),
            ({"currency_type": "crypto", "fiat": None, "asset": "USDT"}, "XXX"),
            ({"currency_type": "crypto"}, "XXX"),
            ({"currency_type": None}, "XXX"),
            ({"fiat": None}, "XXX"),
            ({"fiat": "rub"}, "XXX"),
            ({"fiat": ["RUB"]}, "XXX"),
        ],
        ids=str,
    )
    def test_another_currency_is_never_taken_for_roubles(self, provider, changes, currency):
        [event] = provider.parse(self.edited(**changes))
        assert (event.kind, event.money) == (EventKind.PAID, Money(Decimal(199), currency))

    @pytest.mark.parametrize("amount", [None, "", "-199", "1e3", "199,00", "١٩٩", True, "9" * 11])
    def test_a_sum_that_is_no_plain_number_is_no_sum(self, provider, amount):
        [event] = provider.parse(self.edited(amount=amount))
        assert (event.kind, event.money) == (EventKind.PAID, None)

    def test_a_repeat_under_another_update_id_is_the_same_event(self, provider):
        update = json.loads(self.body("paid__usdt.json")) | {"update_id": 7002}
        [first] = provider.parse(self.raw("paid__usdt.json"))
        [second] = provider.parse(signed(json.dumps(update).encode()))
        assert first.event_id == second.event_id == "528890:paid"

    def test_an_update_repeated_an_hour_later_is_accepted(self, provider):
        update = json.loads(self.body("paid__usdt.json"))
        update["request_date"] = "2020-01-01T00:00:00.000Z"
        raw = signed(json.dumps(update).encode())
        provider.verify(raw)
        assert provider.parse(raw)[0].kind is EventKind.PAID

    @pytest.mark.parametrize(
        "changes",
        [
            {"invoice_id": None},
            {"invoice_id": "528890,528891"},
            {"invoice_id": True},
            {"invoice_id": -1},
            {"invoice_id": 10**20},
            {"status": None},
            {"status": "x" * 65},
            {"status": "paid\x00"},
            {"payload": "x" * 129},
        ],
        ids=lambda changes: f"{next(iter(changes))} {str(next(iter(changes.values())))[:12]!r}",
    )
    def test_a_field_that_decides_must_be_readable(self, provider, changes):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited(**changes))

    @pytest.mark.parametrize(
        "update",
        [
            {},
            {"update_type": None},
            {"update_type": ""},
            {"update_type": "x" * 65},
            {"update_type": "invoice_paid"},
            {"update_type": "invoice_paid", "payload": []},
            {"update_type": "invoice_paid", "payload": "paid"},
        ],
        ids=str,
    )
    def test_what_is_no_update_is_named_so(self, provider, update):
        with pytest.raises(CallbackMalformed):
            provider.parse(signed(json.dumps(update).encode()))

    def test_unprintable_text_never_reaches_the_database(self, provider):
        [event] = provider.parse(self.edited(comment="\x00"))
        assert "comment" not in event.raw

    def test_every_status_has_a_meaning_in_both_languages(self, provider):
        words = {name: set(meaning) for name, meaning in provider.status_meanings.items()}
        assert words == {status: {"ru", "en"} for status in ("active", "paid", "expired")}

    # --- what the database makes of it

    @pytest.mark.parametrize(
        "changes",
        [
            {"currency_type": "crypto", "fiat": None, "asset": "USDT"},
            {"fiat": "KZT"},
            {"amount": None},
            {"amount": "1"},
            {"amount": "0.00212345"},
        ],
        ids=str,
    )
    def test_another_kind_of_money_waits_for_a_person(self, client, payment, db, changes):
        self.settle(client, self.edited(**changes))
        payment.refresh_from_db()
        assert payment.status == Payment.Status.REVIEW
        assert not MoneyEntry.objects.exclude(kind="surplus").exists()

    def test_a_genuine_update_about_nobodys_invoice_is_answered_with_success(self, client, db):
        self.settle(client, vector(VECTORS["bare_signature"], body=VECTORS["bare_body"]))
        assert InboundCallback.objects.get().status == InboundCallback.Status.WAITING

    def test_an_expired_invoice_is_closed_without_a_fuss(self, client, payment, db):
        self.settle(client, self.raw("expired__told_all_the_same.json"))
        payment.refresh_from_db()
        assert (payment.status, payment.reason) == (Payment.Status.CANCELED, "срок счёта вышел")

    def test_coins_that_crossed_with_the_expiry_still_pay(self, client, payment, db):
        self.settle(client, self.raw("expired__told_all_the_same.json"))
        self.settle(client, self.raw("paid__usdt.json"))
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PAID

    def test_the_invoice_of_another_order_does_not_pay_for_this_one(self, client, payment, db):
        Payment.objects.update(external_id="111")
        self.settle(client, self.raw("paid__usdt.json"))
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING

    def settle(self, client: Any, raw: RawCallback) -> None:
        response = client.post(
            "/payments/callbacks/cryptobot",
            raw.body,
            content_type="application/json",
            headers=dict(raw.headers),
        )
        assert response.status_code == 200
        drain_callbacks()
