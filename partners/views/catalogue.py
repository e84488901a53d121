"""The catalogue: a form of links and selects that needs no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partners.models import Category, City, Partner, Region, Shows, Specialisation, TildaPage
from partners.models.vocabulary import Term
from partners.selectors import catalogue as selector
from partners.selectors.cards import card, language
from partners.selectors.catalogue import LEAST_RATINGS, MOST, Found, Query, Sort
from partners.services import shows
from partners.views import meta
from partners.views.language import PARAMETER, asked_for, spoken
from partners.views.wearing import in_look
from payments.formats import NBSP, money

NEAR = 2  # pages before and after the present one that have a link
CITIES = 300  # names that the city's field suggests
Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Link:
    """`address` is empty where the link would lead to the page itself."""

    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    categories: list[Choice]
    specialisations: list[Choice]
    regions: list[Choice]
    ratings: list[Choice]
    cities: list[str]


@require_safe
@spoken
def catalogue(request: HttpRequest) -> HttpResponse:
    query = known(selector.read(request.GET))
    number = _number(request.GET.get("page", "1"))
    found = selector.find(query.query, page=number)
    if found is None:
        return render(request, "partners/missing.html", {"of_list": True}, status=404)
    if shows.is_person(request):
        shows.count([partner.pk for partner in found.partners], Shows.Surface.CATALOGUE)
    said: Parameters = [(PARAMETER, code)] if (code := asked_for(request)) else []
    about = _meta(query.query, found)
    context = {
        "query": query.query,
        "lists": query.lists,
        "found": found,
        "cards": [card(partner) for partner in found.partners],
        "count": counted(found),
        "chips": list(chips(query, said)),
        "sorts": sorts(query.query, said),
        "pages": list(page_links(query.query, found, said)),
        "before": _at(query.query, said, found.page - 1) if found.page > 1 else "",
        "after": _at(query.query, said, found.page + 1) if found.page < found.pages else "",
        "everything": _at(Query(), said),
        "language": asked_for(request),
        "is_cut": found.is_more_than_counted and found.page == found.pages,
        "most": MOST,
        "meta": about,
    }
    return in_look(
        request,
        "partners/catalogue.html",
        context,
        role=TildaPage.Role.CATALOGUE,
        values={"title": about.title},
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A query without the codes that no list has, and the lists with what it chose."""

    query: Query
    lists: Lists


def known(query: Query) -> Known:
    """Four questions, whatever was asked for."""
    categories, specialisations, regions = (
        list(rows) for rows in (_terms(Category), _terms(Specialisation), _terms(Region))
    )
    query = replace(
        query,
        category=query.category if query.category in _codes(categories) else "",
        region=query.region if query.region in _codes(regions) else "",
        specialisations=tuple(c for c in query.specialisations if c in _codes(specialisations)),
    )
    comes = Exists(Partner.cities.through.objects.filter(city_id=OuterRef("pk")))
    cities = City.objects.filter(comes).order_by("name").values_list("name", flat=True).distinct()
    if query.region:
        cities = cities.filter(region__code=query.region)
    lists = Lists(
        categories=_choices(categories, [query.category]),
        specialisations=_choices(specialisations, query.specialisations),
        regions=_choices(regions, [query.region]),
        ratings=[Choice(str(r), _rating(r), r == query.rating) for r in LEAST_RATINGS],
        cities=list(cities[:CITIES]),
    )
    return Known(query, lists)


def counted(found: Found) -> str:
    if found.is_more_than_counted:
        return _("более %(number)s компаний") % {"number": f"{MOST:,}".replace(",", NBSP)}
    return ngettext("%(number)s компания", "%(number)s компании", found.total) % {
        "number": found.total
    }


def chips(known_query: Known, said: Parameters) -> Iterator[Link]:
    """What is being asked for, each with the address of the page without it."""
    query, lists = known_query.query, known_query.lists

    def without(title: str, **changes: object) -> Link:
        return Link(title, _at(replace(query, **changes), said))  # type: ignore[arg-type]

    if query.text:
        yield without(f"«{query.text}»", text="")
    for choice in _chosen(lists.categories):
        yield without(choice.title, category="")
    for choice in _chosen(lists.specialisations):
        rest = tuple(code for code in query.specialisations if code != choice.value)
        yield without(choice.title, specialisations=rest)
    for choice in _chosen(lists.regions):
        yield without(choice.title, region="")
    if query.city:
        yield without(query.city, city="")
    if query.budget is not None:
        yield without(_("бюджет %(amount)s") % {"amount": money(query.budget, "RUB")}, budget=None)
    if query.rating is not None:
        yield without(_rating(query.rating), rating=None)


def sorts(query: Query, said: Parameters) -> list[Link]:
    titles = {
        Sort.RATING: _("по оценке"),
        Sort.NEWEST: _("сначала новые"),
        Sort.NAME: _("по названию"),
    }
    return [
        Link(title, "" if sort is query.sort else _at(replace(query, sort=sort), said))
        for sort, title in titles.items()
    ]


def page_links(query: Query, found: Found, said: Parameters) -> Iterator[Link]:
    """The first, the last and those around; an empty title stands for a gap."""
    around = range(max(1, found.page - NEAR), min(found.pages, found.page + NEAR) + 1)
    numbers = sorted({1, *around, found.pages})
    before = 0
    for number in numbers:
        if number > before + 1:
            yield Link("", "")
        yield Link(str(number), "" if number == found.page else _at(query, said, number))
        before = number


def _at(query: Query, said: Parameters, page: int = 1) -> str:
    parameters = [*query.parameters, *said]
    if page > 1:
        parameters.append(("page", str(page)))
    path = reverse("partners:catalogue")
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _meta(query: Query, found: Found) -> meta.Meta:
    page: Parameters = [("page", str(found.page))] if found.page > 1 else []
    canonical, alternates = meta.addresses(reverse("partners:catalogue"), page)
    title = _("Каталог проверенных компаний")
    return meta.Meta(
        title=title
        if found.page == 1
        else _("%(title)s, страница %(page)s") % {"title": title, "page": found.page},
        description=_(
            "Строители, производители и продавцы, проверенные по реестру ФНС: услуги, цены, регионы и оценки клиентов."
        ),
        canonical=canonical,
        alternates=alternates,
        # Any search is a page of its own: an engine would walk them without end.
        is_hidden=bool(query.parameters),
    )


def _terms(model: type[Term]) -> QuerySet[Term]:
    rows: QuerySet[Term] = model._default_manager.filter(is_active=True)
    return rows


def _codes(terms: Iterable[Term]) -> set[str]:
    return {term.code for term in terms}


def _choices(terms: Iterable[Term], chosen: Sequence[str]) -> list[Choice]:
    return [Choice(term.code, term.title(language()), term.code in chosen) for term in terms]


def _chosen(choices: Iterable[Choice]) -> list[Choice]:
    return [choice for choice in choices if choice.is_chosen]


def _rating(least: Decimal) -> str:
    number = f"{least.normalize():f}"
    return _("оценка от %(number)s") % {
        "number": number if language() == "en" else number.replace(".", ",")
    }


def _number(text: str) -> int:
    """A page's number; 0, which no page has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
