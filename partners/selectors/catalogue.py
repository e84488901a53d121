"""The catalogue: which partners somebody wants to see. Every filter comes from a link, so anything may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from math import ceil
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Upper
from django.http import QueryDict

from partners.models import Category, City, Partner, Region, SearchWord, Specialisation
from partners.selectors.words import LONGEST_QUESTION, asked, can_be_misspelt

PER_PAGE = 20
# What is counted and what can be leafed through: beyond it a person asks more precisely, and no page costs more.
MOST = 1_000
SHORTEST_PART = 3  # letters; a trigram index cannot help with less, such words are matched whole
ALIKE = 3  # words taken for the one that nobody has
LARGEST_BUDGET = Decimal(10**10)
_CODE = re.compile(r"[-\w]{1,40}")


class Sort(StrEnum):
    RATING = "rating"
    NEWEST = "newest"
    NAME = "name"


ORDERS: Mapping[Sort, tuple[Any, ...]] = {
    Sort.RATING: (F("rating").desc(nulls_last=True), "-ratings", "-id"),
    Sort.NEWEST: ("-published_at", "-id"),
    Sort.NAME: (Upper("name"), "id"),
}
LEAST_RATINGS = (Decimal("4.5"), Decimal(4), Decimal(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for. `category`, `specialisations` (any of them) and `region` are codes, `budget` roubles."""

    text: str = ""
    category: str = ""
    specialisations: tuple[str, ...] = ()
    region: str = ""
    city: str = ""
    budget: Decimal | None = None
    rating: Decimal | None = None
    sort: Sort = Sort.RATING

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """As they stand in a link, always in one order."""
        pairs = [
            ("q", self.text),
            ("category", self.category),
            *(("specialisation", code) for code in self.specialisations),
            ("region", self.region),
            ("city", self.city),
            ("budget", "" if self.budget is None else f"{self.budget.normalize():f}"),
            ("rating", "" if self.rating is None else f"{self.rating.normalize():f}"),
            ("sort", "" if self.sort is Sort.RATING else self.sort.value),
        ]
        return [(name, value) for name, value in pairs if value]

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=Sort.RATING) != Query()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of partners. `total` is counted up to MOST + 1; `is_guess`: only words alike were found."""

    partners: list[Partner]
    total: int
    page: int
    pages: int
    is_guess: bool

    @property
    def is_more_than_counted(self) -> bool:
        return self.total > MOST


def read(parameters: QueryDict) -> Query:
    """The query of a link (a QueryDict); what makes no sense is left out."""
    return Query(
        text=_text(parameters, "q"),
        category=_code(parameters.get("category", "")),
        specialisations=tuple(
            sorted(
                {code for value in parameters.getlist("specialisation") if (code := _code(value))}
            )
        )[:20],
        region=_code(parameters.get("region", "")),
        city=_text(parameters, "city"),
        budget=_number(parameters.get("budget", ""), Decimal(1), LARGEST_BUDGET),
        rating=_number(parameters.get("rating", ""), Decimal(1), Decimal(5)),
        sort=_sort(parameters.get("sort", "")),
    )


def find(query: Query, *, page: int = 1, size: int = PER_PAGE) -> Found | None:
    """A page of listed partners, ready to be shown on cards; None where there is no such page.

    Words that nobody has are looked for once more in those most like them: a slip of the keyboard finds its company.
    """
    rows, is_guess = matching(query), False
    total = _count(rows)
    if not total and asked(query.text):
        rows, is_guess = matching(query, guess=True), True
        total = _count(rows)
    pages = max(1, ceil(min(total, MOST) / size))
    if not 1 <= page <= pages:
        return None
    shown = for_cards(rows.order_by(*ORDERS[query.sort]))[
        (page - 1) * size : min(page * size, MOST)
    ]
    return Found(
        partners=list(shown) if total else [],
        total=total,
        page=page,
        pages=pages,
        is_guess=is_guess and bool(total),
    )


def listed() -> QuerySet[Partner]:
    """Whom the public may see."""
    return Partner.objects.filter(status=Partner.Status.ACTIVE)


def for_cards(partners: QuerySet[Partner]) -> QuerySet[Partner]:
    """With what a card shows, whatever their number: two more queries."""
    return (
        partners.select_related("category")
        .prefetch_related("specialisations", "regions")
        .defer("search")
    )


def matching(query: Query, *, guess: bool = False) -> QuerySet[Partner]:
    """Listed partners that fit, in no order."""
    rows = listed()
    for word in asked(query.text):
        rows = rows.filter(_alike(word) if guess else _has(word))
    if query.category:
        rows = rows.filter(category__in=_ids(Category, code=query.category))
    if query.specialisations:
        does = Partner.specialisations.through.objects.filter(
            specialisation__in=_ids(Specialisation, code__in=query.specialisations)
        )
        rows = rows.filter(pk__in=does.values("partner"))
    if query.region:
        works_in = Partner.regions.through.objects.filter(
            region__in=_ids(Region, code=query.region)
        )
        rows = rows.filter(pk__in=works_in.values("partner"))
    if query.city:
        comes_to = Partner.cities.through.objects.filter(
            city__in=City.objects.filter(name__iexact=query.city)
        )
        rows = rows.filter(pk__in=comes_to.values("partner"))
    if query.budget is not None:
        rows = rows.filter(
            Q(budget_from=None) | Q(budget_from__lte=query.budget),
            Q(budget_to=None) | Q(budget_to__gte=query.budget),
        )
    if query.rating is not None:
        rows = rows.filter(rating__gte=query.rating)
    return rows


def _has(word: str) -> Q:
    """A part of a word will do; a whole INN has an index of its own."""
    if word.isascii() and word.isdigit() and len(word) in (10, 12):
        return Q(inn=word)
    return Q(search__icontains=word if len(word) >= SHORTEST_PART else f" {word} ")


def _alike(word: str) -> Q:
    """The word itself or those most like it."""
    fits = _has(word)
    if can_be_misspelt(word):
        alike = SearchWord.objects.filter(word__trigram_similar=word).order_by(
            TrigramSimilarity("word", word).desc(), "word"
        )
        for other in alike.values_list("word", flat=True)[:ALIKE]:
            fits |= _has(other)
    return fits


def _ids(model: type[Model], **fits: object) -> list[int]:
    """Read first: only of a known id can the planner tell whether it is somebody's or everybody's."""
    return list(model._default_manager.filter(**fits).values_list("pk", flat=True))


def _count(rows: QuerySet[Partner]) -> int:
    return rows.values("pk")[: MOST + 1].count()


def _text(parameters: QueryDict, name: str) -> str:
    return " ".join(parameters.get(name, "").replace("\0", " ").split())[:LONGEST_QUESTION]


def _code(value: str) -> str:
    return value if _CODE.fullmatch(value) else ""


def _sort(value: str) -> Sort:
    return Sort(value) if value in {sort.value for sort in Sort} else Sort.RATING


def _number(value: str, least: Decimal, most: Decimal) -> Decimal | None:
    """«1 500 000», «4,5»; None for what is no number between the two."""
    try:
        number = Decimal("".join(value[:40].split()).replace(",", "."))
    except InvalidOperation:
        return None
    return (
        number.quantize(Decimal("0.01")) if number.is_finite() and least <= number <= most else None
    )
