"""What a partner sees of himself: plain values, a few queries each. Nobody else's rows can be reached from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from integrations.clock import now
from partners.models import Application, Document, LeadOffer, Partner, Shows

SHOWN_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`waiting`: the partner's own changes that staff look at, newest first."""

    new_leads: int
    shows: int
    documents: int
    rejected_documents: int
    waiting: list[Application]
    corrections: list[Application]


def overview_of(partner: Partner) -> Overview:
    today = timezone.localtime(now()).date()
    shows = Shows.objects.filter(partner=partner, day__gt=today - timedelta(days=SHOWN_DAYS))
    documents = Document.objects.filter(partner=partner)
    ours = list(
        Application.objects.filter(
            partner=partner,
            status__in=[*Application.OPEN, Application.Status.CORRECTION],
        ).exclude(form=Application.Form.REGISTRATION)
    )
    return Overview(
        new_leads=LeadOffer.objects.filter(
            partner=partner, status=LeadOffer.Status.OFFERED
        ).count(),
        shows=shows.aggregate(total=Sum("count"))["total"] or 0,
        documents=documents.count(),
        rejected_documents=documents.filter(review=Document.Review.REJECTED).count(),
        waiting=[one for one in ours if one.is_open],
        corrections=[one for one in ours if not one.is_open],
    )
