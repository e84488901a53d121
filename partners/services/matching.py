"""Which partners a lead goes to, in what order, and why these: every point is written down with the offer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

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
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Least, Round
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
        chosen = _with_room(list(candidates(lead)[:A_LOOK]), min(max(limit, FEWEST), MOST))
        offers = LeadOffer.objects.bulk_create(
            LeadOffer(lead=lead, partner=partner, rank=rank, score=sum(_points(why)), why=why)
            for rank, (partner, why) in enumerate(
                ((partner, _why(lead, partner)) for partner in chosen), 1
            )
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
    """Everybody the lead may go to, the best first, each with the points that differ between them.

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
    return _ranked(found, lead)


def month_start(moment: datetime) -> datetime:
    """When the calendar month of TIME_ZONE began."""
    return timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _ranked(found: QuerySet[Partner], lead: Lead) -> QuerySet[Partner]:
    had = (
        LeadOffer.objects.filter(partner_id=OuterRef("pk"), created_at__gte=month_start(now()))
        .order_by()
        .values("partner_id")
    )
    town = City.objects.filter(partners=OuterRef("pk"), name__iexact=lead.city.strip())
    says_budget = Q(budget_from__isnull=False) | Q(budget_to__isnull=False)
    return (
        found.annotate(
            had=Coalesce(Subquery(had.values(n=Count("pk"))), 0, output_field=IntegerField()),
            waits_since=Subquery(
                LeadOffer.objects.filter(partner_id=OuterRef("pk"))
                .order_by("-id")
                .values("created_at")[:1]
            ),
            p_city=_when(Exists(town), CITY) if lead.city.strip() else Value(0),
            p_budget=_when(says_budget, BUDGET) if lead.budget is not None else Value(0),
            p_rating=_rounded(Coalesce(F("rating"), UNRATED) * 2),
            p_response=_rounded(Coalesce(F("response_rate"), UNASKED) * 10),
            p_turn=Value(TURNS) - Least(F("had"), Value(TURNS)),
        )
        .annotate(
            points=F("p_city") + F("p_budget") + F("p_rating") + F("p_response") + F("p_turn")
        )
        .order_by("-points", "had", F("waits_since").asc(nulls_first=True), "pk")
    )


def _with_room(best: list[Partner], limit: int) -> list[Partner]:
    """The first `limit` of them whose plan has a lead left this month; it is taken from their quota."""
    chosen: list[Partner] = []
    while best and len(chosen) < limit:
        missing = limit - len(chosen)
        asked, best = best[:missing], best[missing:]
        room = quotas.take([partner.pk for partner in asked])
        chosen += [partner for partner in asked if partner.pk in room]
    return chosen


def _why(lead: Lead, partner: Partner) -> list[list[str | int]]:
    """[[code, points], …]: what fits, then what was earned, then whose turn it is."""
    fits = (
        ("region", REGION if lead.region_id else 0),
        ("specialisation", SPECIALISATION if lead.specialisation_id else 0),
        ("category", CATEGORY if lead.category_id else 0),
    )
    earned = ("budget", "city", "rating", "response", "turn")
    points = (*fits, *((code, int(getattr(partner, f"p_{code}"))) for code in earned))
    return [[code, number] for code, number in points if number]


def _points(why: list[list[str | int]]) -> list[int]:
    return [int(points) for _code, points in why]


def _when(condition: Q | Exists, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0))


def _rounded(value: Combinable) -> Cast:
    whole = Round(value, output_field=DecimalField())
    return Cast(whole, IntegerField())
