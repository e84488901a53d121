"""A customer whose term is about to end, for the tests of reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async

from bot import notifications
from integrations.models import OutboxMessage
from payments.models import Customer, Reminder, Subscription
from payments.services.grace import end_lapsed
from payments.services.reminders import plan_reminders
from tests.factories import a_paid_payment, a_plan

Kind, Status = Reminder.Kind, Reminder.Status
DAY = timedelta(days=1)
NOON = datetime(2027, 3, 1, 9, tzinfo=UTC)  # in Moscow
EMAIL = "anna@example.com"
FROM_END = {
    Kind.THREE_DAYS: -3 * DAY,
    Kind.TODAY: -DAY / 8,
    Kind.ENDED: 0 * DAY,
    Kind.AFTER: 3 * DAY,
}


class Killed(BaseException):
    """The worker's process ends here: nothing after this line of code happens."""


def bought(chat_id: int) -> None:
    a_paid_payment(customer=Customer.objects.get(telegram_id=chat_id), plan=a_plan())
    OutboxMessage.objects.all().delete()


@sync_to_async
def due(clock: Any, kind: Reminder.Kind = Kind.THREE_DAYS) -> Reminder:
    """The clock stands at the moment of a reminder, and beat has looked."""
    end = Subscription.objects.get().expires_at
    clock.to(end + FROM_END[kind])
    end_lapsed()
    plan_reminders()
    found: Reminder = Reminder.objects.get(kind=kind)
    return found


send = sync_to_async(notifications.reminder_due)
send_letter = sync_to_async(notifications.reminder_by_mail)


async def state_of(reminder: Reminder) -> tuple[str, str]:
    await reminder.arefresh_from_db()
    return reminder.status, reminder.channel


async def leaves_address(email: str = EMAIL) -> None:
    await Customer.objects.aupdate(email=email)
