"""How many a mailing is for, and why others are left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from bot.mailings import judging, reaching
from bot.mailings.conditions import ACCESS_TITLES, Access, Audience, BadAudience
from bot.models import Mailing

__all__ = [
    "ACCESS_TITLES",
    "EXCLUSIONS",
    "Access",
    "Audience",
    "BadAudience",
    "Counted",
    "audience_of",
    "count",
]

# Why somebody is left out. The first that fits is the one that is counted.
EXCLUSIONS = {
    judging.CLOSED: gettext_lazy("компания больше не действует"),
    judging.NO_ADDRESS: gettext_lazy("нет адреса"),
    judging.BLOCKED: gettext_lazy("заблокировал бота"),
    judging.SUPPRESSED: gettext_lazy("адрес исключён: письма возвращаются или жалоба"),
    judging.UNSUBSCRIBED: gettext_lazy("отписался"),
    judging.NO_CONSENT: gettext_lazy("не давал согласия"),
    judging.RECENT: gettext_lazy("недавно получил другую рассылку"),
    judging.DUPLICATE: gettext_lazy("тот же адрес уже в списке"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many will get it, and why how many others will not (codes of EXCLUSIONS)."""

    total: int
    excluded: dict[str, int]


def count(audience: Audience, channel: str, *, is_service: bool = False) -> Counted:
    """One query over the whole audience."""
    reached = reaching.reached(audience, Mailing.Channel(channel))
    found = judging.counted(reached, hours=audience.quiet_hours_since_last, is_service=is_service)
    return Counted(total=found.pop(judging.INCLUDED, 0), excluded=found)


def audience_of(mailing: Mailing) -> Audience:
    """Raises BadAudience."""
    return Audience.from_json(mailing.audience)
