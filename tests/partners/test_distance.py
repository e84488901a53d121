"""A partner comes as far as his radius, across the border of a region too."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from partners.models import City, Lead, Partner, Region, Specialisation
from partners.services import distance, matching
from tests.partners.factories import a_lead, a_partner, vocabulary

pytestmark = pytest.mark.django_db

# Real places: Serpukhov and Tarusa, Kaluga's region, are 27 km apart; Podolsk is 61 km from Serpukhov.
PLACES = {
    "Серпухов": ("50", "54.91578", "37.41140"),
    "Подольск": ("50", "55.42419", "37.55472"),
    "Таруса": ("40", "54.72300", "37.18000"),
    "Тула": ("71", "54.19609", "37.61822"),
}


@pytest.fixture(autouse=True)
def _towns(db):
    vocabulary()
    for name, (code, lat, lon) in PLACES.items():
        City.objects.create(
            region=Region.objects.get(code=code),
            name=name,
            latitude=Decimal(lat),
            longitude=Decimal(lon),
            population=1_000,
        )


def a_partner_of(town: str, radius: int | None, **fields) -> Partner:
    city = City.objects.get(name=town)
    partner = a_partner(radius_km=radius, **{"regions": [city.region.code], **fields})
    partner.cities.add(city)
    return partner


def a_wish(town: str, region: str = "50", **fields) -> Lead:
    return a_lead(
        region=Region.objects.get(code=region) if region else None,
        city=town,
        specialisation=Specialisation.objects.get(code="roofing"),
        **fields,
    )


def whys(lead: Lead) -> dict[Partner, dict[str, int]]:
    return {offer.partner: dict(offer.why) for offer in matching.match(lead)}


def test_kilometres_are_what_a_map_says():
    moscow = (Decimal("55.75204"), Decimal("37.61781"))
    petersburg = (Decimal("59.93863"), Decimal("30.31413"))
    assert 630 <= distance.kilometres(moscow, petersburg) <= 637
    assert distance.kilometres(moscow, moscow) == 0


def test_a_partner_comes_across_the_border_of_the_region():
    far = a_partner_of("Тула", 60)
    short = a_partner_of("Таруса", 20)
    without = a_partner_of("Таруса", None)
    comes = a_partner_of("Таруса", 40)
    why = whys(a_wish("Серпухов"))
    assert list(why) == [comes]
    assert list(matching.candidates(a_wish("Серпухов"))) == [comes]
    assert why[comes]["distance"] == matching.ACROSS + 3
    assert "region" not in why[comes]
    assert {far, short, without}.isdisjoint(why)


def test_the_points_are_stored_and_add_up():
    partner = a_partner_of("Таруса", 100)
    (offer,) = matching.match(a_wish("Серпухов"))
    assert offer.partner == partner
    assert offer.score == sum(points for _code, points in offer.why)
    assert str(matching.REASONS["distance"]) == "приезжает в город"


def test_the_nearer_comes_first_and_the_own_region_counts_for_more_than_the_border():
    near = a_partner_of("Серпухов", 50)
    same_region = a_partner_of("Подольск", 70)
    across = a_partner_of("Таруса", 30)
    no_town = a_partner(regions=["50"])
    why = whys(a_wish("серпухов "))
    assert list(why) == [near, same_region, no_town, across]
    assert why[near]["distance"] == distance.NEAREST
    assert "distance" not in why[no_town]


def test_a_town_without_coordinates_is_known_by_its_name_alone():
    City.objects.update(latitude=None, longitude=None)
    partner = a_partner_of("Серпухов", 50)
    a_partner_of("Таруса", 500)
    why = whys(a_wish("Серпухов"))
    assert list(why) == [partner]
    assert why[partner]["city"] == matching.CITY
    assert "distance" not in why[partner]


def test_a_town_of_the_same_name_elsewhere_is_another_town():
    twin = Region.objects.get(code="66")
    City.objects.create(region=twin, name="Таруса", latitude=Decimal(57), longitude=Decimal(60))
    a_partner_of("Подольск", 900, regions=["50"])
    assert whys(a_wish("Таруса", region="66")) == {}


def test_the_other_conditions_still_hold():
    a_partner_of("Таруса", 100, specialisations=["plumbing"])
    a_partner_of("Таруса", 100, status=Partner.Status.HIDDEN)
    a_partner_of("Таруса", 100, budget_from=Decimal(900_000))
    assert whys(a_wish("Серпухов", budget=Decimal(100_000))) == {}


def test_every_kilometre_of_the_radius_counts():
    """Bands only narrow the search: the radius itself decides."""
    home, town = (PLACES[name][1:] for name in ("Серпухов", "Таруса"))
    km = distance.kilometres(
        (Decimal(home[0]), Decimal(home[1])), (Decimal(town[0]), Decimal(town[1]))
    )
    just, short = a_partner_of("Таруса", km), a_partner_of("Таруса", km - 1)
    assert list(whys(a_wish("Серпухов"))) == [just]
    assert short.radius_km == km - 1


def test_twenty_thousand_partners_take_no_more_questions(django_assert_max_num_queries):
    partner = a_partner_of("Таруса", 40)
    template = dict(Partner.objects.filter(pk=partner.pk).values()[0])
    template.pop("id")
    many = [
        Partner(**{**template, "code": f"P-270101-{n:04}", "inn": f"99{n:08}", "radius_km": n % 60})
        for n in range(20_000)
    ]
    Partner.objects.bulk_create(many)
    roofing = Specialisation.objects.get(code="roofing")
    Partner.specialisations.through.objects.bulk_create(
        Partner.specialisations.through(partner=one, specialisation=roofing) for one in many
    )
    towns = list(City.objects.order_by("pk"))
    Partner.cities.through.objects.bulk_create(
        Partner.cities.through(partner=one, city=towns[n % 4]) for n, one in enumerate(many)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    lead = a_wish("Серпухов")
    with django_assert_max_num_queries(40) as seen:
        offers = matching.match(lead)
    assert len(offers) == 5
    assert all(dict(offer.why)["distance"] > matching.ACROSS for offer in offers)
    assert max(float(query["time"]) for query in seen.captured_queries) < 1
