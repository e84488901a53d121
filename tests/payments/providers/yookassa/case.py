"""How YooKassa's notifications are made, sent and confirmed in tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integrations.callbacks import RawCallback
from payments.models import Payment
from payments.provider import EventKind
from payments.services.callbacks import drain_callbacks
from payments.services.confirmations import confirm_callbacks
from tests.payments.providers.contract_base import ProviderCase
from tests.support.http_server import HttpServer, answer

HERE = Path(__file__).parent
SHOP_ID, SECRET = "100500", "test_demoSecretKey"
BASIC = "MTAwNTAwOnRlc3RfZGVtb1NlY3JldEtleQ=="
PAYMENT_ID = "2f3c1a00-000f-5000-8000-1a2b3c4d5e6f"
REFUND_ID = "2f3c2b00-0015-5000-9000-1a2b3c4d5e72"
THEIRS = "185.71.76.5"
MISSING = {"type": "error", "id": "e1", "code": "not_found", "description": "Payment not found"}


class YookassaCase(ProviderCase):
    slug = "yookassa"
    fixtures = HERE / "fixtures"
    recorded = HERE / "recorded"
    credentials = {"YUKASSA_SHOP_ID": SHOP_ID, "YUKASSA_SECRET_KEY": SECRET}
    secrets = (SECRET, BASIC)
    base_url_env = "YUKASSA_BASE_URL"
    reference = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
    unsigned = True
    events = {
        "paid__card.json": EventKind.PAID,
        "paid__sbp.json": EventKind.PAID,
        "waiting__for_capture.json": EventKind.PENDING,
        "failed__insufficient_funds.json": EventKind.FAILED,
        "canceled__expired_on_confirmation.json": EventKind.CANCELED,
        "refunded__in_full.json": EventKind.REFUNDED,
        "unknown__payout.json": EventKind.UNKNOWN,
        "unknown__status_on_hold.json": EventKind.UNKNOWN,
    }
    hints = frozenset(events)

    @pytest.fixture(autouse=True)
    def _behind_our_proxy(self, settings):
        settings.TRUSTED_PROXIES = ["127.0.0.1"]

    def headers(self, body: bytes) -> dict[str, str]:
        return {"x-forwarded-for": THEIRS}

    def raw(self, name: str) -> RawCallback:
        return replace(super().raw(name), remote_addr=THEIRS)

    def api_answer(self, name: str) -> Any:
        return json.loads(self.body(name))["object"]

    def payment_object(self, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.api_answer("paid__card.json")
        return found | changes

    def edited(self, name: str, **changes: Any) -> RawCallback:
        body = json.loads(self.body(name))
        body["object"] |= changes
        return replace(self.raw(name), body=json.dumps(body).encode())

    def refund_object(self, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.api_answer("refunded__in_full.json")
        return found | changes

    @pytest.fixture
    def payment(self, make_payment) -> Payment:
        payment: Payment = make_payment(provider=self.slug, reference=self.reference)
        return payment

    def status(self, payment: Payment) -> str:
        payment.refresh_from_db()
        return payment.status

    def post(self, client: Any, raw: RawCallback) -> int:
        code: int = client.post(
            "/payments/callbacks/yookassa",
            raw.body,
            content_type="application/json",
            headers=dict(raw.headers),
        ).status_code
        return code

    @pytest.fixture
    def tell(self, client, api: HttpServer):
        """Deliver a fixture while the API answers these, the last of them from then on."""

        def tell(name: str, *said: Any, status: int = 200) -> None:
            api.plan(*[answer(status, one) for one in said[:-1]])
            api.otherwise = answer(status, said[-1])
            assert self.post(client, self.raw(name)) == 200
            drain_callbacks()
            confirm_callbacks()

        return tell
