from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.remnawave.client import Panel
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.remnawave.panel import Panel as Simulator
from integrations.sandbox.remnawave.state import DEFAULT_SQUAD
from tests.integrations.remnawave.scenario import TOKEN, Scenario
from tests.support.sandbox import running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(REMNAWAVE_API_TOKEN=TOKEN) as sandbox:
        yield sandbox


@pytest.fixture(params=["2", "3"], ids=["v2", "v3"])
def scenario(request: pytest.FixtureRequest, sandbox: Sandbox) -> Scenario:
    """One client before a simulated panel; every test runs on both versions."""
    sandbox.reset()
    simulator = sandbox.get(Simulator)
    simulator.state.version = request.param
    url = f"{sandbox.base_url}/remnawave"
    panel = Panel(base_url=url, token=TOKEN, squad=DEFAULT_SQUAD, deadline=1.0)
    return Scenario(sandbox=sandbox, simulator=simulator, panel=panel)
