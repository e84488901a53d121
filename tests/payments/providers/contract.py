"""What every payment provider must do. A provider's tests subclass `ProviderContract`, say how the
provider signs, and name one fixture per event; the rest of the suite comes by inheritance."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from payments.money import NO_CURRENCY
from payments.provider import EventKind, PaymentProvider, SignsTestCallbacks, Trust, Verdict
from tests.payments.providers.contract_base import ProviderCase
from tests.payments.providers.contract_charges import ChargesContract
from tests.payments.providers.contract_holds import HoldsContract
from tests.payments.providers.contract_refunds import RefundContract
from tests.payments.providers.contract_settlement import SettlementContract
from tests.payments.providers.contract_subscriptions import SubscriptionsContract

ROOT = Path(__file__).parents[3]

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "not UTF-8": b"\xff",
    "cut off": b'{"status":1',
    "deeply nested": b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}",
    "not an object": b"[1,2]",
    "repeated key": b'{"status":0,"status":1}',
    "not a number": b'{"status":NaN}',
}


class CallbackContract(ProviderCase):
    """Reading and verifying callbacks: offline, no database."""

    def test_folder_is_slug(self, provider):
        assert type(provider).__module__ == f"payments.providers.{self.slug}.adapter"
        assert provider.slug == self.slug

    def test_every_fixture_is_declared_and_present(self):
        assert {path.name for path in self.fixtures.iterdir()} == set(self.events)
        assert self.hints <= set(self.events)

    def test_fixtures_are_named_event_and_case(self):
        assert all(re.fullmatch(r"[a-z_]+__[a-z0-9_]+\.\w+", name) for name in self.events)

    def test_there_is_a_fixture_for_money_and_for_a_word_we_do_not_know(self):
        assert {EventKind.PAID, EventKind.UNKNOWN} <= set(self.events.values())

    def test_accepts_and_reads_every_fixture(self, provider):
        for name, kind in self.events.items():
            provider.verify(self.raw(name))
            assert [event.kind for event in provider.parse(self.raw(name))] == [kind], name

    def test_declares_every_address_its_calls_come_to(self, provider):
        used = {self.kind(name) for name in self.events}
        assert used <= set(provider.callback_kinds or ("",))

    def test_believes_a_fixture_as_far_as_declared(self, provider):
        for name in self.events:
            trust = Trust.HINT if name in self.hints else Trust.SIGNED
            assert [event.trust for event in provider.parse(self.raw(name))] == [trust], name

    def test_unsigned_is_never_more_than_a_hint(self):
        assert not self.unsigned or self.hints == set(self.events)

    def test_amounts_are_exact(self, provider):
        for name in self.events:
            for event in provider.parse(self.raw(name)):
                assert event.money is None or event.money.amount == Decimal("199.00"), name
                backwards = event.kind in (EventKind.REFUNDED, EventKind.CANCELED)
                known = provider.currencies | ({NO_CURRENCY} if backwards else set())
                assert event.money is None or event.money.currency in known, name

    def test_money_in_always_names_its_sum_and_its_order(self, provider):
        for name, kind in self.events.items():
            if kind is EventKind.PAID:
                event = provider.parse(self.raw(name))[0]
                assert event.money is not None, name
                assert event.reference == self.reference, name

    def test_redelivery_has_the_same_event_id(self, provider):
        for name in self.events:
            first, second = (provider.parse(self.raw(name))[0].event_id for _ in range(2))
            assert first == second
            assert 0 < len(first) <= 160

    def test_what_people_see_can_be_stored_as_json(self, provider):
        for name in self.events:
            raw = dict(provider.parse(self.raw(name))[0].raw)
            assert json.loads(json.dumps(raw)) == raw

    def test_rejects_a_changed_body(self, provider):
        for name in self.events if not self.unsigned else ():
            with pytest.raises(CallbackRejected):
                provider.verify(self.forged(name))

    def test_rejects_a_missing_signature(self, provider):
        for name in self.events if not self.unsigned else ():
            with pytest.raises(CallbackRejected):
                provider.verify(RawCallback(body=(self.fixtures / name).read_bytes(), headers={}))

    def test_without_credentials_nothing_is_genuine(self, provider):
        unconfigured = type(provider).from_credentials({})
        for name in self.events:
            with pytest.raises(CallbackRejected):
                unconfigured.verify(self.raw(name))

    @pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
    def test_malformed_body_is_named_so(self, provider, body):
        raw = replace(self.raw(next(iter(self.events))), body=body)
        with pytest.raises(CallbackMalformed):
            provider.parse(raw)
        with pytest.raises((CallbackMalformed, CallbackRejected)):
            provider.verify(raw)

    def test_every_verdict_has_an_answer(self, provider):
        assert all(isinstance(provider.acknowledge(verdict), Ack) for verdict in Verdict)

    def test_secrets_are_never_shown(self, provider):
        shown = [repr(provider)]
        with capture_logs() as logs:
            for name in self.events:
                shown.append(traceback_of(provider, self.forged(name)))
                shown.append(repr(self._event(provider, name)))
        self.assert_no_secret_in([*shown, str(logs)])

    def test_each_variable_is_documented(self, provider):
        documented = (ROOT / ".env.example").read_text()
        for name in (*provider.required_env, *provider.optional_env):
            assert re.search(rf"^#? ?{name}=", documented, re.MULTILINE), name

    def test_names_what_is_missing(self, provider):
        assert provider.missing({}) == list(provider.required_env)
        assert provider.missing(self.credentials) == []

    def test_the_folder_has_its_notes(self):
        assert (ROOT / "payments" / "providers" / self.slug / "README.md").read_text()

    def test_own_test_callbacks_are_genuine_unless_bad(self, provider):
        for signature, raw in self._test_callbacks(provider):
            if signature == "bad":
                with pytest.raises(CallbackRejected):
                    provider.verify(raw)
            else:
                provider.verify(raw)
                assert provider.parse(raw)[0].reference == self.reference

    def test_nobody_can_sign_with_an_empty_secret(self, provider):
        unconfigured = type(provider).from_credentials({})
        for _, raw in self._test_callbacks(unconfigured):
            with pytest.raises(CallbackRejected):
                unconfigured.verify(raw)

    def _test_callbacks(self, provider: PaymentProvider) -> Iterator[tuple[str, RawCallback]]:
        """Every test callback the adapter can sign for the recorded payment; none where it cannot."""
        if not isinstance(provider, SignsTestCallbacks):
            return
        genuine = self._event(provider, self.named(EventKind.PAID))
        for signature, status in product(provider.test_signatures, provider.test_statuses):
            yield (
                signature,
                provider.build_test_callback(
                    reference=self.reference,
                    external_id=genuine.external_id,
                    money=genuine.money,
                    status=status,
                    signature=signature,
                ),
            )

    def _event(self, provider: PaymentProvider, name: str) -> Any:
        return provider.parse(self.raw(name))[0]


def traceback_of(provider: PaymentProvider, raw: RawCallback) -> str:
    """What a log would hold about a refused call."""
    try:
        provider.verify(raw)
    except CallbackRejected as error:
        return "".join(traceback.format_exception(error))
    return ""


class ProviderContract(
    CallbackContract,
    RefundContract,
    ChargesContract,
    HoldsContract,
    SubscriptionsContract,
    SettlementContract,
):
    """The whole of it."""
