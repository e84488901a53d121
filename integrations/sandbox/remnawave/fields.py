"""Checks of what is written to a panel user, and the errors of a panel."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.remnawave.state import STRATEGIES

USERNAME = re.compile(r"[a-zA-Z0-9_-]{3,36}")
TAG = re.compile(r"[A-Z0-9_]{1,16}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class PanelError(Exception):
    """The panel's refusal: HTTP status, code such as A019, words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Invalid(Exception):
    """A 400 of the validation layer; `errors` are its list."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("Validation failed")
        self.errors = errors


def invalid(name: str, message: str) -> Invalid:
    return Invalid([{"path": [name], "message": message, "code": "custom"}])


def date_of(value: Any) -> datetime:
    """ISO-8601 with an offset, or a local form taken as UTC."""
    if not isinstance(value, str):
        raise TypeError("Invalid date")
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"Must match {pattern.pattern}")
        return value

    return check


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("Expected number")
    return value


def _count(value: Any) -> int:
    if _whole(value) < 0:
        raise ValueError("Must be 0 or more")
    return int(value)


def _strategy(value: Any) -> str:
    if value not in STRATEGIES:
        raise ValueError(f"Expected one of {', '.join(STRATEGIES)}")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("Expected string")
    return value


def _squads(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("Expected array")
    return [_matching(UUID)(one) for one in value]


# wire name -> (field of User, check, may be null)
WRITABLE: dict[str, tuple[str, Callable[[Any], Any], bool]] = {
    "expireAt": ("expire_at", date_of, False),
    "trafficLimitBytes": ("traffic_limit_bytes", _count, False),
    "trafficLimitStrategy": ("traffic_limit_strategy", _strategy, False),
    "telegramId": ("telegram_id", _whole, True),
    "email": ("email", _matching(EMAIL), True),
    "description": ("description", _text, True),
    "tag": ("tag", _matching(TAG), True),
    "hwidDeviceLimit": ("hwid_device_limit", _count, True),
    "externalSquadUuid": ("external_squad_uuid", _matching(UUID), True),
    "activeInternalSquads": ("squads", _squads, False),
}


def written(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of User that the document sets; Invalid names every bad one."""
    values: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    for name, (target, check, nullable) in WRITABLE.items():
        if name not in document:
            continue
        value = document[name]
        try:
            values[target] = None if value is None and nullable else check(value)
        except (TypeError, ValueError) as error:
            errors.append({"path": [name], "message": str(error), "code": "custom"})
    if errors:
        raise Invalid(errors)
    return values
