"""Whom a mailing is for: what staff choose, kept as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self, get_type_hints

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Partner


class BadAudience(ValueError):
    """What was chosen cannot be read; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Не удалось прочитать условие «%(field)s».") % {"field": field})
        self.field = field


class Access(StrEnum):
    """What a customer of the bot has."""

    ACTIVE = "active"
    EXPIRED = "expired"
    NEVER_PAID = "never_paid"
    TRIAL = "trial"  # the trial runs, nothing was ever paid


ACCESS_TITLES = {
    Access.ACTIVE: gettext_lazy("доступ работает"),
    Access.EXPIRED: gettext_lazy("доступ закончился"),
    Access.NEVER_PAID: gettext_lazy("никогда не платил"),
    Access.TRIAL: gettext_lazy("идёт пробный период"),
}

PARTNER_STATUSES = [
    status for status in Partner.Status.values if status != Partner.Status.CLOSED.value
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Conditions that all hold; an empty one lets everybody through. Numbers in tuples are primary keys."""

    language: str = ""  # ru, en
    quiet_hours_since_last: int | None = (
        None  # leave out who got another mailing within so many hours
    )
    # customers of the bot
    access: tuple[str, ...] = ()  # of Access, any of them
    plans: tuple[int, ...] = ()  # bought last
    providers: tuple[str, ...] = ()  # paid through last
    expired_for_days: int | None = None  # at least
    ends_within_days: int | None = None
    joined_from: date | None = None
    joined_to: date | None = None  # that day included
    brought_friends: bool | None = None
    was_invited: bool | None = None
    # partners
    partner_status: tuple[str, ...] = ()  # of Partner.Status; closed ones are never written to
    regions: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    specialisations: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    rating_from: Decimal | None = None
    rating_below: Decimal | None = None
    quota_used: bool | None = None  # this month's leads are used up

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """Raises BadAudience."""
        given = dict(data or {})
        kinds = get_type_hints(cls)
        found: dict[str, Any] = {}
        for name, value in given.items():
            if name not in kinds:
                raise BadAudience(name)
            if value not in (None, "", []):
                found[name] = _read(name, str(kinds[name]), value)
        for name, allowed in (
            ("access", set(Access)),
            ("partner_status", set(PARTNER_STATUSES)),
        ):
            if not set(found.get(name, ())) <= allowed:
                raise BadAudience(name)
        if found.get("language", "ru") not in ("ru", "en"):
            raise BadAudience("language")
        return cls(**found)

    def to_json(self) -> dict[str, Any]:
        """Only what was chosen."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: _written(value) for name, value in chosen.items() if value not in (None, "", ())
        }


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) < 0:
        raise ValueError
    return int(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _rating(value: Any) -> Decimal:
    found = Decimal(str(value))
    if not Decimal(0) <= found <= Decimal(5):
        raise ValueError
    return found


READERS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": _whole,
    "bool": _yes_or_no,
    "date": lambda value: date.fromisoformat(str(value)),
    "Decimal": _rating,
}


def _read(name: str, kind: str, value: Any) -> Any:
    is_many = kind.startswith("tuple")
    reader = next(
        READERS[word] for word in ("date", "Decimal", "bool", "int", "str") if word in kind
    )
    try:
        if is_many:
            if not isinstance(value, list | tuple):
                raise BadAudience(name)
            return tuple(reader(one) for one in value)
        return reader(value)
    except (TypeError, ValueError, InvalidOperation):
        raise BadAudience(name) from None


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int | str) else str(value)
