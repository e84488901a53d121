from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.models import OutboxMessage
from payments.models import AutoRenewal, Customer, Payment
from payments.provider import EventKind, MethodKept
from payments.providers.yookassa.adapter import Provider
from payments.registry import forget_providers
from payments.services import provider_states
from payments.services.renewal_runs import renew_due
from tests import factories
from tests.payments.events import send
from tests.payments.renewals.bank import Bank

TOKEN = "token-of-a-card"


class Clock:
    """The product's clock, moved as the sandbox moves it."""

    def __init__(self, file: Path) -> None:
        self.file, self.offset = file, timedelta()

    def forward(self, **much: float) -> None:
        self.offset += timedelta(**much)
        self.file.write_text(str(int(self.offset.total_seconds())))


@pytest.fixture
def clock(settings, tmp_path) -> Clock:
    settings.CLOCK_OFFSET_FILE = tmp_path / "offset"
    return Clock(tmp_path / "offset")


@pytest.fixture(autouse=True)
def _charging_provider(settings, monkeypatch) -> Iterator[None]:
    settings.PAYMENT_PROVIDERS = ["yookassa"]
    settings.CREDENTIALS = {
        **settings.CREDENTIALS,
        "YUKASSA_SHOP_ID": "100500",
        "YUKASSA_SECRET_KEY": "test_key",
        "YUKASSA_BASE_URL": "http://127.0.0.1:9/yookassa",
    }
    settings.RENEWAL_UNCLEAR_SECONDS = 0
    monkeypatch.setattr(provider_states, "SHORTEST_SILENCE", timedelta())
    forget_providers()
    yield
    forget_providers()


@pytest.fixture
def bank(monkeypatch) -> Bank:
    found = Bank()
    monkeypatch.setattr(Provider, "charge", lambda self, request: found.charge(self, request))
    monkeypatch.setattr(
        Provider,
        "find_charge",
        lambda self, request, *, since: found.find_charge(self, request, since=since),
    )
    return found


@pytest.fixture
def bought(db, clock, bank) -> Callable[..., AutoRenewal]:
    """A customer who bought a month and agreed to be charged again."""

    def buy(customer: Customer | None = None, **fields: Any) -> AutoRenewal:
        payment = factories.a_payment(
            customer=customer or factories.a_customer(),
            provider="yookassa",
            save_method=True,
            **fields,
        )
        kept = MethodKept(token=TOKEN, title="Visa ·· 4242")
        send(payment, EventKind.PAID, method_kept=kept)
        renew_due()
        return AutoRenewal.objects.get(customer=payment.customer)

    return buy


@pytest.fixture
def renewal(bought) -> AutoRenewal:
    found: AutoRenewal = bought()
    return found


def attempts(renewal: AutoRenewal) -> list[str]:
    """What became of each charge, oldest first."""
    rows = Payment.objects.filter(renewal_key__startswith=f"renewal:{renewal.pk}:")
    return list(rows.order_by("pk").values_list("status", flat=True))


def told(topic: str) -> int:
    return OutboxMessage.objects.filter(topic=topic).values("key").distinct().count()


def days(renewal: AutoRenewal) -> int:
    entries = renewal.customer.subscription.day_entries.values_list("seconds", flat=True)
    return sum(entries) // 86400
