from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from payments.provider import ProviderEvent
from payments.registry import get_provider


@pytest.fixture
def listing(monkeypatch) -> list[ProviderEvent]:
    """What 1Plat lists; tests append to it."""
    rows: list[ProviderEvent] = []

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        yield from rows

    monkeypatch.setattr(type(get_provider("oneplat")), "list_payments", list_payments)
    return rows


@pytest.fixture
def olga(db) -> User:
    return User.objects.create_user("olga", is_staff=True)
