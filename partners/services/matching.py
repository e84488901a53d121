"""Which partners a lead goes to, in what order, and why these: every point is written down with the offer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add, itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    DecimalField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Least, Round
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.services import outbox
from partners.errors import NotPossible
from partners.models import City, Lead, LeadOffer, Partner, PartnerService
from partners.services import distance, quotas
from partners.services.distance import Near

FEWEST, MOST = 1, 5
# Key of an advisory lock, no other code's: two leads at once must see each other's offers, or nobody has a turn.
ONE_AT_A_TIME = 4_501
A_LOOK = 50  # how many of the best are looked at first

REGION, SPECIALISATION, CATEGORY, BUDGET, CITY = 30, 30, 10, 10, 10
# From another region, but the town is within the radius he comes; and the nearer the better.
ACROSS = 20
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
    "distance": gettext_lazy("приезжает в город"),
    "rating": gettext_lazy("оценки клиентов"),
    "response": gettext_lazy("отвечает вовремя"),
    "turn": gettext_lazy("очередь"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """`points` in the order of REASONS."""

    partner_id: int
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
        lead = _locked(lead)
        if made := list(offers_of(lead)):
            return made
        offers = _offer(lead, limit, after=0)
        lead.status = Lead.Status.OFFERED if offers else Lead.Status.NOBODY
        lead.save(update_fields=["status"])
        if not offers:
            outbox.publish(
                "lead.unmatched",
                {"lead_id": lead.pk},
                key=f"lead-unmatched:{lead.pk}",
                case=lead.case,
            )
    return list(offers_of(lead))


def further(lead: Lead, *, after: int, limit: int = MOST) -> list[LeadOffer]:
    """Offer the lead to the next `limit` partners, beside those of the ranks up to `after`; asked again, the same.

    Raises NotPossible where the lead is closed.
    """
    with transaction.atomic():
        lead = _locked(lead)
        more = offers_of(lead).filter(rank__gt=after)
        if not more.exists():
            _offer(lead, limit, after=after)
    return list(more.all())


def _locked(lead: Lead) -> Lead:
    """The lead's row, once no other lead is being matched."""
    _wait_for_turn()
    return Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _offer(lead: Lead, limit: int, *, after: int) -> list[LeadOffer]:
    """Give it to the best who have room, with ranks from `after` on, and have them told."""
    if lead.status == Lead.Status.CLOSED:
        raise NotPossible(_("Обращение закрыто: клиент больше не ищет исполнителя."))
    if lead.region_id is None and lead.specialisation_id is None:
        raise NotPossible(_("Чтобы подобрать партнёров, укажите регион или специализацию."))
    chosen = _with_room(lead, min(max(limit, FEWEST), MOST))
    offers = LeadOffer.objects.bulk_create(
        LeadOffer(
            lead=lead,
            partner_id=one.partner_id,
            rank=rank,
            score=sum(one.points),
            why=one.why,
        )
        for rank, one in enumerate(chosen, after + 1)
    )
    for offer in offers:
        outbox.publish(
            "lead.offered", {"offer_id": offer.pk}, key=f"lead-offer:{offer.pk}", case=lead.case
        )
    return offers


def offers_of(lead: Lead) -> QuerySet[LeadOffer]:
    """Best first, ready to be shown with their partners."""
    return (
        LeadOffer.objects.filter(lead=lead)
        .select_related("partner__category")
        .prefetch_related("partner__specialisations", "partner__regions")
        .order_by("rank")
    )


def fitting(lead: Lead) -> QuerySet[Partner]:
    """Everybody the lead may go to wherever he works, in no order.

    Specialisation and category must be the partner's own, and the budget within his range; an end of the range that
    he left open is open.
    """
    found = Partner.objects.filter(status=Partner.Status.ACTIVE, verified_at__isnull=False)
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


def candidates(lead: Lead) -> QuerySet[Partner]:
    """Everybody the lead may go to, in no order: of its region, or such as come to its town."""
    found = fitting(lead)
    if lead.region is None:
        return found
    return found.filter(_works(lead) | Q(pk__in=distance.near(lead, found).partners))


