"""Many codes of one kind at once: one per leaflet, per partner, per letter."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from payments.models import Plan, PromoCode

# No letter or digit that is taken for another when read from paper.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RANDOM_LENGTH = 8
MOST_AT_ONCE = 5000


@transaction.atomic
def make_codes(
    *,
    number: int,
    beginning: str,
    kind: PromoCode.Kind,
    value: Decimal,
    currency: str,
    plans: list[Plan],
    starts_at: datetime | None,
    ends_at: datetime | None,
    first_purchase_only: bool,
    note: str,
) -> list[PromoCode]:
    """`number` codes that did not exist before, each for one use. Raises ValueError above MOST_AT_ONCE."""
    if not 1 <= number <= MOST_AT_ONCE:
        raise ValueError(f"between 1 and {MOST_AT_ONCE} codes, not {number}")
    facts: dict[str, Any] = {
        "kind": kind,
        "value": value,
        "currency": currency,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "first_purchase_only": first_purchase_only,
        "limit_total": 1,
        "note": note,
    }
    wanted: set[str] = set()
    while len(wanted) < number:
        missing = number - len(wanted)
        drawn = {beginning + _random() for _number in range(missing)} - wanted
        taken = PromoCode.objects.filter(code__in=drawn).values_list("code", flat=True)
        wanted |= drawn - set(taken)
    codes = PromoCode.objects.bulk_create(
        [PromoCode(code=code, **facts) for code in sorted(wanted)]
    )
    if plans:
        through = PromoCode.plans.through
        through.objects.bulk_create(
            [through(promocode_id=code.pk, plan_id=plan.pk) for code in codes for plan in plans]
        )
    return codes


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(RANDOM_LENGTH))
