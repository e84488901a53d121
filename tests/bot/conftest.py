from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from bot.application import build_application
from bot.bridge import release_connections
from bot.notices import sending
from integrations.sandbox.core.sandbox import Sandbox
from integrations.services import outbox
from payments.models import Plan
from tests.bot.reminded import NOON, bought
from tests.bot.telegram_world import World
from tests.support.clock import moved_clock
from tests.support.sandbox import running_sandbox

CREDENTIALS = {
    "BOT_TOKEN": "4242:test-bot-token",
    "BOT_WEBHOOK_SECRET": "test-webhook-secret",
    "ONEPLAT_SHOP_ID": "4242",
    "ONEPLAT_SHOP_SECRET": "plat-demo-secret-01",
    "REMNAWAVE_API_TOKEN": "test-panel-token",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Every outside service, at the addresses the settings name."""
    with running_sandbox(**CREDENTIALS) as running:
        settings.CREDENTIALS.update(
            TELEGRAM_API_URL=f"{running.base_url}/telegram",
            ONEPLAT_BASE_URL=f"{running.base_url}/oneplat",
            REMNAWAVE_BASE_URL=f"{running.base_url}/remnawave",
        )
        yield running


@pytest.fixture
async def threads(transactional_db: None) -> AsyncIterator[None]:
    """The bot's threads and the one of Django's async queries, with no connection left open."""
    yield
    await sync_to_async(release_connections)()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def world(sandbox: Sandbox, threads: None) -> AsyncIterator[World]:
    """The bot at work, with nobody in the chat yet."""
    application = build_application(settings.CREDENTIALS)
    await application.initialize()
    world = World(sandbox, application)
    world.options(cooldown_seconds=0)
    try:
        yield world
    finally:
        await application.shutdown()


@pytest.fixture
def plans(transactional_db: None) -> list[Plan]:
    """Three terms on sale."""
    rows = (
        ("1m", "1 месяц", "1 month", 30, 200),
        ("3m", "3 месяца", "3 months", 90, 500),
        ("12m", "12 месяцев", "12 months", 365, 1550),
    )
    return [
        Plan.objects.create(
            code=code, title_ru=ru, title_en=en, length=days, amount=Decimal(price), position=place
        )
        for place, (code, ru, en, days, price) in enumerate(rows)
    ]


@pytest.fixture
def worker() -> Any:
    """What the worker does: everything that is due in the outbox, then what staff are told."""

    def work() -> int:
        return outbox.drain() + sending.send_due()

    return sync_to_async(work, thread_sensitive=True)


@pytest.fixture
def clock(tmp_path):
    with moved_clock(tmp_path) as clock:
        clock.to(NOON)
        yield clock


@pytest.fixture
async def anna(world: World, plans, clock) -> Any:
    """She has bought a month and forgotten about it; every earlier message is done with."""
    person = world.person(first_name="Анна <b>")
    await person.starts()
    await person.presses("Принимаю")
    await sync_to_async(bought)(person.chat.id)
    return person
