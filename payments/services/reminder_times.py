"""When a reminder is due: pure arithmetic of moments, no rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from payments.models import Reminder

Kind = Reminder.Kind

DAY = timedelta(days=1)
# From the paid end. Those about access that has ended count from the end of the grace.
FROM_END = {
    Kind.WEEK: -7 * DAY,
    Kind.THREE_DAYS: -3 * DAY,
    Kind.DAY: -DAY,
    Kind.TODAY: timedelta(hours=-3),
    Kind.ENDED: timedelta(),
    Kind.AFTER: 3 * DAY,
}
AFTER_GRACE = frozenset({Kind.ENDED, Kind.AFTER})
TOO_LATE = timedelta(hours=12)


def lead(kind: Reminder.Kind, grace: timedelta | None = None) -> timedelta:
    """How long after the paid end this reminder falls; negative before it. `grace`: where it is not the shop's own."""
    shop = timedelta(days=settings.GRACE_DAYS)
    after = (shop if grace is None else grace) if kind in AFTER_GRACE else timedelta()
    return FROM_END[kind] + after


def due_at(kind: Reminder.Kind, ends_at: datetime, grace: timedelta | None = None) -> datetime:
    """The moment, moved out of the quiet hours."""
    return after_quiet(ends_at + lead(kind, grace))


def is_late(
    kind: Reminder.Kind, ends_at: datetime, moment: datetime, grace: timedelta | None = None
) -> bool:
    """Whether it should have gone out so long ago that it would only confuse."""
    return moment - due_at(kind, ends_at, grace) > TOO_LATE


def is_quiet(moment: datetime) -> bool:
    return after_quiet(moment) != moment


def after_quiet(moment: datetime) -> datetime:
    """This moment, or the end of the quiet hours it falls into; in the shop's own zone."""
    begins, ends = settings.QUIET_HOURS
    if begins == ends:
        return moment
    local = timezone.localtime(moment)
    morning = local.replace(hour=ends, minute=0, second=0, microsecond=0)
    if begins < ends:
        return morning.astimezone(moment.tzinfo) if begins <= local.hour < ends else moment
    if local.hour >= begins:
        morning += DAY
    elif local.hour >= ends:
        return moment
    return morning.astimezone(moment.tzinfo)


def comes_at_once(kind: Reminder.Kind, ends_at: datetime, begun_at: datetime) -> bool:
    """Whether it would follow so soon after the term was bought that it says nothing new."""
    ahead = -lead(kind)
    return ahead > timedelta() and (ends_at - ahead) - begun_at < ahead / 2
