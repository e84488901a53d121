"""The tax service in the words of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.fns.service import METHODS, Fns
from tests.support.sandbox import calls_of, plan_fault

KEY = "0f" * 20


@dataclass
class Register:
    sandbox: Sandbox
    simulator: Fns

    def change(self, inn: str, **fields: Any) -> None:
        with self.sandbox.lock:
            company = self.simulator.known(inn)
            for name, value in fields.items():
                setattr(company, name, value)

    def liquidate(self, inn: str) -> None:
        self.change(inn, status="Ликвидировано", closed="2026-11-21")

    def goes_down(self, **options: Any) -> None:
        plan_fault(self.sandbox, "fns", "reset", times=None, **options)

    def answers_badly(self, **options: Any) -> None:
        plan_fault(self.sandbox, "fns", "status", times=None, **options)

    def is_well(self) -> None:
        with self.sandbox.lock:
            self.sandbox.faults.clear("fns")
            self.simulator.state.spent = {}

    def leaves(self, calls: int) -> None:
        """So many calls of each method."""
        with self.sandbox.lock:
            spent = self.simulator.state.limit - calls
            self.simulator.state.spent = dict.fromkeys(METHODS, spent)

    @property
    def asked(self) -> list[str]:
        return [call for call in calls_of(self.sandbox, "fns") if call != "stat"]
