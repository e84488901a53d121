"""Misbehaviour on demand: what a service does to the next calls instead of answering properly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.core.errors import ControlError

KINDS = {
    "status": "ответ с ошибкой HTTP",
    "slow": "медленный, но верный ответ",
    "hang": "молчание, затем обрыв",
    "reset": "обрыв соединения",
    "garbage": "мусор вместо ответа",
    "after": "выполнено, но ответ потерян",
}
DEFAULT_SECONDS = {"slow": 3.0, "hang": 120.0, "after": 0.0}


@dataclass
class Fault:
    """`times` calls will meet it (None: until it is cleared); empty `operation` and `subject` fit
    any call.
    """

    id: int
    service: str
    kind: str
    times: int | None = 1
    operation: str = ""
    subject: str = ""
    status: int = 500
    seconds: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)

    def fits(self, service: str, operation: str, subject: str) -> bool:
        return (
            self.service == service
            and self.operation.lower() in ("", operation.lower())
            and self.subject in ("", subject)
        )


@dataclass
class Faults:
    """All planned faults, oldest first. Callers hold the sandbox's lock."""

    last_id: int = 0
    planned: list[Fault] = field(default_factory=list)

    def plan(self, service: str, kind: str, **options: Any) -> Fault:
        if kind not in KINDS:
            raise ControlError(f"unknown fault {kind!r}; known: {', '.join(KINDS)}")
        self.last_id += 1
        options.setdefault("seconds", DEFAULT_SECONDS.get(kind, 0.0))
        fault = Fault(id=self.last_id, service=service, kind=kind, **options)
        self.planned.append(fault)
        return fault

    def take(self, service: str, operation: str, subject: str) -> Fault | None:
        """The fault this call must meet, counted as met."""
        for fault in self.planned:
            if fault.fits(service, operation, subject):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.planned.remove(fault)
                return fault
        return None

    def of(self, service: str) -> list[Fault]:
        return [fault for fault in self.planned if fault.service == service]

    def clear(self, service: str = "", fault_id: int | None = None) -> None:
        self.planned = [
            fault
            for fault in self.planned
            if (service and fault.service != service)
            or (fault_id is not None and fault.id != fault_id)
        ]
