from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram.messenger import Messenger
from integrations.telegram.client import BotApi
from tests.integrations.telegram.scenario import TOKEN, Scenario
from tests.support.http_server import HttpServer
from tests.support.sandbox import running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(BOT_TOKEN=TOKEN) as sandbox:
        yield sandbox


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.reset()
    messenger = sandbox.get(Messenger)
    with sandbox.lock:
        chat = messenger.add_chat(chat_id=700100200, first_name="Анна")
        chat.started = True
    api = BotApi(token=TOKEN, base_url=f"{sandbox.base_url}/telegram", deadline=1.0)
    return Scenario(sandbox=sandbox, messenger=messenger, api=api, chat=chat)


@pytest.fixture
def api(server: HttpServer) -> BotApi:
    """A client before a scripted server."""
    return BotApi(token=TOKEN, base_url=server.url, deadline=0.4)
