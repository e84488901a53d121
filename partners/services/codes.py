"""The code a partner is called by: `P-YYMMDD-NNNN`, the day of TIME_ZONE and the number within it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max
from django.db.models.fields import IntegerField
from django.db.models.functions import Cast, Substr
from django.utils.timezone import localtime

from integrations.clock import now
from partners.models import Partner

CODES_LOCK = 4_301  # key of the advisory lock: one code is drawn at a time
DIGITS = 4  # the 10,000th partner of a day simply has five


def next_code() -> str:
    """The next free code of today. Belongs inside the transaction that creates the partner: nobody else draws until it
    ends, and a number that was rolled back is drawn again.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_code() belongs inside the transaction of its partner")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODES_LOCK])
    prefix = f"P-{localtime(now()):%y%m%d}-"
    number = Cast(Substr("code", len(prefix) + 1), IntegerField())
    drawn = Partner.objects.filter(code__startswith=prefix, code__regex=r"-\d+$")
    last = drawn.aggregate(last=Max(number))["last"] or 0
    return f"{prefix}{last + 1:0{DIGITS}}"
