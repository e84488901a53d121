"""The part of the contract about money: through the real URL, the real inbox and the real drain."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integrations.models import InboundCallback, OutboxMessage
from payments.models import MoneyEntry, Payment, PaymentEvent
from payments.provider import EventKind
from payments.services.callbacks import drain_callbacks
from payments.services.confirmations import confirm_callbacks
from tests.payments.providers.contract_base import ProviderCase
from tests.support.http_server import answer


@pytest.mark.django_db
class SettlementContract(ProviderCase):
    @pytest.fixture
    def payment(self, make_payment) -> Payment:
        """What the fixtures speak of, with the provider's id still unknown to us."""
        payment: Payment = make_payment(
            provider=self.slug, reference=self.reference, currency=self.currency
        )
        return payment

    @pytest.fixture
    def deliver(self, client: Client, api):
        """Post a fixture as the provider would, then let the worker apply what was stored."""

        def deliver(name: str) -> int:
            if name in self.hints:
                api.otherwise = answer(200, self.api_answer(name))
            raw = self.raw(name)
            address = f"/payments/callbacks/{self.slug}/{raw.kind}".rstrip("/")
            response = client.post(
                address,
                data=raw.body,
                content_type=self.content_type,
                headers=dict(raw.headers),
            )
            drain_callbacks()
            confirm_callbacks()
            return response.status_code

        return deliver

    def published(self, topic: str) -> int:
        return OutboxMessage.objects.filter(topic=topic).values("key").distinct().count()

    def test_paid_callback_pays(self, deliver, payment):
        assert deliver(self.named(EventKind.PAID)) == 200
        payment.refresh_from_db()
        assert (payment.status, payment.reason) == (Payment.Status.PAID, "")
        assert MoneyEntry.objects.get().amount == Decimal("199.00")
        assert self.published("payment.paid") == 1

    def test_every_way_of_saying_paid_pays(self, deliver, payment):
        for name, kind in self.events.items():
            if kind is EventKind.PAID:
                assert deliver(name) == 200
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PAID
        applied = InboundCallback.Status.APPLIED
        assert set(InboundCallback.objects.values_list("status", flat=True)) == {applied}
        assert MoneyEntry.objects.filter(kind="capture").count() == 1

    def test_paid_twice_pays_once(self, deliver, payment):
        for _ in range(2):
            assert deliver(self.named(EventKind.PAID)) == 200
        assert InboundCallback.objects.get().deliveries == 2
        assert MoneyEntry.objects.count() == 1
        assert self.published("payment.paid") == 1

    def test_wrong_amount_goes_to_review(self, deliver, payment):
        Payment.objects.update(amount="500.00")
        assert deliver(self.named(EventKind.PAID)) == 200
        payment.refresh_from_db()
        assert payment.status == Payment.Status.REVIEW
        assert MoneyEntry.objects.get().kind == "surplus"
        assert self.published("payment.paid") == 0

    def test_a_word_we_do_not_know_changes_nothing(self, deliver, payment):
        assert deliver(self.named(EventKind.UNKNOWN)) == 200
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING
        assert not PaymentEvent.objects.exists()
        assert InboundCallback.objects.get().status == InboundCallback.Status.APPLIED

    def test_nothing_after_paid_takes_it_back(self, deliver, payment):
        for name in (self.named(EventKind.PAID), *self.events):
            if self.events[name] is not EventKind.REFUNDED:
                deliver(name)
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PAID

    def test_a_forged_callback_stays_outside(self, client: Client, payment):
        if self.unsigned:
            assert self.hints == set(self.events)
            return
        raw = self.forged(self.named(EventKind.PAID))
        response = client.post(
            f"/payments/callbacks/{self.slug}/{raw.kind}".rstrip("/"),
            data=raw.body,
            content_type=self.content_type,
            headers=dict(raw.headers),
        )
        assert response.status_code == 403
        assert drain_callbacks() == 0
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING

    def test_an_order_of_somebody_else_is_kept_for_a_person(self, deliver, payment):
        Payment.objects.update(reference="f" * 32)
        assert deliver(self.named(EventKind.PAID)) == 200
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING
        assert InboundCallback.objects.get().status == InboundCallback.Status.WAITING
