"""Telegram Stars under the provider contract, and what only stars have to say."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import CallbackMalformed, CallbackRejected
from payments.errors import InvoiceRefused
from payments.money import Money
from payments.provider import EventKind, ListsPayments
from tests.payments.providers.contract import ProviderContract
from tests.support.http_server import answer

HERE = Path(__file__).parent
TOKEN = "12345:AAdemoTokenForStars00000000000000000"
REFERENCE = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
CHARGE = "stxAbCdEfGh0123456789_demo"


def seal(body: bytes) -> str:
    """Sealed without the product's code."""
    key = hashlib.sha256(b"telegram stars update:" + TOKEN.encode()).digest()
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def row(number: int, *, reference: str = "", went: bool = False, **fields: Any) -> dict[str, Any]:
    """A transaction as their list shows it; a refund has the id of its charge."""
    person = {"id": 555000111, "is_bot": False, "first_name": "Анна"}
    partner = {
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": person,
        "invoice_payload": reference or f"{number:032x}",
    }
    side = {"receiver": partner} if went else {"source": partner}
    return {"id": f"charge_{number}", "amount": 199, "date": 1_772_366_000 + number} | side | fields


class Ledger:
    """Their list: oldest first, at most a hundred rows an answer."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.asked = 0

    def __call__(self, handler, request):
        self.asked += 1
        start, count = request.json["offset"], request.json["limit"]
        assert 1 <= count <= 100
        rows = self.rows[start : start + count]
        answer(200, {"ok": True, "result": {"transactions": rows}})(handler, request)


class TestStars(ProviderContract):
    slug = "tgstars"
    currency = "XTR"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"
    credentials = {"BOT_TOKEN": TOKEN}
    secrets = (TOKEN,)
    base_url_env = "TELEGRAM_API_URL"
    reference = REFERENCE
    events = {
        "paid__once.json": EventKind.PAID,
        "paid__bare_minimum.json": EventKind.PAID,
        "paid__first_of_a_subscription.json": EventKind.PAID,
        "paid__spaced_with_shipping_name.json": EventKind.PAID,
        "check__before_payment.json": EventKind.CHECK,
        "refunded__by_the_bot.json": EventKind.REFUNDED,
        "unknown__a_text.json": EventKind.UNKNOWN,
    }

    def headers(self, body: bytes) -> dict[str, str]:
        return {"x-provodnik-seal": seal(body)}

    # --- updates

    def test_the_bot_hands_over_what_is_about_money_and_nothing_else(self, provider):
        for name, kind in self.events.items():
            raw = provider.callback_from(json.loads(self.body(name)))
            assert (raw is None) is (kind is EventKind.UNKNOWN), name
            if raw is not None:
                provider.verify(raw)
                assert [event.kind for event in provider.parse(raw)] == [kind]

    def test_without_a_token_nothing_is_handed_over(self, provider):
        unconfigured = type(provider).from_credentials({})
        assert unconfigured.callback_from(json.loads(self.body("paid__once.json"))) is None

    def test_a_seal_made_without_a_token_is_no_seal(self, provider):
        body = self.body("paid__once.json")
        key = hashlib.sha256(b"telegram stars update:").digest()
        forged = hmac.new(key, body, hashlib.sha256).hexdigest()
        raw = replace(self.raw("paid__once.json"), headers={"x-provodnik-seal": forged})
        with pytest.raises(CallbackRejected):
            type(provider).from_credentials({}).verify(raw)

    def test_a_renewal_is_another_sale_of_the_same_subscription(self, provider):
        update = json.loads(self.body("paid__first_of_a_subscription.json"))
        said = update["message"]["successful_payment"]
        said |= {"telegram_payment_charge_id": "second", "is_first_recurring": False}
        [event] = provider.parse(provider.callback_from(update))
        assert (event.kind, event.reference, event.subscription) == ("paid", "", REFERENCE)
        assert (event.external_id, event.operation) == ("second", "second")

    @pytest.mark.parametrize("amount", [0, -1, "199", 1.5, True, None, 10**9])
    def test_a_sum_that_is_no_number_of_stars_is_refused(self, provider, amount):
        update = json.loads(self.body("paid__once.json"))
        update["message"]["successful_payment"]["total_amount"] = amount
        with pytest.raises(CallbackMalformed):
            provider.parse(provider.callback_from(update))

    def test_roubles_are_never_taken_for_stars(self, provider):
        update = json.loads(self.body("paid__once.json"))
        update["message"]["successful_payment"]["currency"] = "RUB"
        [event] = provider.parse(provider.callback_from(update))
        assert event.money == Money(Decimal(199), "RUB")

    @pytest.mark.parametrize("payload", ["", "ord-1", "0" * 31, None, ["x"]])
    def test_an_invoice_of_another_program_names_no_order_of_ours(self, provider, payload):
        update = json.loads(self.body("paid__once.json"))
        update["message"]["successful_payment"]["invoice_payload"] = payload
        [event] = provider.parse(provider.callback_from(update))
        assert (event.reference, event.external_id) == ("", "")

    # --- invoices

    @pytest.mark.parametrize("amount", ["0", "0.5", "25001"])
    def test_a_sum_that_stars_cannot_have_is_refused_before_any_call(self, provider, api, amount):
        with pytest.raises(InvoiceRefused):
            provider.create_invoice(replace(self.request(), money=Money(Decimal(amount), "XTR")))
        assert api.received == []

    def test_a_subscription_is_asked_for_by_its_only_period(self, provider, api):
        api.plan(answer(200, self.recording()["answer"]))
        provider.create_invoice(replace(self.request(), save_method=True))
        assert api.received[0].json["subscription_period"] == 2_592_000

    # --- the list

    @pytest.mark.parametrize("length", [0, 1, 2, 3, 99, 100, 101, 257, 1000])
    def test_the_list_is_read_from_its_end_whatever_its_length(self, provider, api, length):
        api.otherwise = ledger = Ledger([row(number) for number in range(length)])
        told = list(provider.list_payments(since=datetime(2000, 1, 1, tzinfo=UTC)))
        assert [event.operation for event in told] == [
            f"charge_{number}" for number in reversed(range(length))
        ]
        assert ledger.asked <= 25 + length // 100

    def test_the_list_stops_at_what_is_older(self, provider, api):
        api.otherwise = Ledger([row(number) for number in range(1000)])
        since = datetime.fromtimestamp(1_772_366_990, UTC)
        assert len(list(provider.list_payments(since=since))) == 10

    def test_what_is_no_sale_is_left_out(self, provider, api):
        odd = [
            row(1, source={"type": "fragment"}),
            row(2, source={"type": "user", "transaction_type": "gift_purchase"}),
            row(3, amount="many"),
            row(4, id=None),
            row(5),
        ]
        api.otherwise = Ledger(odd)
        assert isinstance(provider, ListsPayments)
        told = list(provider.list_payments(since=datetime(2000, 1, 1, tzinfo=UTC)))
        assert [event.operation for event in told] == ["charge_5"]

    def test_an_order_nobody_paid_waits(self, provider, api):
        api.otherwise = Ledger([row(1)])
        assert provider.fetch(REFERENCE).kind is EventKind.PENDING

    def test_the_check_and_the_update_tell_the_same_event(self, provider, api):
        api.otherwise = Ledger([row(1), row(2, reference=REFERENCE, id=CHARGE), row(3)])
        [told] = provider.parse(self.raw("paid__once.json"))
        asked = provider.fetch(REFERENCE)
        assert (asked.kind, asked.event_id, asked.money) == (told.kind, told.event_id, told.money)

    def test_stars_that_went_back_are_told_as_a_refund(self, provider, api):
        paid, back = (row(2, reference=REFERENCE, id=CHARGE, went=went) for went in (False, True))
        api.otherwise = Ledger([paid, row(3), back])
        [told] = provider.parse(self.raw("refunded__by_the_bot.json"))
        asked = provider.fetch(REFERENCE)
        assert (asked.kind, asked.event_id) == (EventKind.REFUNDED, told.event_id)

    def test_charges_of_a_subscription_are_told_apart_by_their_order(self, provider, api):
        rows = [row(n, reference=REFERENCE) for n in (1, 2, 3)]
        for one in rows:
            one["source"]["subscription_period"] = 2_592_000
        api.otherwise = Ledger([rows[0], row(9), *rows[1:]])
        told = list(provider.list_payments(since=datetime(2000, 1, 1, tzinfo=UTC)))
        assert [(event.external_id, event.reference) for event in told] == [
            ("charge_3", ""),
            ("charge_2", ""),
            (f"{9:032x}", f"{9:032x}"),
            (REFERENCE, REFERENCE),
        ]
        assert provider.fetch(REFERENCE).operation == "charge_1"
        assert provider.fetch("charge_3").operation == "charge_3"

    def test_only_thirty_days_can_renew(self, provider):
        assert provider.renews(length=30, unit="day")
        assert not provider.renews(length=90, unit="day")
        assert not provider.renews(length=1, unit="month")
