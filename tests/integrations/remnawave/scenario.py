"""A client and the simulated panel behind it, in the words of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.clock import now
from integrations.remnawave.client import Panel
from integrations.remnawave.users import PanelUser
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.remnawave.panel import Panel as Simulator
from integrations.sandbox.remnawave.state import User
from tests.support.sandbox import calls_of, plan_fault

TOKEN = "panel-token-that-nobody-may-see"
ANNA = 700100200


def in_days(days: float) -> datetime:
    return now() + timedelta(days=days)


@dataclass
class Scenario:
    sandbox: Sandbox
    simulator: Simulator
    panel: Panel
    known: bool = False

    def ensure(self, expires_at: datetime, **options: Any) -> PanelUser:
        """As the one who gives access does: whom the panel has answered for is known to it."""
        options = {"known": self.known} | options
        user = self.panel.ensure_user(telegram_id=ANNA, expires_at=expires_at, **options)
        self.known = bool(user.remote_id)
        return user

    def given(self, *, expires_at: datetime, status: str = "ACTIVE") -> None:
        """Anna is known to the panel, in this state."""
        self.ensure(in_days(1))
        with self.sandbox.lock:
            self.anna.expire_at = expires_at
            self.anna.status = status

    @property
    def users(self) -> list[User]:
        with self.sandbox.lock:
            return self.simulator.every()

    @property
    def anna(self) -> User:
        (user,) = self.users
        return user

    def fault(self, kind: str, **options: Any) -> None:
        plan_fault(self.sandbox, "remnawave", kind, **options)

    def refusal(self, operation: str, status: int, code: str) -> None:
        """The next such call is refused with this code, whatever the truth is."""
        self.fault("status", operation=operation, status=status, detail={"code": code})

    @property
    def calls(self) -> list[str]:
        return calls_of(self.sandbox, "remnawave")
