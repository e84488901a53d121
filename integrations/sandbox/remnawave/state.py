"""What the simulated Remnawave panel remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ACTIVE, DISABLED, LIMITED, EXPIRED = "ACTIVE", "DISABLED", "LIMITED", "EXPIRED"
DEFAULT_SQUAD = "0b9d6a52-7c0e-4d0e-9f2b-5a3c1f1f0a01"
STRATEGIES = ("NO_RESET", "DAY", "WEEK", "MONTH", "MONTH_ROLLING")
VERSIONS = {"2": "2.8.0", "3": "3.3.2"}


@dataclass
class User:
    id: int
    uuid: str
    short_uuid: str
    username: str
    expire_at: datetime
    created_at: datetime
    updated_at: datetime
    vless_uuid: str
    trojan_password: str
    ss_password: str
    status: str = ACTIVE
    traffic_limit_bytes: int = 0
    traffic_limit_strategy: str = "NO_RESET"
    telegram_id: int | None = None
    email: str | None = None
    description: str | None = None
    tag: str | None = None
    hwid_device_limit: int | None = None
    external_squad_uuid: str | None = None
    squads: list[str] = field(default_factory=list)
    revoked_at: datetime | None = None
    traffic_reset_at: datetime | None = None
    history: list[str] = field(default_factory=list)


@dataclass
class PanelState:
    users: dict[int, User] = field(default_factory=dict)
    squads: dict[str, str] = field(default_factory=lambda: {DEFAULT_SQUAD: "Default"})
    version: str = "3"
    last_id: int = 416