def _works(lead: Lead) -> Exists:
    """Of partners: whether the lead's region is one of theirs."""
    return Exists(
        Partner.regions.through.objects.filter(partner_id=OuterRef("pk"), region=lead.region)
    )


def _ranked(lead: Lead, near: Near, many: int) -> list[Candidate]:
    """The best of the candidates; between equals the lot decides, drawn from both numbers, so it can be told.

    The lead's region must be the partner's own, or the lead's town within the radius he comes: two questions, for the
    database answers one about either of them far more slowly.
    """
    if lead.region is None:
        return [one for _order, one in _best(lead, fitting(lead), near, many)]
    found = _best(lead, fitting(lead).filter(_works(lead)), near, many, at_home=REGION)
    if near.partners:
        others = fitting(lead).filter(~_works(lead), pk__in=near.partners)
        found += _best(lead, others, near, many, across=ACROSS)
    return [one for _order, one in sorted(found, key=itemgetter(0))[:many]]


def _best(
    lead: Lead,
    found: QuerySet[Partner],
    near: Near,
    many: int,
    *,
    at_home: int = 0,
    across: int = 0,
) -> list[tuple[Any, Candidate]]:
    """The best of them with their places in the order.

    Who has had the leads of the free plan, and never had another one, is left out: others have their turn.
    """
    town = lead.city.strip()
    comes = City.objects.filter(partners=OuterRef("pk"), name__iexact=town)
    says_budget = Q(budget_from__isnull=False) | Q(budget_to__isnull=False)
    this_month = FilteredRelation("months", condition=Q(months__month=quotas.this_month()))
    had = Coalesce(F("this_month__used"), 0)
    earned = {
        "for_budget": _when(says_budget, BUDGET) if lead.budget is not None else Value(0),
        "for_city": _when(Exists(comes), CITY) if town else Value(0),
        "for_distance": near.points + Value(across),
        "for_rating": _rounded(Coalesce(F("rating"), UNRATED) * 2),
        "for_response": _rounded(Coalesce(F("response_rate"), UNASKED) * 10),
        "for_turn": Value(TURNS) - Cast(Least(Value(TURNS), had), IntegerField()),
    }
    rows = (
        found.exclude(pk__in=LeadOffer.objects.filter(lead=lead).values("partner"))
        .annotate(this_month=this_month, had=had, **earned)
        .filter(Q(account__isnull=False) | Q(had__lt=quotas.free_places()))
        .annotate(lot=MD5(Concat(Value(f"{lead.pk}:"), Cast("pk", CharField()))))
        .annotate(total=reduce(add, map(F, earned)))
        .order_by("-total", "had", "lot")
        .values_list("pk", "had", "lot", *earned)
    )
    fits = (
        at_home,
        SPECIALISATION if lead.specialisation_id else 0,
        CATEGORY if lead.category_id else 0,
    )
    return [
        ((-at_home - sum(points), had, lot), Candidate(pk, (*fits, *points)))
        for pk, had, lot, *points in rows[:many]
    ]


def _with_room(lead: Lead, limit: int) -> list[Candidate]:
    """The best `limit` whose plan has a lead left this month; it is taken from their quota."""
    chosen: list[Candidate] = []
    asked: set[int] = set()
    look, near = A_LOOK, distance.near(lead, fitting(lead))
    while len(chosen) < limit:
        best = [one for one in _ranked(lead, near, look) if one.partner_id not in asked]
        if not best:
            break
        while best and len(chosen) < limit:
            missing = limit - len(chosen)
            some, best = best[:missing], best[missing:]
            room = quotas.take([one.partner_id for one in some])
            chosen += [one for one in some if one.partner_id in room]
            asked |= {one.partner_id for one in some}
        look *= 10  # nobody near the top has room: whoever is further down has waited for this
    return chosen


def _when(condition: Q | Exists, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0))


def _rounded(value: Combinable) -> Cast:
    whole = Round(value, output_field=DecimalField())
    return Cast(whole, IntegerField())
