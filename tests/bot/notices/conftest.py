from __future__ import annotations

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram.simulator import Telegram
from integrations.sandbox.telegram.state import Chat
from tests.bot.notices.raised import STAFF_CHAT


@pytest.fixture
def group(sandbox: Sandbox) -> Chat:
    """The staff group, with topics."""
    return sandbox.get(Telegram).state.chats[STAFF_CHAT]
