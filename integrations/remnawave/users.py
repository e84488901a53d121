"""A user of the panel, read from what the panel answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.errors import ServiceUnreachable
from integrations.remnawave.errors import SERVICE

# Late 2.x panels send both fields and want `uuid` back; 3.x has only the numeric `id`.
ID_FIELDS = {"auto": ("uuid", "id"), "2": ("uuid",), "3": ("id",)}

ACTIVE = "ACTIVE"
DISABLED = "DISABLED"
EXPIRED = "EXPIRED"
ABSENT = "ABSENT"  # ours: the panel has no such user, and none is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelUser:
    """What we keep and show of a user; `remote_id` is the uuid in a 2.x panel, the id in 3.x."""

    username: str
    remote_id: str
    short_uuid: str
    status: str
    expires_at: datetime
    subscription_url: str
    has_squads: bool = True

    @property
    def address(self) -> dict[str, str | int]:
        """How an update names the user. By username would be simpler, but 2.0 and 2.1 cannot."""
        if self.remote_id.isdecimal():
            return {"id": int(self.remote_id)}
        return {"uuid": self.remote_id}


def read_user(record: Any, *, version: str) -> PanelUser:
    """Raises ServiceUnreachable when the answer is not a user of this version of the panel."""
    try:
        remote_id = next(str(record[name]) for name in ID_FIELDS[version] if record.get(name))
        return PanelUser(
            username=record["username"],
            remote_id=remote_id,
            short_uuid=record["shortUuid"],
            status=record["status"],
            expires_at=datetime.fromisoformat(record["expireAt"]),
            subscription_url=record["subscriptionUrl"],
            has_squads=bool(record.get("activeInternalSquads", True)),
        )
    except StopIteration:
        problem = f"a user without {' and '.join(ID_FIELDS[version])}: is REMNAWAVE_VERSION right?"
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"a user that cannot be read: {type(error).__name__} {error}"
    raise ServiceUnreachable(f"remnawave answered with {problem}", service=SERVICE)


def nobody(username: str, expires_at: datetime) -> PanelUser:
    """Stands for a user whose time is over before the panel ever heard of them."""
    return PanelUser(
        username=username,
        remote_id="",
        short_uuid="",
        status=ABSENT,
        expires_at=expires_at,
        subscription_url="",
    )


def wire_time(moment: datetime) -> str:
    """2026-11-01T00:00:00.000Z, as the panel writes it; it keeps milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same_second(one: datetime, other: datetime) -> bool:
    """Dates that went through the panel have lost their microseconds."""
    return one.replace(microsecond=0) == other.replace(microsecond=0)
