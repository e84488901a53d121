"""What search engines and messengers are told."""

from __future__ import annotations

import json
import xml.etree.ElementTree as Xml
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from partners.models import Partner, PartnerService
from partners.selectors import sitemap
from tests.partners.factories import a_partner
from tests.partners.test_public_pages import Seen, page_of

pytestmark = pytest.mark.django_db

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _home(settings):
    settings.PUBLIC_URL = "https://пример.рф:8443"


HOME = "https://xn--e1afmkfd.xn--p1ai:8443"


def metas(seen: Seen) -> dict[str, str]:
    return {
        str(attrs.get("property") or attrs.get("name")): str(attrs.get("content"))
        for attrs in seen.all("meta")
    }


def links(seen: Seen, rel: str) -> dict[str, str]:
    return {
        str(attrs.get("hreflang", rel)): str(attrs["href"])
        for attrs in seen.all("link")
        if attrs["rel"] == rel
    }


def test_a_page_names_itself_once_in_each_language(client):
    partner = a_partner(name="Ромашка", about="Кроем крыши. " * 30, regions=["50"])
    address = f"{HOME}/partners/{partner.code}/"
    seen = Seen(page_of(client, partner).content.decode())
    assert links(seen, "canonical") == {"canonical": address}
    alternates = {"ru": address, "en": f"{address}?lang=en", "x-default": address}
    assert links(seen, "alternate") == alternates
    said = metas(seen)
    assert said["og:title"] == "Ромашка – подрядчик · Московская область"
    assert said["og:url"] == address
    assert said["og:locale"] == "ru_RU"
    assert len(said["description"]) <= 160
    assert said["description"].startswith("Кровельные работы. Кроем крыши.")
    assert "robots" not in said
    assert "og:image" not in said

    answer = client.get(f"/partners/{partner.code}/?lang=en", headers={"Accept-Language": "ru"})
    english = Seen(answer.content.decode())
    assert answer["Content-Language"] == "en"
    assert links(english, "canonical") == {"canonical": f"{address}?lang=en"}
    assert links(english, "alternate") == alternates
    assert metas(english)["og:title"] == "Ромашка – contractor · Moscow Oblast"


def data_of(client, partner: Partner) -> dict[str, Any]:
    seen = Seen(page_of(client, partner).content.decode())
    (script,) = seen.scripts
    data: dict[str, Any] = json.loads(script)
    return data


def test_structured_data_say_what_the_page_shows(client):
    partner = a_partner(
        rating=Decimal("4.50"), ratings=7, website="https://melnica.example", address="ул. Первая"
    )
    PartnerService.objects.create(
        partner=partner, title="Кровля", price_from=Decimal("1000.50"), price_to=2000
    )
    PartnerService.objects.create(partner=partner, title="Замер")
    data = data_of(client, partner)
    assert data["@type"] == "LocalBusiness"
    assert data["url"] == data["@id"] == f"{HOME}/partners/{partner.code}/"
    assert (data["name"], data["taxID"]) == (partner.name, partner.inn)
    assert data["telephone"] == partner.phone
    assert data["sameAs"] == ["https://melnica.example"]
    assert data["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": "4.50",
        "ratingCount": 7,
        "bestRating": 5,
        "worstRating": 1,
    }
    roof, measure = data["makesOffer"]
    assert roof["itemOffered"] == {"@type": "Service", "name": "Кровля"}
    assert roof["priceSpecification"]["minPrice"] == "1000.50"
    assert roof["priceSpecification"]["priceCurrency"] == "RUB"
    assert "priceSpecification" not in measure


def test_nobody_rated_means_no_rating(client):
    assert "aggregateRating" not in data_of(client, a_partner(rating=Decimal(5), ratings=0))


@pytest.mark.parametrize(
    ("question", "canonical"),
    [
        ("", "/partners/"),
        ("?page=2", "/partners/?page=2"),
        ("?lang=en", "/partners/?lang=en"),
        ("?utm_source=ad", "/partners/"),
        ("?region=50", ""),
        ("?q=крыша", ""),
        ("?sort=name", ""),
    ],
)
def test_only_the_whole_list_is_for_search_engines(client, question, canonical):
    for _ in range(21):
        a_partner()
    seen = Seen(client.get(f"/partners/{question}").content.decode())
    assert links(seen, "canonical") == ({"canonical": HOME + canonical} if canonical else {})
    assert metas(seen).get("robots") == (None if canonical else "noindex, follow")
    assert bool(links(seen, "alternate")) == bool(canonical)


def locations(answer) -> list[str]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    assert "max-age=3600" in answer["Cache-Control"]
    return [element.text or "" for element in Xml.fromstring(answer.content).iter(f"{SPACE}loc")]


def test_the_map_names_everybody_listed_and_nobody_else(
    client, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(sitemap, "BLOCK", 3)
    shown = [a_partner(updated_at=datetime(2026, 11, 3, tzinfo=ZoneInfo("UTC"))) for _ in range(7)]
    a_partner(status="hidden")
    with django_assert_num_queries(1):
        parts = locations(client.get("/sitemap.xml"))
    assert parts[0] == f"{HOME}/sitemap-pages.xml"
    assert locations(client.get("/sitemap-pages.xml")) == [
        f"{HOME}/partners/",
        f"{HOME}/partners/join/",
    ]
    told = [
        address for part in parts[1:] for address in locations(client.get(part.removeprefix(HOME)))
    ]
    assert told == [f"{HOME}/partners/{partner.code}/" for partner in shown]
    with django_assert_num_queries(1):
        answer = client.get(parts[1].removeprefix(HOME))
    assert b"<lastmod>2026-11-03</lastmod>" in answer.content
    assert client.get("/sitemap-partners-999999.xml").status_code == 404


def test_robots_are_told_where_to_go(client):
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {HOME}/sitemap.xml" in lines
    assert {"Disallow: /admin/", "Disallow: /cabinet/", "Disallow: /status/"} <= set(lines)
    assert "Disallow: /partners/" not in lines
