"""The part of the contract about subscriptions the provider charges itself, for every provider that runs them."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import IntegrationError, ServiceRefused
from payments.abilities import RunsSubscriptions
from payments.money import Money
from tests.payments.providers.contract_api import ApiContract, broken_answers
from tests.support.http_server import HttpServer, answer

STARTS = datetime(2026, 5, 1, 11, 59, tzinfo=UTC)


class SubscriptionsContract(ApiContract):
    """`recorded/subscription.json`: each call with its answer."""

    @pytest.fixture
    def running(self, provider) -> RunsSubscriptions:
        if not isinstance(provider, RunsSubscriptions):
            pytest.skip(f"{self.slug} runs no subscriptions")
        return provider

    def runs(self) -> dict[str, Any]:
        recorded: dict[str, Any] = json.loads((self.recorded / "subscription.json").read_text())
        return recorded

    def sent(self, api: HttpServer, recorded: dict[str, Any]) -> None:
        [call] = api.received
        assert f"{call.method} {call.path}" == recorded["call"]
        assert call.json == recorded["body"]
        assert recorded.get("headers", {}).items() <= dict(call.headers).items()

    def create(self, running: RunsSubscriptions) -> Any:
        return running.create_subscription(
            reference=self.reference,
            token=self.runs()["token"],
            payer_id=555000111,
            money=Money(Decimal("199.00"), "RUB"),
            description="№ 2",
            starts_at=STARTS,
            length=1,
            unit="month",
        )

    def test_it_is_created_as_recorded(self, running, api):
        recorded = self.runs()["create"]
        api.plan(answer(200, recorded["answer"]))
        facts = self.create(running)
        self.sent(api, recorded)
        assert (facts.external_id, facts.status) == (self.runs()["external_id"], "active")
        assert (facts.money, facts.next_charge_at) == (Money(Decimal("199.0"), "RUB"), STARTS)
        assert facts.payer_id == "555000111"

    def test_it_is_told_as_it_is_now(self, running, api):
        recorded = self.runs()["get"]
        api.plan(answer(200, recorded["answer"]))
        assert running.find_subscription(self.runs()["external_id"]).status == recorded["status"]
        self.sent(api, recorded)

    def test_a_payers_subscriptions_are_found(self, running, api):
        recorded = self.runs()["find"]
        api.plan(answer(200, recorded["answer"]))
        found = running.find_subscriptions(payer_id=555000111)
        self.sent(api, recorded)
        assert [one.status for one in found] == recorded["statuses"]

    def test_its_sum_can_change(self, running, api):
        recorded = self.runs()["update"]
        api.plan(answer(200, recorded["answer"]))
        money = Money(Decimal("249.00"), "RUB")
        assert running.update_subscription(self.runs()["external_id"], money=money).money == money
        self.sent(api, recorded)

    def test_it_can_be_cancelled(self, running, api):
        recorded = self.runs()["cancel"]
        api.plan(answer(200, recorded["answer"]))
        running.cancel_subscription(self.runs()["external_id"])
        self.sent(api, recorded)

    def test_a_refusal_repeats_no_token(self, running, api):
        api.plan(answer(200, self.runs()["refused"]))
        with pytest.raises(ServiceRefused) as caught:
            self.create(running)
        assert self.runs()["token"] not in "".join(traceback.format_exception(caught.value))

    @broken_answers
    def test_no_usable_answer_makes_no_subscription(self, running, api, impatient, reply):
        api.otherwise = reply
        with pytest.raises(IntegrationError):
            self.create(running)
        assert len(api.received) == 1
