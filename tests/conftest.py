from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from pytest_django import DjangoDbBlocker

from integrations.clock import now, offset
from payments.models import Customer, Payment, Plan
from payments.registry import forget_providers
from tests.support import databases
from tests.support.summary import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

# Two cores run two tests at a time, and in a fresh checkout Hypothesis first builds its table of Unicode: how long
# one example takes says nothing about the code. The suite is the same every time; `--hypothesis-profile=thorough` is
# the same three times as long, and `dev` looks where nobody has looked before, ten times as long.
_PATIENT = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "ci", _PATIENT, max_examples=100, derandomize=True, database=None
)
hypothesis.settings.register_profile(
    "thorough", _PATIENT, max_examples=300, derandomize=True, database=None
)
hypothesis.settings.register_profile("dev", _PATIENT, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile("ci")

# Fixtures that start every process, once in each worker that comes by one of their tests.
PRODUCTS = {"stack", "polling", "stock"}
A_LONG_TEST = 600  # seconds that it may take
A_LONG_NAME = 100  # characters or bytes
_telegram_ids = count(700_100_200)


def pytest_configure(config: pytest.Config) -> None:
    """The process that names the database outlives those it starts, and drops it. Each has a Redis to itself."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        number = int(worker.removeprefix("gw")) + 1
        settings.REDIS_URL = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
    if name := databases.name_the_migrated():
        config.add_cleanup(lambda: databases.forget_the_migrated(name))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A whole file or page is called by its number. Its content may hold the hour, and then the suite's processes,
    which collect for themselves, would not agree on the test's name.
    """
    return argname if isinstance(val, bytes | str) and len(val) > A_LONG_NAME else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take longest begins first, so that nobody waits for it at the end; groups of many come before it."""
    items.sort(key=lambda item: not _is_long(item))
    if scattered := {item.location[0] for item in items if _is_scattered(item)}:
        raise pytest.UsageError(f"share a product, so need an xdist_group: {sorted(scattered)}")


def _is_scattered(item: pytest.Item) -> bool:
    shares = PRODUCTS & set(getattr(item, "fixturenames", ()))
    return bool(shares) and item.get_closest_marker("xdist_group") is None


def _is_long(item: pytest.Item) -> bool:
    limit = item.get_closest_marker("timeout")
    return limit is not None and limit.args[0] >= A_LONG_TEST


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Each process has a database of its own; migrating one for all of them is enough."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = databases.migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        databases.empty_fast()


@pytest.fixture(autouse=True)
def _settings_as_they_were() -> Iterator[None]:
    """A fixture that changes settings inside a block of its own undoes them in the wrong order, and the sandbox's
    credentials would stay for whoever comes next.
    """
    before = settings._wrapped  # type: ignore[misc]  # Django's own tools go by it
    yield
    if settings._wrapped is not before:  # type: ignore[misc]
        settings._wrapped = before


@pytest.fixture(autouse=True)
def _fresh_adapters():
    """Credentials differ between tests; adapters are built anew for each."""
    forget_providers()
    yield
    forget_providers()


@pytest.fixture(autouse=True)
def _no_language_asked_for():
    """The language of a request stays active in its thread: without this the next test would speak it too."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def move_clock(settings: Any, tmp_path: Path) -> Callable[[timedelta], None]:
    """Move the product's clock on, as the sandbox's clock page does."""
    settings.CLOCK_OFFSET_FILE = tmp_path / "clock-offset"

    def move(by: timedelta) -> None:
        settings.CLOCK_OFFSET_FILE.write_text(str(int((offset() + by).total_seconds())))

    return move


@pytest.fixture
def plan(db) -> Plan:
    return Plan.objects.create(
        code="1m", title_ru="1 месяц", title_en="1 month", length=30, amount=Decimal("199.00")
    )


@pytest.fixture
def make_customer(db) -> Callable[..., Customer]:
    def make(**fields: Any) -> Customer:
        customer: Customer = Customer.objects.create(
            **({"telegram_id": next(_telegram_ids)} | fields)
        )
        return customer

    return make


@pytest.fixture
def customer(make_customer: Callable[..., Customer]) -> Customer:
    return make_customer(username="anna", first_name="Анна")


@pytest.fixture
def make_payment(plan: Plan, make_customer: Callable[..., Customer]) -> Callable[..., Payment]:
    """A payment waiting for money; any field can be set."""

    def make(**fields: Any) -> Payment:
        fields.setdefault("customer", None)
        if fields["customer"] is None:
            fields["customer"] = make_customer()
        defaults: dict[str, Any] = {
            "plan": plan,
            "length": plan.length,
            "unit": plan.unit,
            "provider": "oneplat",
            "method": "card",
            "amount": plan.amount,
            "currency": plan.currency,
            "status": Payment.Status.PENDING,
            "opened_at": now(),
            "invoice_expires_at": now() + timedelta(minutes=30),
        }
        return Payment.objects.create(**(defaults | fields))

    return make
