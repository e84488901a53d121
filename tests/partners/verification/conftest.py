from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.fns.service import Fns
from tests.partners.verification.register import KEY, Register
from tests.support.sandbox import running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(FNS_API_KEY=KEY) as sandbox:
        yield sandbox


@pytest.fixture
def register(sandbox: Sandbox, settings) -> Register:
    """The simulated tax service as it begins, and the product pointed at it."""
    sandbox.reset()
    url = f"{sandbox.base_url}/fns"
    settings.CREDENTIALS = {**settings.CREDENTIALS, "FNS_BASE_URL": url, "FNS_API_KEY": KEY}
    return Register(sandbox, sandbox.get(Fns))
