"""Which partners a lead goes to, in what order, and why these: every point is written down with the offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from heapq import nsmallest
from zlib import crc32

from django.db import connection, transaction
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Round
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.clock import now
from integrations.services import outbox
from partners.errors import NotPossible
from partners.models import City, Lead, LeadOffer, Partner, PartnerService
from partners.services import quotas

FEWEST, MOST = 1, 5
# Key of an advisory lock, no other code's: two leads at once must see each other's offers, or nobody has a turn.
ONE_AT_A_TIME = 4_501
A_LOOK = 50  # how many of the best are asked whether they have quota left

REGION, SPECIALISATION, CATEGORY, BUDGET, CITY = 30, 30, 10, 10, 10
# Nobody has rated a newcomer yet; without a start he would never be offered anything to be rated for.
UNRATED = Decimal("4.0")
UNASKED = Decimal("0.8")
TURNS = 10  # points that this month's offers can take away, one each: the others' turn

# The codes of `LeadOffer.why`, for people.
REASONS = {
    "region": gettext_lazy("работает в регионе"),
    "specialisation": gettext_lazy("делает такие работы"),
    "category": gettext_lazy("та категория"),
    "budget": gettext_lazy("берётся за такой бюджет"),
    "city": gettext_lazy("работает в городе"),
    "rating": gettext_lazy("оценки клиентов"),
    "response": gettext_lazy("отвечает вовремя"),
    "turn": gettext_lazy("очередь"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """`had`: this month's offers; `points` in the order of REASONS."""

    partner_id: int
    had: int
    points: tuple[int, ...]

    @property
    def why(self) -> list[list[str | int]]:
        """[[code, points], …]: what fits, then what was earned, then whose turn it is."""
        return [[code, each] for code, each in zip(REASONS, self.points, strict=True) if each]


def match(lead: Lead, *, limit: int = MOST) -> list[LeadOffer]:
    """Offer the lead to the `limit` (1–5) partners who fit it best; asked again, the same offers.

    Nobody fits: no offers, status NOBODY, and the next call looks again. Raises NotPossible where the lead says
    neither where nor what, or is closed.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if made := list(offers_of(lead)):
            return made
        if lead.status == Lead.Status.CLOSED:
            raise NotPossible(_("Обращение закрыто: клиент больше не ищет исполнителя."))
        if lead.region_id is None and lead.specialisation_id is None:
            raise NotPossible(_("Чтобы подобрать партнёров, укажите регион или специализацию."))
        chosen = _with_room(_ranked(lead), min(max(limit, FEWEST), MOST))
        offers = LeadOffer.objects.bulk_create(
            LeadOffer(
                lead=lead,
                partner_id=one.partner_id,
                rank=rank,
                score=sum(one.points),
                why=one.why,
            )
            for rank, one in enumerate(chosen, 1)
        )
        lead.status = Lead.Status.OFFERED if offers else Lead.Status.NOBODY
        lead.save(update_fields=["status"])
        for offer in offers:
            outbox.publish(
                "lead.offered", {"offer_id": offer.pk}, key=f"lead-offer:{offer.pk}", case=lead.case
            )
    return list(offers_of(lead))


def offers_of(lead: Lead) -> QuerySet[LeadOffer]:
    """Best first, ready to be shown with their partners."""
    return (
        LeadOffer.objects.filter(lead=lead)
        .select_related("partner__category")
        .prefetch_related("partner__specialisations", "partner__regions")
        .order_by("rank")
    )


def candidates(lead: Lead) -> QuerySet[Partner]:
    """Everybody the lead may go to, in no order.

    Region, specialisation and category must be the partner's own, and the budget within his range; an end of the
    range that he left open is open.
    """
    found = Partner.objects.filter(status=Partner.Status.ACTIVE, verified_at__isnull=False)
    if lead.region_id:
        works = Partner.regions.through.objects.filter(
            partner_id=OuterRef("pk"), region_id=lead.region_id
        )
        found = found.filter(Exists(works))
    if lead.specialisation_id:
        does = Partner.specialisations.through.objects.filter(
            partner_id=OuterRef("pk"), specialisation_id=lead.specialisation_id
        )
        sells = PartnerService.objects.filter(
            partner_id=OuterRef("pk"), specialisation_id=lead.specialisation_id
        )
        found = found.filter(Exists(does) | Exists(sells))
    if lead.category_id:
        found = found.filter(category_id=lead.category_id)
    if lead.budget is not None:
        found = found.filter(
            Q(budget_from=None) | Q(budget_from__lte=lead.budget),
            Q(budget_to=None) | Q(budget_to__gte=lead.budget),
        )
    return found


def month_start(moment: datetime) -> datetime:
    """When the calendar month of TIME_ZONE began."""
    return timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _ranked(lead: Lead) -> list[Candidate]:
    """The best A_LOOK of the candidates; between equals the lot decides, drawn from both numbers, so it can be told."""
    found = candidates(lead)
    town = lead.city.strip()
    comes = City.objects.filter(partners=OuterRef("pk"), name__iexact=town)
    says_budget = Q(budget_from__isnull=False) | Q(budget_to__isnull=False)
    rows = found.order_by().values_list(
        "pk",
        _when(says_budget, BUDGET) if lead.budget is not None else Value(0),
        _when(Exists(comes), CITY) if town else Value(0),
        _rounded(Coalesce(F("rating"), UNRATED) * 2),
        _rounded(Coalesce(F("response_rate"), UNASKED) * 10),
    )
    offered = LeadOffer.objects.filter(created_at__gte=month_start(now()))
    had = dict(offered.order_by().values_list("partner_id").annotate(n=Count("pk")))
    fits = (
        REGION if lead.region_id else 0,
        SPECIALISATION if lead.specialisation_id else 0,
        CATEGORY if lead.category_id else 0,
    )
    everybody = (
        Candidate(pk, had.get(pk, 0), (*fits, *own, TURNS - min(TURNS, had.get(pk, 0))))
        for pk, *own in rows.iterator()
    )
    return nsmallest(
        A_LOOK, everybody, key=lambda one: (-sum(one.points), one.had, _lot(lead, one.partner_id))
    )


def _lot(lead: Lead, partner_id: int) -> int:
    return crc32(f"{lead.pk}:{partner_id}".encode())


def _with_room(best: list[Candidate], limit: int) -> list[Candidate]:
    """The first `limit` of them whose plan has a lead left this month; it is taken from their quota."""
    chosen: list[Candidate] = []
    while best and len(chosen) < limit:
        missing = limit - len(chosen)
        asked, best = best[:missing], best[missing:]
        room = quotas.take([one.partner_id for one in asked])
        chosen += [one for one in asked if one.partner_id in room]
    return chosen


def _when(condition: Q | Exists, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0))


def _rounded(value: Combinable) -> Cast:
    whole = Round(value, output_field=DecimalField())
    return Cast(whole, IntegerField())
