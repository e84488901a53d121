"""The part of the contract about charging a saved way of paying, for every provider that can."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from payments.abilities import ChargeRequest, ChargesSavedMethods
from payments.errors import MethodRevoked
from payments.money import Money
from payments.provider import EventKind
from tests.payments.providers.contract_api import ApiContract, broken_answers
from tests.support.http_server import answer, cut

ORDERED_AT = datetime(2026, 4, 1, 11, 59, tzinfo=UTC)


class ChargesContract(ApiContract):
    """`recorded/charge.json`: the call, and the answers by what they mean."""

    @pytest.fixture
    def charging(self, provider) -> ChargesSavedMethods:
        if not isinstance(provider, ChargesSavedMethods):
            pytest.skip(f"{self.slug} charges no saved methods")
        return provider

    def charged(self) -> dict[str, Any]:
        recorded: dict[str, Any] = json.loads((self.recorded / "charge.json").read_text())
        return recorded

    def charge_request(self) -> ChargeRequest:
        return ChargeRequest(
            reference=self.reference,
            money=Money(Decimal("199.00"), "RUB"),
            token=self.charged()["token"],
            description="№ 2",
            payer_id=555000111,
        )

    def test_a_charge_sends_the_recorded_request(self, charging, api):
        recorded = self.charged()
        api.plan(answer(200, recorded["answers"]["paid"]))
        charging.charge(self.charge_request())
        [sent] = api.received
        assert f"{sent.method} {sent.path}" == recorded["request"]["call"]
        assert sent.json == recorded["request"]["body"]
        assert recorded["request"]["headers"].items() <= dict(sent.headers).items()

    @pytest.mark.parametrize(
        ("said", "kind"),
        [("paid", EventKind.PAID), ("failed", EventKind.FAILED), ("pending", EventKind.PENDING)],
    )
    def test_a_charge_is_told_as_what_it_came_to(self, charging, api, said, kind):
        api.plan(answer(200, self.charged()["answers"][said]))
        event = charging.charge(self.charge_request())
        assert (event.kind, event.reference) == (kind, self.reference)
        assert event.money == Money(Decimal("199.00"), "RUB")
        assert bool(event.reason) == (kind is EventKind.FAILED)
        assert not event.method_revoked

    def test_a_paid_charge_names_the_method_without_showing_its_token(self, charging, api):
        recorded = self.charged()
        api.plan(answer(200, recorded["answers"]["paid"]))
        event = charging.charge(self.charge_request())
        assert event.method_kept is not None
        assert (event.method_kept.token, event.method_kept.title) == (
            recorded["token"],
            recorded["title"],
        )
        assert recorded["token"] not in repr(event) + json.dumps(dict(event.raw))
        assert recorded["token"] not in repr(self.charge_request())

    def test_a_withdrawn_consent_ends_the_method(self, charging, api):
        api.plan(answer(200, self.charged()["answers"]["revoked"]))
        with pytest.raises(MethodRevoked) as caught:
            charging.charge(self.charge_request())
        assert str(caught.value)

    def test_a_refusal_is_no_charge_and_repeats_no_token(self, charging, api):
        recorded = self.charged()
        api.plan(answer(recorded["refused"]["status"], recorded["refused"]["answer"]))
        with capture_logs() as logs, pytest.raises(ServiceRefused) as caught:
            charging.charge(self.charge_request())
        shown = "".join(traceback.format_exception(caught.value)) + str(logs)
        assert recorded["token"] not in shown

    @broken_answers
    def test_a_charge_without_a_usable_answer_invents_nothing(
        self, charging, api, impatient, reply
    ):
        api.otherwise = reply
        with pytest.raises(ServiceUnreachable):
            charging.charge(self.charge_request())
        assert len(api.received) == 1

    def test_an_answer_about_another_order_is_not_believed(self, charging, api):
        other = replace(self.charge_request(), reference="f" * 32)
        api.plan(answer(200, self.charged()["answers"]["paid"]))
        with pytest.raises(ServiceUnreachable):
            charging.charge(other)

    def test_what_became_of_a_charge_can_be_asked(self, charging, api):
        find = self.charged()["find"]
        api.plan(answer(200, find["paid"]))
        event = charging.find_charge(self.charge_request(), since=ORDERED_AT)
        [sent] = api.received
        assert f"{sent.method} {sent.path}" == find["call"]
        assert dict(sent.query) == find["query"]
        assert event is not None
        assert (event.kind, event.reference) == (EventKind.PAID, self.reference)

    def test_a_found_failure_says_whether_the_method_is_gone(self, charging, api):
        api.plan(*[answer(200, one) for one in self.charged()["find"]["failed"]])
        event = charging.find_charge(self.charge_request(), since=ORDERED_AT)
        assert event is not None
        assert (event.kind, event.method_revoked) == (EventKind.FAILED, True)

    def test_a_charge_nobody_knows_of_is_none(self, charging, api):
        api.plan(answer(200, self.charged()["find"]["none"]))
        assert charging.find_charge(self.charge_request(), since=ORDERED_AT) is None

    @broken_answers
    def test_silence_about_a_charge_is_no_answer(self, charging, api, impatient, reply):
        api.otherwise = reply
        with pytest.raises(IntegrationError):
            charging.find_charge(self.charge_request(), since=ORDERED_AT)

    def test_a_lost_charge_is_never_repeated_by_itself(self, charging, api, impatient):
        api.otherwise = cut()
        with pytest.raises(ServiceUnreachable):
            charging.charge(self.charge_request())
        assert len(api.received) == 1
