"""How far a partner is from a client's town, and whether that is within the radius he comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest
from itertools import pairwise
from math import asin, ceil, cos, radians, sin, sqrt

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from partners.models import City, Lead, Partner

EARTH_KM = 6_371
# Kilometres: partners who name a larger radius are still looked for no farther than the last of these.
BANDS = (0, 25, 50, 100, 200, 400, 1_000)
NEAREST = 9  # points at the door; 1 at the end of the radius
MANY = 500  # the nearest of them are enough for one lead
Place = tuple[Decimal, Decimal]  # degrees


@dataclass(frozen=True, slots=True)
class Near:
    """Partners within whose radius the town lies, by the points for it."""

    by_points: Mapping[int, Sequence[int]]

    @property
    def partners(self) -> list[int]:
        return [partner for some in self.by_points.values() for partner in some]

    @property
    def points(self) -> Combinable:
        """Of a query of partners."""
        cases = [When(pk__in=some, then=Value(points)) for points, some in self.by_points.items()]
        return Case(*cases, default=Value(0)) if cases else Value(0)


def near(lead: Lead, partners: QuerySet[Partner]) -> Near:
    """Of these partners, those who come to the lead's town; nobody where its coordinates are not known.

    Two questions, whatever the number of partners: towns are measured here, radii are compared in bands there and
    exactly here.
    """
    away = _kilometres(lead)
    if not away:
        return Near({})
    reached = Q()
    for low, high in pairwise(BANDS):
        band = [city for city, km in away.items() if low <= km < high]
        reached |= Q(city_id__in=band, partner__radius_km__gte=low)
    rows = (
        Partner.cities.through.objects.filter(reached, partner__in=partners.order_by())
        .order_by()
        .values_list("partner_id", "city_id", "partner__radius_km")
    )
    found: dict[int, int] = {}
    for partner, city, radius in rows.iterator():
        if radius is not None and away[city] <= radius:
            points = _points(away[city], radius)
            found[partner] = max(points, found.get(partner, points))
    by_points = defaultdict(list)
    for partner in nsmallest(MANY, found, key=lambda one: (-found[one], one)):
        by_points[found[partner]].append(partner)
    return Near(by_points)


def _points(km: int, radius: int) -> int:
    return max(1, NEAREST - NEAREST * km // max(radius, 1))


def kilometres(one: Place, other: Place) -> int:
    """Along the surface (haversine), rounded up: half a kilometre farther is farther."""
    (lat, lon), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return ceil(2 * EARTH_KM * asin(sqrt(half)))


def _kilometres(lead: Lead) -> dict[int, int]:
    """From the lead's town to every town that is not too far for anybody."""
    wanted = _plain(lead.city)
    if not wanted:
        return {}
    places: dict[int, Place] = {}
    homes: dict[int | None, list[int]] = defaultdict(list)
    towns = City.objects.order_by("-population", "pk")
    for pk, name, region, lat, lon in towns.values_list(
        "pk", "name", "region_id", "latitude", "longitude"
    ):
        if lat is None or lon is None:
            continue
        places[pk] = (lat, lon)
        if _plain(name) == wanted:
            homes[region].append(pk)
            homes[None].append(pk)  # the largest of the name, where no region is named
    if not homes[lead.region_id]:
        return {}
    home = places[homes[lead.region_id][0]]
    away = {pk: kilometres(home, place) for pk, place in places.items()}
    return {pk: km for pk, km in away.items() if km < BANDS[-1]}


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())
