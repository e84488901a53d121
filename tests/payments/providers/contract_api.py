"""The part of the contract about calling out: over real HTTP, with a server that misbehaves."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from integrations import http
from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from payments.abilities import ListsRefunds, ShowsAddresses
from payments.errors import InvoiceRefused
from payments.money import Money
from payments.provider import (
    ChecksCredentials,
    Invoice,
    InvoiceRequest,
    ListsPayments,
    Method,
    NamesLimits,
)
from tests.payments.providers.contract_base import ProviderCase
from tests.support.http_server import Reply, answer, cut, drip, hang, reset

BROKEN_ANSWERS: dict[str, Reply] = {
    "500": answer(500),
    "502 in HTML": answer(502, raw=b"<html>Bad Gateway</html>"),
    "503 with a text": answer(503, {"error": "maintenance"}),
    "empty": answer(200),
    "HTML": answer(200, raw=b"<html>Sign in</html>"),
    "not UTF-8": answer(200, raw=b"\xff\xfe"),
    "deeply nested": answer(200, raw=b"[" * 100_000),
    "a list": answer(200, []),
    "an empty object": answer(200, {}),
    "redirect": answer(301, headers={"Location": "/elsewhere"}),
    "cut off": cut(b'{"success":1,'),
    "reset": reset(),
    "too slow": hang(),
    "dripping": drip(b"{" + b" " * 1000, pause=0.05),
}
# Enough to show that the credentials are right, and nothing else.
HOLLOW = {"hollow": answer(200, {"ok": True, "success": 1, "result": None, "payment": None})}
no_usable_answer = pytest.mark.parametrize(
    "reply", [*BROKEN_ANSWERS.values(), *HOLLOW.values()], ids=[*BROKEN_ANSWERS, *HOLLOW]
)
broken_answers = pytest.mark.parametrize("reply", BROKEN_ANSWERS.values(), ids=BROKEN_ANSWERS)


class ApiContract(ProviderCase):
    @pytest.fixture
    def impatient(self, monkeypatch):
        """Every call gives up after a third of a second, whatever its client says."""
        deadline = property(lambda client: 0.3, lambda client, seconds: None)
        monkeypatch.setattr(http.Client, "deadline", deadline)

    def request(self) -> InvoiceRequest:
        return InvoiceRequest(
            reference=self.reference,
            money=Money(Decimal("199.00"), self.currency),
            method=Method(self.recording()["method"]),
            description="№ 1",
            payer_id=555000111,
            return_url="https://shop.example/",
        )

    def test_create_invoice_sends_the_recorded_request(self, provider, api):
        recording = self.recording()
        api.plan(answer(200, recording["answer"]))
        provider.create_invoice(self.request())
        [sent] = api.received
        assert f"{sent.method} {sent.path}" == recording["request"]["call"]
        assert sent.json == recording["request"]["body"]
        assert recording["request"]["headers"].items() <= dict(sent.headers).items()

    def test_create_invoice_reads_the_recorded_answer(self, provider, api):
        recording = self.recording()
        api.plan(answer(200, recording["answer"]))
        invoice = provider.create_invoice(self.request())
        assert isinstance(invoice, Invoice)
        assert invoice.external_id == recording["invoice"]["external_id"]
        assert invoice.pay_url == recording["invoice"]["pay_url"]

    @no_usable_answer
    def test_create_invoice_never_invents_an_invoice(self, provider, api, impatient, reply):
        api.otherwise = reply
        with pytest.raises((ServiceUnreachable, InvoiceRefused)):
            provider.create_invoice(self.request())

    @no_usable_answer
    def test_fetch_never_invents_an_event(self, provider, api, impatient, reply):
        api.otherwise = reply
        with pytest.raises(IntegrationError):
            provider.fetch("3f8e2c1a-add6-4b69-9222-725f7099a32f")

    @broken_answers
    def test_the_other_abilities_fail_in_the_same_words(self, provider, api, impatient, reply):
        api.otherwise = reply
        abilities = {
            ChecksCredentials: lambda: provider.whoami(),
            ShowsAddresses: lambda: provider.entered_address(provider.callback_kinds[0]),
            NamesLimits: lambda: provider.limits(),
            ListsPayments: lambda: list(provider.list_payments(since=datetime.now(UTC))),
            ListsRefunds: lambda: provider.refunds_of("3f8e2c1a", since=datetime.now(UTC)),
        }
        for ability, call in abilities.items():
            if isinstance(provider, ability):
                with pytest.raises(IntegrationError):
                    call()

    @pytest.mark.parametrize("status", [401, 403])
    def test_wrong_credentials_are_named_so(self, provider, api, status):
        api.otherwise = answer(status, {"error": "wrong"})
        with pytest.raises(ServiceRefused):
            provider.create_invoice(self.request())

    def test_a_create_is_never_sent_twice(self, provider, api, impatient):
        api.otherwise = cut()
        with pytest.raises(ServiceUnreachable):
            provider.create_invoice(self.request())
        assert len(api.received) == 1

    @pytest.mark.parametrize("status", [200, 400, 401, 500])
    def test_secrets_are_not_repeated_from_an_answer(self, provider, api, status):
        said = f"your secret is {' '.join(self.secrets)}"
        api.otherwise = answer(status, {"error": said, "message": said, "description": said})
        shown = []
        with capture_logs() as logs:
            for call in (self.request, None):
                with pytest.raises((IntegrationError, InvoiceRefused)) as caught:
                    provider.create_invoice(call()) if call else provider.fetch("guid")
                shown.append("".join(traceback.format_exception(caught.value)))
        self.assert_no_secret_in([*shown, str(logs)])
