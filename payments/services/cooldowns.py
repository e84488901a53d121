"""How often a customer may do a thing: a pause per action, kept in the database and measured by the wall clock."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection

from integrations.clock import wall_clock
from payments.errors import TooSoon
from payments.models import Cooldown

# A row that is over changes nothing; it is kept a while so that a busy customer's row is reused.
KEPT = timedelta(hours=1)

# One statement decides. A second tap waits for the first one's row and then sees the new end, so two taps at once
# cannot both pass.
TURN = """
    INSERT INTO payments_cooldown AS pause (customer_id, action, until) VALUES (%s, %s, %s)
    ON CONFLICT (customer_id, action) DO UPDATE SET until = EXCLUDED.until WHERE pause.until <= %s
    RETURNING pause.id
"""


class Action(StrEnum):
    """What a customer may not do again at once. The seconds stand in settings.COOLDOWNS."""

    INVOICE = "invoice"
    PROMO = "promo"
    REFUND = "refund"
    SUPPORT = "support"
    GIFT = "gift"
    TRIAL = "trial"
    CHANNEL = "channel"
    EMAIL = "email"


def take_turn(*, customer_id: int, action: Action, seconds: int | None = None) -> None:
    """Do this now, and not again for a while; `seconds` where settings.COOLDOWNS is not meant.

    Raises TooSoon with the seconds that are left. Inside a transaction a turn is given back by its rollback, and a
    second tap waits for the outcome of the first.
    """
    pause = settings.COOLDOWNS[action] if seconds is None else seconds
    if pause <= 0:
        return
    moment = wall_clock()
    until = moment + timedelta(seconds=pause)
    with connection.cursor() as cursor:
        cursor.execute(TURN, [customer_id, action.value, until, moment])
        if cursor.fetchone():
            return
    ends = (
        Cooldown.objects.filter(customer_id=customer_id, action=action)
        .values_list("until", flat=True)
        .first()
    )
    left = (ends - moment).total_seconds() if ends else 0
    raise TooSoon(max(1, round(left)))


def sweep_cooldowns() -> int:
    """Take away the rows that have been over for an hour; returns how many."""
    removed, _by_model = Cooldown.objects.filter(until__lt=wall_clock() - KEPT).delete()
    return removed
