"""Why access lasts until this date: the ledger of days, line by line, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from payments.models import DayEntry, Subscription

Kind = DayEntry.Kind
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One grant or clawback: it moved the end from `starts_at` to `until`. `days` has a sign and at most one decimal.

    A grant begins at the end there was, or at its own moment where that end had passed.
    """

    number: int
    at: datetime
    kind: str
    days: str
    starts_at: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStory:
    """All lines, oldest first, and the end they lead to."""

    expires_at: datetime
    lines: list[DayLine]


def day_story(customer_id: int, *, for_staff: bool) -> DayStory | None:
    """In the active language; None for somebody who has never had access. Staff read each other's reasons."""
    subscription = Subscription.objects.filter(customer_id=customer_id).first()
    if subscription is None:
        return None
    entries = subscription.day_entries.select_related(
        "payment__plan", "reverses__payment", "referral__friend", "granted_by"
    ).order_by("pk")
    return DayStory(
        expires_at=subscription.expires_at,
        lines=[_line(entry, for_staff=for_staff) for entry in entries],
    )


def _line(entry: DayEntry, *, for_staff: bool) -> DayLine:
    return DayLine(
        number=entry.pk,
        at=entry.created_at,
        kind=entry.get_kind_display(),
        days=signed_days(entry.seconds),
        starts_at=entry.starts_at,
        until=entry.ends_at,
        why=_why(entry, for_staff=for_staff),
    )


def signed_days(seconds: int) -> str:
    """+30, −7 or +0.5."""
    sign = "+" if seconds > 0 else "−"
    whole, rest = divmod(abs(seconds), DAY)
    return f"{sign}{whole}" if not rest else f"{sign}{abs(seconds) / DAY:.1f}"


def _why(entry: DayEntry, *, for_staff: bool) -> str:
    said = _taken_from(entry.reverses) if entry.reverses is not None else _ground(entry)
    if not for_staff:
        return said
    reasons = [said]
    if entry.referral is not None:
        reasons.append(str(entry.referral.friend))
    if entry.granted_by is not None:
        reasons.append(str(entry.granted_by))
    if entry.reason:
        reasons.append(entry.reason)
    return ": ".join(reasons)


def _ground(entry: DayEntry) -> str:
    """What the days are for, without anybody's name: the customer reads it too."""
    payment = entry.payment
    if entry.kind == Kind.REFERRAL:
        return _("друг впервые оплатил")
    if payment is not None and entry.kind in (Kind.PURCHASE, Kind.MANUAL, Kind.RESTORED):
        return _("счёт № %(number)s, %(plan)s") % {
            "number": payment.number,
            "plan": payment.plan.title(get_language() or "ru"),
        }
    if entry.kind == Kind.MANUAL:
        return _("начислил сотрудник")
    return entry.get_kind_display()


def _taken_from(grant: DayEntry) -> str:
    return _("снято: %(what)s") % {"what": _ground(grant)}
