"""The sandbox in the test's own process: its simulators at hand, its service over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.core.server import SandboxServer


@contextmanager
def running_sandbox(**credentials: str) -> Iterator[Sandbox]:
    """A sandbox that expects these credentials; gone with the block."""
    with override_settings(SANDBOX=True, CREDENTIALS=credentials), SandboxServer() as server:
        yield server.sandbox


def plan_fault(sandbox: Sandbox, service: str, kind: str, **options: Any) -> None:
    """The next call that fits meets this fault; with `times=None` every one does."""
    with sandbox.lock:
        sandbox.faults.plan(service, kind, **options)


def calls_of(sandbox: Sandbox, service: str) -> list[str]:
    """What a service was asked to do so far, oldest first."""
    with sandbox.lock:
        return [entry["operation"] for entry in sandbox.journal.listing(service)]
