"""The part of the contract about money back, for every provider that gives it: over real HTTP, and in the books.

`recorded/refund__<case>.json` holds what was asked, every call that was sent and answered, and what it means.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from integrations.errors import IntegrationError, ServiceUnreachable
from payments.abilities import RefundRequest, RefundResult, RefundsMoney, RefundState
from payments.models import MoneyEntry, Payment, PaymentEvent, Refund
from payments.money import Money
from payments.provider import EventKind, PaymentProvider
from payments.services import refund_sending
from payments.services.audit import audit_ledgers
from tests.payments.events import send
from tests.payments.providers.contract_api import no_usable_answer
from tests.payments.providers.contract_base import ProviderCase
from tests.support.http_server import HttpServer, answer, cut

REFUND = "5f0c1d2e3b4a59687786958473625140"


class RefundContract(ProviderCase):
    def refund_recordings(self) -> dict[str, Any]:
        return {
            path.name: json.loads(path.read_text())
            for path in sorted(self.recorded.glob("refund__*.json"))
        }

    def refund_request(self, recording: dict[str, Any]) -> RefundRequest:
        asked = dict(recording["asked"])
        return RefundRequest(
            reference=REFUND,
            payment_reference=self.reference,
            money=Money(Decimal(asked.pop("amount")), self.currency),
            payer_id=555000111,
            description="№ 1",
            asked_since=datetime(2026, 3, 2, tzinfo=UTC),
            others=frozenset(asked.pop("others", ())),
            **asked,
        )

    def gives_back(self, provider: PaymentProvider) -> bool:
        return isinstance(provider, RefundsMoney)

    def replay(self, api: HttpServer, recording: dict[str, Any]) -> None:
        api.plan(*[answer(call.get("status", 200), call["answer"]) for call in recording["calls"]])

    def outcome(self, provider: Any, recording: dict[str, Any]) -> RefundResult | None:
        request = self.refund_request(recording)
        verb = provider.find_refund if recording.get("verb") == "find" else provider.refund
        found: RefundResult | None = verb(request)
        return found

    def test_recordings_and_the_ability_come_together(self, provider):
        assert bool(self.refund_recordings()) == self.gives_back(provider)

    def test_refund_sends_the_recorded_requests(self, provider, api):
        for name, recording in self.refund_recordings().items():
            api.received.clear()
            self.replay(api, recording)
            if recording["means"] == "refused":
                with pytest.raises(IntegrationError):
                    self.outcome(provider, recording)
            else:
                self.outcome(provider, recording)
            assert len(api.received) == len(recording["calls"]), name
            for sent, call in zip(api.received, recording["calls"], strict=True):
                assert f"{sent.method} {sent.path}" == call["call"], name
                assert (sent.json if sent.body else dict(sent.query)) == call["sent"], name
                assert call.get("headers", {}).items() <= dict(sent.headers).items(), name

    def test_refund_reads_the_recorded_answers(self, provider, api):
        for name, recording in self.refund_recordings().items():
            self.replay(api, recording)
            if recording["means"] == "refused":
                with pytest.raises(IntegrationError) as caught:
                    self.outcome(provider, recording)
                assert recording["says"] in str(caught.value), name
                assert caught.value.retryable is recording.get("unclear", False), name
                continue
            result = self.outcome(provider, recording)
            if recording["means"] == "none":
                assert result is None, name
                continue
            assert result is not None, name
            assert result.state == recording["means"], name
            assert result.external_id == recording["external_id"], name
            assert result.reason == recording.get("says", ""), name
            assert (result.event is not None) is (result.state is RefundState.SUCCEEDED), name

    def test_the_event_of_a_refund_names_its_payment_its_sum_and_itself(self, provider, api):
        for name, recording in self.refund_recordings().items():
            if recording["means"] != "succeeded":
                continue
            self.replay(api, recording)
            result = self.outcome(provider, recording)
            assert result is not None
            event, request = result.event, self.refund_request(recording)
            assert event is not None
            assert event.kind is EventKind.REFUNDED, name
            assert event.event_id == recording["event_id"], name
            assert event.reference == self.reference, name
            assert event.external_id == request.external_id, name
            assert event.money == request.money, name
            assert event.operation == result.external_id, name

    @no_usable_answer
    def test_an_unclear_answer_is_never_a_refund(self, provider, api, impatient, reply):
        for recording in self.refund_recordings().values():
            api.otherwise = reply
            with pytest.raises(ServiceUnreachable):
                provider.refund(self.refund_request(recording))
            with pytest.raises(ServiceUnreachable):
                provider.find_refund(self.refund_request(recording))

    def test_money_is_never_sent_twice_by_one_call(self, provider, api, impatient):
        if not self.gives_back(provider):
            return
        recording = self.refund_recordings()["refund__in_full.json"]
        *before, last = recording["calls"]
        api.plan(*[answer(200, call["answer"]) for call in before])
        api.otherwise = cut()
        with pytest.raises(ServiceUnreachable):
            provider.refund(self.refund_request(recording))
        paths = [f"{one.method} {one.path}" for one in api.received]
        assert paths.count(last["call"]) == 1

    @pytest.mark.django_db
    @pytest.mark.parametrize("told", sorted(set(permutations("aann"))), ids="".join)
    def test_answer_and_notification_count_once_in_any_order(
        self, provider, api, make_payment, told
    ):
        """`a` is the answer to our own call, `n` the provider's notification (where it has one): each twice."""
        notifications = [name for name, kind in self.events.items() if kind is EventKind.REFUNDED]
        if not self.gives_back(provider):
            return
        recording = self.refund_recordings()["refund__in_full.json"]
        self.replay(api, recording)
        result = self.outcome(provider, recording)
        assert result is not None
        assert result.event is not None
        payment = self._paid(make_payment, recording)
        refund = Refund.objects.create(
            reference=REFUND,
            payment=payment,
            origin=Refund.Origin.STAFF,
            status=Refund.Status.ORDERED,
            amount=payment.amount,
            currency=self.currency,
            attempts=1,
        )
        own = replace(result.event, refund=REFUND)
        for one in told:
            if one == "a":
                refund.refresh_from_db()
                refund_sending._apply(refund, replace(result, event=own))
            elif notifications:
                notice = self._notice(provider, notifications[0], own)
                send(payment, EventKind.REFUNDED, **notice)
        refund.refresh_from_db()
        assert refund.status == Refund.Status.SUCCEEDED
        assert refund.external_id == recording["external_id"]
        assert Refund.objects.count() == 1
        assert MoneyEntry.objects.filter(kind="refund").count() == 1
        assert PaymentEvent.objects.filter(kind="refunded").count() == 1
        assert audit_ledgers().differences == []

    def _paid(self, make_payment: Any, recording: dict[str, Any]) -> Payment:
        payment: Payment = make_payment(
            provider=self.slug,
            reference=self.reference,
            external_id=recording["asked"]["external_id"],
            currency=self.currency,
        )
        send(payment, EventKind.PAID, currency=self.currency)
        return payment

    def _notice(self, provider: PaymentProvider, name: str, own: Any) -> dict[str, Any]:
        """What the provider's own notification of this refund says, read by the adapter."""
        [said] = provider.parse(self.raw(name))
        assert said.event_id == own.event_id
        return {
            "event_id": said.event_id,
            "operation": said.operation,
            "refund": said.refund,
            "currency": self.currency,
        }
