"""The part of the contract about two-stage payments, for every provider that has them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import IntegrationError
from payments.abilities import HoldsMoney
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from tests.payments.providers.contract_api import ApiContract, broken_answers
from tests.support.http_server import answer

WHOLE, PART = Money(Decimal("199.00"), "RUB"), Money(Decimal("150.00"), "RUB")


class HoldsContract(ApiContract):
    """`recorded/hold.json`: the calls of a capture and a release, with their answers."""

    @pytest.fixture
    def holding(self, provider) -> HoldsMoney:
        if not isinstance(provider, HoldsMoney):
            pytest.skip(f"{self.slug} holds no money")
        return provider

    def hold(self) -> dict[str, Any]:
        recorded: dict[str, Any] = json.loads((self.recorded / "hold.json").read_text())
        return recorded

    def held_event(self) -> ProviderEvent:
        return ProviderEvent(
            kind=EventKind.PENDING,
            trust=Trust.SIGNED,
            event_id="held",
            reference=self.reference,
            held=True,
            money=WHOLE,
            **self.hold()["held"],
        )

    def test_an_order_may_ask_for_a_hold(self, provider, holding, api):
        api.plan(answer(200, self.recording()["answer"]))
        provider.create_invoice(replace(self.request(), hold=True))
        assert self.hold()["order"].items() <= api.received[0].json.items()

    @pytest.mark.parametrize(("recorded", "money"), [("capture", WHOLE), ("capture_part", PART)])
    def test_a_capture_takes_the_sum_asked_for(self, holding, api, recorded, money):
        said = self.hold()[recorded]
        api.plan(*[answer(200, one) for one in said["answers"]])
        event = holding.capture(self.held_event(), money=money)
        assert api.paths() == said["calls"]
        assert api.received[1].json == said["body"]
        assert (event.kind, event.money) == (EventKind.PAID, money)

    def test_a_release_gives_the_sum_back(self, holding, api):
        said = self.hold()["release"]
        api.plan(*[answer(200, one) for one in said["answers"]])
        event = holding.release(self.held_event())
        assert api.paths() == said["calls"]
        assert api.received[1].json == said["body"]
        assert event.kind is EventKind.CANCELED

    @pytest.mark.parametrize(
        ("recorded", "kind"),
        [("already_captured", EventKind.PAID), ("already_released", EventKind.CANCELED)],
    )
    def test_what_is_done_is_not_done_again(self, holding, api, recorded, kind):
        api.plan(*[answer(200, one) for one in self.hold()[recorded] * 2])
        assert holding.capture(self.held_event(), money=WHOLE).kind is kind
        assert holding.release(self.held_event()).kind is kind
        assert len(api.received) == 2

    @broken_answers
    def test_a_hold_without_a_usable_answer_is_left_alone(self, holding, api, impatient, reply):
        api.otherwise = reply
        for call in (lambda: holding.capture(self.held_event(), money=WHOLE),):
            with pytest.raises(IntegrationError):
                call()
        with pytest.raises(IntegrationError):
            holding.release(self.held_event())
