"""What a partner has earned: the clients' stars and how often he answers. Counted from offers, typed in by nobody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Avg, Count, F, Q

from integrations.clock import now
from partners.models import LeadOffer, Partner

ANSWER_WITHIN = timedelta(hours=24)


def refresh(partner: Partner) -> None:
    """Count `rating` (the mean of all stars), `ratings` and `response_rate` anew.

    The rate: answered within 24 hours / offers that were answered or are older than that. None where there is nothing
    to count.
    """
    answered = Q(answered_at__isnull=False)
    in_time = answered & Q(answered_at__lte=F("created_at") + ANSWER_WITHIN)
    with transaction.atomic():
        # Whoever comes second counts with what the first has written.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        facts = LeadOffer.objects.filter(partner_id=partner.pk).aggregate(
            mean=Avg("rating"),
            stars=Count("rating"),
            in_time=Count("pk", filter=in_time),
            counted=Count("pk", filter=answered | Q(created_at__lte=now() - ANSWER_WITHIN)),
        )
        mean, counted = facts["mean"], facts["counted"]
        partner.rating = None if mean is None else round(Decimal(mean), 2)
        partner.ratings = facts["stars"]
        partner.response_rate = (
            round(Decimal(facts["in_time"]) / Decimal(counted), 3) if counted else None
        )
        partner.save(update_fields=["rating", "ratings", "response_rate"])
