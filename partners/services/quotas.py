"""How many leads a partner may still have this month.

A month is one of the calendar in TIME_ZONE. The limit is the one of the tier that runs at that very moment: what was
used above a smaller limit afterwards counts, and nothing is below zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import localtime

from integrations.clock import now
from partners.models import Partner, QuotaMonth
from partners.services.plans import free_tier, tier_of


def this_month() -> date:
    return localtime(now()).date().replace(day=1)


def used(partner: Partner) -> int:
    """How many leads the partner has had this month."""
    rows = QuotaMonth.objects.filter(partner=partner, month=this_month())
    return rows.values_list("used", flat=True).first() or 0


def left(partner: Partner) -> int:
    """How many leads are left of this month's limit."""
    return max(0, limit_of(partner) - used(partner))


def take(partner_ids: Iterable[int]) -> set[int]:
    """Count one lead for each of these partners that has room; returns who had. In the caller's transaction, if any.

    Exactly once for each place, however many ask at once: the rows are locked in the order of their partners.
    """
    month, wanted = this_month(), sorted(set(partner_ids))
    with transaction.atomic():
        QuotaMonth.objects.bulk_create(
            [QuotaMonth(partner_id=partner_id, month=month) for partner_id in wanted],
            ignore_conflicts=True,
        )
        rows = list(_locked(QuotaMonth.objects.filter(partner__in=wanted, month=month)))
        free = free_places()
        taken = {
            row.partner_id
            for row in rows
            if row.used < (free if row.partner.account_id is None else limit_of(row.partner))
        }
        counted = QuotaMonth.objects.filter(partner__in=taken, month=month)
        counted.update(used=F("used") + 1)
    return taken


def limit_of(partner: Partner) -> int:
    """How many leads a month the tier gives that runs now."""
    return tier_of(partner).leads_a_month


def free_places() -> int:
    """How many leads a month a partner has who never paid."""
    return free_tier().leads_a_month


def _locked(rows: QuerySet[QuotaMonth]) -> QuerySet[QuotaMonth]:
    """In the order of their partners, so that nobody waits in a circle."""
    return rows.select_for_update(of=("self",)).select_related("partner").order_by("partner_id")
