"""All that messages are compared with: keywords, regions and towns, read from the database and kept in memory.

An edit is noticed by every process within WORDS_CHECKED_EVERY seconds: the rows' checksum is asked for, nothing else.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from partners.models import City, Keyword, Region
from partners.services.understanding import towns
from partners.services.understanding.phrases import Phrase, Phrases, phrase
from partners.services.understanding.typos import Speller
from partners.services.understanding.words import plain

Meaning = Keyword.Meaning

_CHECKSUM = """
SELECT (SELECT md5(string_agg(
            concat_ws('|', meaning, phrase, specialisation_id, category_id, region_id), ',' ORDER BY id))
        FROM partners_keyword WHERE is_active),
       (SELECT md5(string_agg(concat_ws('|', id, title_ru, is_active), ',' ORDER BY id)) FROM partners_region),
       (SELECT md5(string_agg(concat_ws('|', name, region_id, population), ',' ORDER BY id)) FROM partners_city),
       (SELECT md5(string_agg(concat_ws('|', id, is_active), ',' ORDER BY id)) FROM partners_specialisation),
       (SELECT md5(string_agg(concat_ws('|', id, is_active), ',' ORDER BY id)) FROM partners_category)
"""


class Meant(NamedTuple):
    """What a keyword says: its meaning and the row that it points to, if any."""

    meaning: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`shared`: words in both lists of sides, which alone decide nothing."""

    version: tuple[str | None, ...]
    keywords: Phrases
    places: Phrases
    towns: dict[str, list[towns.Town]]
    shared: frozenset[tuple[frozenset[str] | None, ...]]
    speller: Speller


_lock = Lock()
_kept: dict[str, tuple[float, Lexicon]] = {}


def lexicon() -> Lexicon:
    """The present one; built again where a row has changed."""
    name, moment = str(connection.settings_dict["NAME"]), time.monotonic()
    checked, kept = _kept.get(name, (0.0, None))
    if kept is not None and moment - checked < settings.WORDS_CHECKED_EVERY:
        return kept
    version = _version()
    with _lock:
        kept = _kept[name][1] if name in _kept else None
        if kept is None or kept.version != version:
            kept = _built(version)
        _kept[name] = (moment, kept)
    return kept


def _version() -> tuple[str | None, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_CHECKSUM)
        return tuple(cursor.fetchone())


def _built(version: tuple[str | None, ...]) -> Lexicon:
    rows = list(
        Keyword.objects.filter(is_active=True)
        .exclude(specialisation__is_active=False)
        .exclude(category__is_active=False)
        .exclude(region__is_active=False)
    )
    regions = list(Region.objects.filter(is_active=True))
    found = towns.towns(City.objects.filter(region__in=regions).select_related("region"))
    keywords = [
        phrase(row.phrase, Meant(row.meaning, row.specialisation_id or row.category_id))
        for row in rows
        if row.meaning != Meaning.REGION
    ]
    named = [(row.phrase, row.region_id) for row in rows if row.meaning == Meaning.REGION]
    named += [(name, region.pk) for region in regions for name in _names(region)]
    places = [phrase(text, Meant(Meaning.REGION, region)) for text, region in named]
    by_name = defaultdict(list)
    for town in found:
        by_name[town.key].append(town)
    places += [phrase(name, name) for name in by_name]
    return Lexicon(
        version=version,
        keywords=Phrases(keywords),
        places=Phrases(places),
        towns=dict(by_name),
        shared=_shared(keywords),
        speller=Speller(_spelt([row.phrase for row in rows], regions, by_name)),
    )


def _names(region: Region) -> Iterator[str]:
    """Its titles whole, and what a dash or brackets set apart."""
    for title in (region.title_ru, region.title_en):
        yield title
        for part in title.replace("(", "–").replace(")", "").split("–"):
            if part.strip() != title:
                yield part.strip()


def _shared(keywords: Iterable[Phrase | None]) -> frozenset[tuple[frozenset[str] | None, ...]]:
    sides: dict[str, set[tuple[frozenset[str] | None, ...]]] = defaultdict(set)
    for one in keywords:
        if one is not None:
            sides[one.meaning.meaning].add(one.words)
    return frozenset(sides[Meaning.CLIENT] & sides[Meaning.PARTNER])


def _spelt(phrases: Iterable[str], regions: Iterable[Region], names: Iterable[str]) -> set[str]:
    texts = [*phrases, *names, *(region.title_ru for region in regions)]
    return {
        word for text in texts for word in plain(text).replace("-", " ").replace("=", "").split()
    }
