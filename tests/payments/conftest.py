from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from payments.models import Payment
from payments.provider import EventKind
from payments.registry import forget_providers
from payments.services import refund_rules, refund_sending
from tests.payments.events import send
from tests.payments.refund_bank import Bank
from tests.support.http_server import HttpServer


@pytest.fixture
def oneplat(settings) -> Iterator[HttpServer]:
    """1Plat's API as the test scripts it."""
    with HttpServer() as server:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "ONEPLAT_BASE_URL": server.url}
        forget_providers()
        yield server


def order(
    guid: str = "guid-a", *, status: int = 0, reference: str = "", amount: int = 199
) -> dict[str, Any]:
    """A 1Plat answer about one order, in the documented shape."""
    payment = {
        "note": {"currency": "RUB", "pan": "2200 0000 1111 2222", "bank": "Банк", "fio": "И. И."},
        "method_group": "card",
        "guid": guid,
        "merchant_id": reference,
        "status": status,
        "amount": amount,
        "amount_to_pay": amount,
        "expired": "2099-03-01T12:30:00.000Z",
    }
    return {"success": 1, "guid": guid, "payment": payment, "url": f"https://pay.example/{guid}"}


@pytest.fixture
def paid(make_payment: Callable[..., Payment]) -> Payment:
    """199 RUB for 30 days, at a provider that gives nothing back by itself."""
    payment = make_payment(external_id="guid-1")
    send(payment, EventKind.PAID)
    return payment


@pytest.fixture
def olga(db) -> User:
    return get_user_model().objects.create_user("olga")


@pytest.fixture
def boris(db) -> User:
    return get_user_model().objects.create_user("boris")


@pytest.fixture
def bank(monkeypatch) -> Bank:
    bank = Bank()
    for module in (refund_sending, refund_rules):
        monkeypatch.setattr(module, "get_provider", lambda slug: bank)
    return bank
