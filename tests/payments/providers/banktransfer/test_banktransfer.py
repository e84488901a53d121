"""Invoices paid by a bank transfer: no service behind them, so every call to their address is an invention."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected, ServiceRefused
from payments.abilities import PaidByStatement, RefundsMoney, StatementLine
from payments.money import Money
from payments.provider import (
    EventKind,
    InvoiceRequest,
    ListsPayments,
    Method,
    SignsTestCallbacks,
    Trust,
)
from payments.providers.banktransfer.adapter import Provider
from tests.payments.providers.contract import ProviderContract

HERE = Path(__file__).parent
NO_CALLS = "nobody calls: a person confirms a line of the bank's statement"
NO_API = "there is no API: nothing is asked, nothing is sent"

# What the contract asks of a provider that calls us, or that we call.
WITHOUT = {
    "test_accepts_and_reads_every_fixture": NO_CALLS,
    "test_believes_a_fixture_as_far_as_declared": NO_CALLS,
    "test_amounts_are_exact": NO_CALLS,
    "test_money_in_always_names_its_sum_and_its_order": NO_CALLS,
    "test_redelivery_has_the_same_event_id": NO_CALLS,
    "test_what_people_see_can_be_stored_as_json": NO_CALLS,
    "test_secrets_are_never_shown": "there is no secret",
    "test_paid_callback_pays": NO_CALLS,
    "test_every_way_of_saying_paid_pays": NO_CALLS,
    "test_paid_twice_pays_once": NO_CALLS,
    "test_wrong_amount_goes_to_review": NO_CALLS,
    "test_a_word_we_do_not_know_changes_nothing": NO_CALLS,
    "test_nothing_after_paid_takes_it_back": NO_CALLS,
    "test_a_forged_callback_stays_outside": NO_CALLS,
    "test_an_order_of_somebody_else_is_kept_for_a_person": NO_CALLS,
    "test_create_invoice_sends_the_recorded_request": NO_API,
    "test_create_invoice_reads_the_recorded_answer": NO_API,
    "test_create_invoice_never_invents_an_invoice": NO_API,
    "test_wrong_credentials_are_named_so": NO_API,
    "test_a_create_is_never_sent_twice": NO_API,
    "test_secrets_are_not_repeated_from_an_answer": NO_API,
}


class TestBanktransfer(ProviderContract):
    slug = "banktransfer"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"  # none: nothing is sent
    credentials = {
        "SELLER_NAME": "ООО «Ромашка»",
        "SELLER_INN": "9901000010",
        "SELLER_BANK": "Банк «Пример»",
        "SELLER_BIK": "049901001",
        "SELLER_ACCOUNT": "40702810099010000001",
        "SELLER_CORR_ACCOUNT": "30101810000000000001",
    }
    secrets = ()
    base_url_env = "NO_ADDRESS_AT_ALL"
    reference = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
    events = {
        "paid__invented_call.json": EventKind.PAID,
        "unknown__invented_call.json": EventKind.UNKNOWN,
    }

    @pytest.fixture(autouse=True)
    def _only_what_there_is(self, request):
        if reason := WITHOUT.get(request.node.originalname):
            pytest.skip(reason)

    def line(self) -> StatementLine:
        money = Money(Decimal("199.00"), "RUB")
        return StatementLine(number="17", on=date(2027, 3, 2), money=money)

    def test_no_call_is_ever_believed(self, provider):
        for name in self.events:
            for headers in ({}, {"x-signature": "0" * 64}):
                raw = RawCallback(body=self.body(name), headers=headers)
                with pytest.raises(CallbackRejected):
                    provider.verify(raw)
                with pytest.raises(CallbackMalformed):
                    provider.parse(raw)

    def test_nobody_is_asked(self, provider):
        with pytest.raises(ServiceRefused):
            provider.fetch("17")
        for ability in (ListsPayments, RefundsMoney, SignsTestCallbacks):
            assert not isinstance(provider, ability)
        assert isinstance(provider, PaidByStatement)

    def test_an_invoice_has_the_number_that_the_payer_writes(self, provider):
        opened = provider.create_invoice(
            InvoiceRequest(
                reference=self.reference,
                money=Money(Decimal("199.00"), "RUB"),
                method=Method.ANY,
                description="№ 10482",
                payer_id=1,
                return_url="https://shop.example/",
            )
        )
        assert (opened.external_id, opened.pay_url, opened.requisites) == ("10482", "", None)

    def test_a_line_is_told_once_for_each_payer(self, provider):
        told = provider.told_by(self.line(), reference=self.reference, payer_id=1)
        assert (told.kind, told.trust) == (EventKind.PAID, Trust.SIGNED)
        assert (told.money, told.operation) == (Money(Decimal("199.00"), "RUB"), "17")
        same = provider.told_by(self.line(), reference="another", payer_id=1)
        other_payer = provider.told_by(self.line(), reference=self.reference, payer_id=2)
        assert same.event_id == told.event_id != other_payer.event_id
        assert len(told.event_id) <= 160

    @pytest.mark.parametrize(("said", "days"), [("", 5), ("14", 14), ("0", 5), ("soon", 5)])
    def test_an_invoice_is_open_for_days(self, said, days):
        provider = self.build(SELLER_INVOICE_DAYS=said)
        assert provider.invoice_days == days

    def build(self, **more):
        return Provider.from_credentials(self.credentials | more)
