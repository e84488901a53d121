"""What a notification that nobody signed makes of a payment, once the API has been asked."""

from __future__ import annotations

import pytest

from integrations.models import InboundCallback
from payments.models import MoneyEntry, Payment
from payments.services.callbacks import drain_callbacks, replay
from payments.services.confirmations import confirm_callbacks
from tests.payments.providers.yookassa.case import MISSING, PAYMENT_ID, REFUND_ID, YookassaCase
from tests.support.http_server import answer


@pytest.mark.django_db
class TestConfirming(YookassaCase):
    def test_a_claim_of_an_unpaid_payment_pays_nothing(self, tell, payment):
        tell("paid__card.json", self.payment_object(status="pending", paid=False))
        assert self.status(payment) == Payment.Status.PENDING

    def test_held_money_is_not_paid_money(self, tell, payment):
        tell("waiting__for_capture.json", self.api_answer("waiting__for_capture.json"))
        assert self.status(payment) == Payment.Status.PENDING
        assert not MoneyEntry.objects.exists()

    def test_a_payment_the_shop_does_not_have_is_asked_about_once(self, tell, payment, api):
        tell("paid__card.json", MISSING, status=404)
        assert self.status(payment) == Payment.Status.PENDING
        assert InboundCallback.objects.get().status == InboundCallback.Status.APPLIED
        assert api.paths() == [f"GET /payments/{PAYMENT_ID}"]

    def test_a_foreign_payment_is_nobody_and_is_asked_about_once(self, tell, api, db):
        tell("paid__card.json", MISSING, status=404)
        assert InboundCallback.objects.get().status == InboundCallback.Status.APPLIED
        assert len(api.received) == 1

    def test_the_stored_id_is_asked_about_not_the_notified_one(self, tell, payment, api):
        Payment.objects.update(external_id="stored-id")
        tell("paid__card.json", self.payment_object(id="stored-id", status="pending"))
        assert api.paths() == ["GET /payments/stored-id"]
        assert self.status(payment) == Payment.Status.PENDING

    def test_a_paid_payment_of_another_order_does_not_pay_for_this_one(self, tell, payment):
        other = self.payment_object(metadata={"order_id": "f" * 32})
        tell("paid__card.json", other)
        assert self.status(payment) == Payment.Status.PENDING
        assert not MoneyEntry.objects.exists()

    def test_a_payment_without_our_order_number_pays_for_nothing(self, tell, payment):
        Payment.objects.update(external_id=PAYMENT_ID)
        tell("paid__card.json", self.payment_object(metadata={}))
        assert self.status(payment) == Payment.Status.PENDING

    def test_money_in_another_currency_goes_to_review(self, tell, payment):
        amount = {"value": "199.00", "currency": "USD"}
        tell("paid__card.json", self.payment_object(amount=amount))
        assert self.status(payment) == Payment.Status.REVIEW

    def test_a_stale_notification_of_refunded_money_gives_nothing(self, tell, payment):
        back = {"value": "199.00", "currency": "RUB"}
        tell("paid__card.json", self.payment_object(refunded_amount=back))
        assert self.status(payment) == Payment.Status.PENDING

    def test_a_hint_waits_while_the_api_is_away(self, tell, payment):
        tell("paid__card.json", None, status=503)
        assert self.status(payment) == Payment.Status.PENDING
        assert InboundCallback.objects.get().status == InboundCallback.Status.CONFIRMING

    @pytest.mark.parametrize(
        ("value", "status"),
        [("199.00", Payment.Status.REFUNDED), ("50.00", Payment.Status.PARTLY_REFUNDED)],
    )
    def test_a_refund_is_asked_for_by_its_own_id(self, tell, payment, api, value, status):
        tell("paid__card.json", self.payment_object())
        refund = self.refund_object(amount={"value": value, "currency": "RUB"})
        tell("refunded__in_full.json", refund, self.payment_object())
        assert self.status(payment) == status
        assert api.paths()[-2:] == [f"GET /refunds/{REFUND_ID}", f"GET /payments/{PAYMENT_ID}"]

    @pytest.mark.parametrize(
        "changes",
        [{"status": "pending"}, {"status": "canceled"}, {"payment_id": "another"}],
        ids=str,
    )
    def test_a_refund_that_is_none_takes_nothing_back(self, tell, payment, changes):
        tell("paid__card.json", self.payment_object())
        tell("refunded__in_full.json", self.refund_object(**changes), self.payment_object())
        assert self.status(payment) == Payment.Status.PAID

    def test_a_refund_of_another_order_takes_nothing_back(self, tell, payment):
        tell("paid__card.json", self.payment_object())
        other = self.payment_object(metadata={"order_id": "f" * 32})
        tell("refunded__in_full.json", self.refund_object(), other)
        assert self.status(payment) == Payment.Status.PAID

    def test_a_refund_the_shop_does_not_have_takes_nothing_back(self, tell, payment):
        tell("paid__card.json", self.payment_object())
        tell("refunded__in_full.json", MISSING, status=404)
        assert self.status(payment) == Payment.Status.PAID

    def test_a_refund_told_again_is_booked_once(self, tell, payment, api):
        tell("paid__card.json", self.payment_object())
        part = self.refund_object(amount={"value": "50.00", "currency": "RUB"})
        tell("refunded__in_full.json", part, self.payment_object())
        api.plan(answer(200, part))
        assert replay(InboundCallback.objects.latest("pk").pk)
        drain_callbacks()
        confirm_callbacks()
        assert self.status(payment) == Payment.Status.PARTLY_REFUNDED
        assert MoneyEntry.objects.filter(kind=MoneyEntry.Kind.REFUND).count() == 1
