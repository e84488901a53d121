"""Words and towns that come with the program: written where they are missing, never over what staff changed."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from partners.models import Category, City, Keyword, Region, Specialisation

DATA = Path(__file__).resolve().parents[1] / "data"
LISTS: dict[str, tuple[str, Any]] = {
    Keyword.Meaning.SPECIALISATION: ("specialisation_id", Specialisation),
    Keyword.Meaning.CATEGORY: ("category_id", Category),
    Keyword.Meaning.REGION: ("region_id", Region),
}


@transaction.atomic
def load_words() -> int:
    """Create the default keywords that are missing; returns how many. Needs the default lists."""
    known = set(
        Keyword.objects.values_list(
            "meaning", "phrase", "specialisation_id", "category_id", "region_id"
        )
    )
    missing = [row for row in _words() if _identity(row) not in known]
    return len(Keyword.objects.bulk_create(missing, ignore_conflicts=True))


@transaction.atomic
def load_cities() -> int:
    """Create the towns that are missing and place those that have no coordinates yet; returns how many of both."""
    regions = dict(Region.objects.values_list("code", "pk"))
    known = {(city.region_id, city.name.casefold()): city for city in City.objects.all()}
    fresh, placed = [], []
    with (DATA / "cities.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            region = regions.get(line["region"])
            if region is None:
                continue
            row = known.get((region, line["name"].casefold()))
            if row is None:
                row = City(region_id=region, name=line["name"])
                fresh.append(row)
            elif row.latitude is None and row.longitude is None:
                placed.append(row)
            else:
                continue
            row.latitude, row.longitude = Decimal(line["latitude"]), Decimal(line["longitude"])
            row.population = row.population or int(line["population"])
    City.objects.bulk_create(fresh, ignore_conflicts=True)
    City.objects.bulk_update(placed, ["latitude", "longitude", "population"])
    return len(fresh) + len(placed)


def _words() -> Iterator[Keyword]:
    said = tomllib.loads((DATA / "keywords.toml").read_text(encoding="utf-8"))
    for side in (Keyword.Meaning.CLIENT, Keyword.Meaning.PARTNER):
        for phrase in said[side]:
            yield Keyword(meaning=side, phrase=phrase)
    for meaning, (column, model) in LISTS.items():
        rows = dict(model.objects.values_list("code", "pk"))
        for code, phrases in said[meaning].items():
            for phrase in phrases:
                if code in rows:
                    yield Keyword(meaning=meaning, phrase=phrase, **{column: rows[code]})


def _identity(row: Keyword) -> tuple[str, str, int | None, int | None, int | None]:
    return row.meaning, row.phrase, row.specialisation_id, row.category_id, row.region_id
