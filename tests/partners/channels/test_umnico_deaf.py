"""Staff hear that Umnico had stopped telling us of messages, each time once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.models import Notice
from bot.notifications import staff_umnico
from integrations.models import OutboxMessage
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.umnico.account import Umnico
from integrations.umnico.client import KeyRefused
from partners.tasks import keep_webhooks
from tests.support.umnico import connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with connected(settings) as sandbox:
        yield sandbox


def told() -> list[str]:
    """What was told of, as staff read it."""
    for row in OutboxMessage.objects.filter(topic="umnico.webhook").order_by("id"):
        staff_umnico(**row.payload)
        staff_umnico(**row.payload)
    return [f"{one.title}|{one.count}|{one.url}" for one in Notice.objects.order_by("id")]


def test_a_webhook_that_is_on_is_no_news(sandbox):
    assert keep_webhooks() == "on"
    assert told() == []


def test_one_that_was_switched_off_is_told_of_once_and_is_on_again(sandbox):
    for _again in range(2):
        sandbox.get(Umnico).state.webhooks[0].status = "disabled"
        assert keep_webhooks() == "off"
    assert keep_webhooks() == "on"
    url = "/admin/integrations/inboundcallback/?source=umnico"
    assert told() == [f"⚠️ Umnico выключил наш адрес|1|{url}"]


def test_one_that_is_gone_is_told_of(sandbox):
    sandbox.get(Umnico).state.webhooks = []
    assert keep_webhooks() == "missing"
    (notice,) = told()
    assert notice.startswith("🔌 Нашего адреса не было в Umnico|1|")


def test_a_token_that_is_not_taken_is_told_of_once_a_day_and_the_task_fails(sandbox):
    sandbox.get(Umnico).state.options.token_expired = True
    for _again in range(2):
        with pytest.raises(KeyRefused):
            keep_webhooks()
    (notice,) = told()
    assert notice.startswith("❌ Umnico не принимает наш токен|1|")
