"""CloudPayments under the provider contract, and what only CloudPayments has to say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.models import InboundCallback
from payments.models import MoneyEntry, Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, Trust, Verdict
from tests.payments.providers.contract import ProviderContract
from tests.support.http_server import Reply, answer

SECRET = "cp-demo-api-secret-01"
HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads((HERE / "vectors.json").read_text())
KINDS = {"authorized": "pay", "failed": "fail", "canceled": "cancel", "refunded": "refund"}
Status = Payment.Status


class TestCloudPayments(ProviderContract):
    slug = "cloudpayments"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"
    credentials = {
        "CLOUDPAYMENTS_PUBLIC_ID": "pk_demo000000000000000000000001",
        "CLOUDPAYMENTS_API_SECRET": SECRET,
    }
    secrets = (SECRET,)
    base_url_env = "CLOUDPAYMENTS_BASE_URL"
    reference = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
    content_type = "application/x-www-form-urlencoded"
    events = {
        "paid__card.form": EventKind.PAID,
        "paid__after_a_decline.form": EventKind.PAID,
        "paid__confirmed.form": EventKind.PAID,
        "paid__json.json": EventKind.PAID,
        "paid__no_gateway.form": EventKind.PAID,
        "check__card.form": EventKind.CHECK,
        "authorized__two_stage.form": EventKind.PENDING,
        "failed__insufficient_funds.form": EventKind.PENDING,
        "canceled__void.form": EventKind.CANCELED,
        "refunded__full.form": EventKind.REFUNDED,
        "unknown__recurrent.form": EventKind.UNKNOWN,
        "unknown__status.form": EventKind.UNKNOWN,
        "unknown__payout.form": EventKind.UNKNOWN,
    }
    hints = frozenset({"paid__no_gateway.form", "unknown__recurrent.form"})

    def headers(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
        return {"content-hmac": base64.b64encode(digest).decode()}

    def kind(self, name: str) -> str:
        event, _, case = name.partition("__")
        if case == "confirmed.form":
            return "confirm"
        if case == "recurrent.form":
            return "recurrent"
        return KINDS.get(event, "check" if event == "check" else "pay")

    def api_answer(self, name: str) -> Any:
        model = self.runs()["get"]["answer"]["Model"] if "recurrent" in name else self.model()
        return {"Success": True, "Message": None, "Model": model}

    def answer(self, model: dict[str, Any]) -> Reply:
        return answer(200, {"Success": True, "Message": None, "Model": model})

    def model(self, **changes: Any) -> dict[str, Any]:
        found = {"TransactionId": 504004, "Amount": 199.0, "Currency": "RUB", "Status": "Completed"}
        return found | {"InvoiceId": self.reference, "Type": 0, "Refunded": False} | changes

    def edited(self, name: str, *without: str, kind: str = "", **changes: str) -> RawCallback:
        """A genuine call with other fields."""
        said = dict(parse_qsl((self.fixtures / name).read_text(), keep_blank_values=True))
        left = {key: value for key, value in (said | changes).items() if key not in without}
        body = urlencode(left).encode()
        return RawCallback(body=body, headers=self.headers(body), kind=kind or self.kind(name))

    def post(self, client: Any, raw: RawCallback) -> Any:
        return client.post(
            f"/payments/callbacks/cloudpayments/{raw.kind}",
            data=raw.body,
            content_type=self.content_type,
            headers=dict(raw.headers),
        )

    # --- signatures

    @pytest.mark.parametrize("vector", VECTORS["genuine"], ids=lambda one: one["content_hmac"][:6])
    def test_every_genuine_signature_is_accepted(self, provider, vector):
        headers = {"content-hmac": vector["content_hmac"]}
        provider.verify(RawCallback(body=vector["body"].encode(), headers=headers, kind="pay"))

    @pytest.mark.parametrize("why", VECTORS["wrong"])
    def test_every_wrong_signature_is_refused(self, provider, why):
        headers = {"content-hmac": VECTORS["wrong"][why]}
        body = VECTORS["genuine"][0]["body"].encode()
        with pytest.raises(CallbackRejected):
            provider.verify(RawCallback(body=body, headers=headers, kind="pay"))

    @pytest.mark.parametrize("given", ["", "é", "\udc80", "=", "A" * 5000])
    def test_an_odd_signature_is_refused_and_no_error(self, provider, given):
        with pytest.raises(CallbackRejected):
            provider.verify(RawCallback(body=b"a=1", headers={"content-hmac": given}, kind="pay"))

    def test_the_decoded_twin_alone_is_not_enough(self, provider):
        raw = self.raw("paid__card.form")
        twin = {"x-content-hmac": raw.headers["content-hmac"]}
        with pytest.raises(CallbackRejected):
            provider.verify(RawCallback(body=raw.body, headers=twin, kind=raw.kind))

    # --- a Check is a question

    @pytest.mark.parametrize(
        ("verdict", "code"),
        [
            (Verdict.ACCEPT, 0),
            (Verdict.UNKNOWN_PAYMENT, 10),
            (Verdict.WRONG_AMOUNT, 12),
            (Verdict.NOT_PAYABLE, 13),
        ],
    )
    def test_verdicts_have_their_codes(self, provider, verdict, code):
        ack = provider.acknowledge(verdict)
        assert (ack.status, ack.content_type) == (200, "application/json")
        assert json.loads(ack.body) == {"code": code}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, 0),
            ({"reference": "f" * 32}, 10),
            ({"amount": Decimal(500)}, 12),
            ({"status": Status.CANCELED}, 13),
            ({"status": Status.EXPIRED}, 13),
        ],
        ids=str,
    )
    def test_a_check_is_answered_and_changes_nothing(self, client, payment, changes, code):
        Payment.objects.update(**changes)
        response = self.post(client, self.raw("check__card.form"))
        assert (response.status_code, response.json()) == (200, {"code": code})
        assert not InboundCallback.objects.exists()
        assert not PaymentEvent.objects.exists()

    def test_a_forged_check_is_not_answered(self, client, payment):
        assert self.post(client, self.forged("check__card.form")).status_code == 403

    def test_a_check_at_the_address_of_a_pay_is_only_a_hint(self, provider):
        for kind in ("pay", "confirm", "refund", "cancel"):
            [event] = provider.parse(self.edited("check__card.form", kind=kind))
            assert event.trust is Trust.HINT, kind

    def test_a_check_at_the_address_of_a_pay_pays_nothing(self, client, payment, api, settle):
        api.otherwise = self.answer(self.model(Status="AwaitingAuthentication"))
        self.post(client, self.edited("check__card.form", kind="pay"))
        settle()
        payment.refresh_from_db()
        assert payment.status == Status.PENDING

    @pytest.mark.parametrize("kind", ["", "payment", "receipt"])
    def test_an_address_without_a_known_type_is_refused(self, client, payment, kind):
        raw = replace(self.raw("paid__card.form"), kind=kind)
        assert self.post(client, raw).status_code == 400

    # --- what is said

    @pytest.mark.parametrize("name", [name for name in events if not name.startswith("check")])
    def test_everything_else_is_answered_with_code_zero(self, client, payment, name):
        response = self.post(client, self.raw(name))
        assert (response.json(), response["content-type"]) == ({"code": 0}, "application/json")

    def test_attempts_have_ids_of_their_own_and_one_order(self, provider):
        events = [self._event(provider, name) for name in self.events if "recurrent" not in name]
        assert {(one.reference, one.external_id) for one in events} == {(self.reference,) * 2}
        paid = self._event(provider, "paid__card.form")
        again = self._event(provider, "paid__after_a_decline.form")
        assert (paid.event_id, again.event_id) == ("504001:Completed", "504003:Completed")

    def test_a_refund_is_an_event_of_its_own(self, provider):
        event = self._event(provider, "refunded__full.form")
        assert (event.event_id, event.money.currency) == ("504100:Refunded", "XXX")
        assert event.raw["PaymentTransactionId"] == "504001"

    @pytest.mark.parametrize("amount", ["199.0", "199", "199.000"])
    def test_sums_are_equal_however_they_are_written(self, provider, amount):
        [event] = provider.parse(self.edited("paid__card.form", Amount=amount))
        assert event.money == Money(Decimal("199.00"), "RUB")

    @pytest.mark.parametrize("amount", ["", "-199", "1e3", "199,00", "١٩٩", "9" * 11, "NaN"])
    def test_a_sum_must_be_a_plain_number(self, provider, amount):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited("paid__card.form", Amount=amount))

    @pytest.mark.parametrize("number", ["", "abc", "1" * 21, "-1", "5e3"])
    def test_an_operation_must_have_a_number(self, provider, number):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited("paid__card.form", TransactionId=number))

    def test_a_pay_without_a_status_is_not_guessed(self, provider):
        with pytest.raises(CallbackMalformed):
            provider.parse(self.edited("paid__card.form", "Status"))

    @pytest.mark.parametrize("currency", ["", "usdt", "RUBLES"])
    def test_a_missing_currency_is_not_taken_for_roubles(self, provider, currency):
        [event] = provider.parse(self.edited("paid__card.form", Currency=currency))
        assert event.money.currency == "XXX"

    def test_what_the_payers_bank_charged_is_not_the_sum(self, provider):
        changes = {"PaymentAmount": "2.15", "PaymentCurrency": "USD"}
        [event] = provider.parse(self.edited("paid__card.form", **changes))
        assert event.money == Money(Decimal("199.00"), "RUB")

    def test_empty_optional_fields_are_as_good_as_absent(self, provider):
        optional = dict.fromkeys(("CardFirstSix", "CardType", "Name", "Email", "Data"), "")
        [event] = provider.parse(self.edited("paid__card.form", **optional))
        assert event.kind is EventKind.PAID

    def test_field_names_have_one_spelling(self, provider):
        raw = self.edited("paid__card.form", "Amount", amount="199.00")
        with pytest.raises(CallbackMalformed):
            provider.parse(raw)

    @pytest.mark.parametrize(
        "body", [b"Amount=1&Amount=2", b"a=1&b", b"a=1&" * 300, b'{"Amount":1,"Amount":2}', b"{"]
    )
    def test_an_ambiguous_body_is_malformed(self, provider, body):
        with pytest.raises(CallbackMalformed):
            provider.parse(RawCallback(body=body, headers={}, kind="pay"))

    def test_garbled_letters_do_not_lose_the_money(self, provider):
        body = self.edited("paid__card.form").body.replace(b"%E2%84%96", b"%B9")
        [event] = provider.parse(RawCallback(body=body, headers={}, kind="pay"))
        assert event.kind is EventKind.PAID

    def test_people_are_not_shown_the_payers_token_or_name(self, provider):
        shown = self._event(provider, "paid__card.form").raw
        assert shown["CardLastFour"] == "4242"
        assert not {"Token", "Name", "Email", "IpAddress", "CardFirstSix"} & shown.keys()

    def test_every_status_has_a_meaning_in_both_languages(self, provider):
        assert all(set(one) == {"ru", "en"} for one in provider.status_meanings.values())
        assert {self._event(provider, name).raw["status"] for name in self.events} - set(
            provider.status_meanings
        ) == {"Reversed", "PastDue"}

    # --- what the database makes of it

    def test_a_declined_attempt_leaves_the_order_open(self, client, deliver, payment):
        deliver("failed__insufficient_funds.form")
        assert self.post(client, self.raw("check__card.form")).json() == {"code": 0}
        deliver("paid__after_a_decline.form")
        payment.refresh_from_db()
        assert payment.status == Status.PAID
        assert PaymentEvent.objects.get(kind="pending").raw["Reason"] == "InsufficientFunds"

    def test_money_for_an_order_given_up_is_honoured(self, deliver, payment):
        Payment.objects.update(status=Status.EXPIRED, external_id=self.reference)
        deliver("paid__card.form")
        payment.refresh_from_db()
        assert payment.status == Status.PAID

    def test_a_held_sum_pays_only_when_it_is_confirmed(self, deliver, payment):
        deliver("authorized__two_stage.form")
        payment.refresh_from_db()
        assert payment.status == Status.PENDING
        deliver("paid__confirmed.form")
        payment.refresh_from_db()
        assert payment.status == Status.PAID

    def test_a_voided_hold_closes_the_order(self, deliver, payment):
        deliver("canceled__void.form")
        payment.refresh_from_db()
        assert payment.status == Status.CANCELED

    def test_refunds_in_parts_add_up(self, client, deliver, payment, settle):
        deliver("paid__card.form")
        for number, amount in (("504101", "99.00"), ("504102", "100.00")):
            changes = {"TransactionId": number, "Amount": amount}
            self.post(client, self.edited("refunded__full.form", **changes))
            settle()
            payment.refresh_from_db()
            assert payment.status == (
                Status.PARTLY_REFUNDED if number == "504101" else Status.REFUNDED
            )
        refunds = MoneyEntry.objects.filter(kind=MoneyEntry.Kind.REFUND)
        assert sum(one.amount for one in refunds) == Decimal("199.00")
