"""Who is found in the catalogue, by what, in which order, and by how many queries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from integrations.clock import now
from partners.models import City, Partner, PartnerService, Region
from partners.selectors import catalogue
from partners.selectors.catalogue import Query, Sort, find, read
from partners.services import search
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db


def listed(**fields) -> Partner:
    partner = a_partner(**fields)
    search.refresh(partner)
    return partner


def names(question: str = "", **kwargs) -> list[str]:
    found = find(Query(text=question, **kwargs))
    assert found is not None
    return [partner.name for partner in found.partners]


@pytest.fixture
def mill() -> Partner:
    partner = listed(
        name="Зелёная мельница",
        legal_name="ООО «ЗЕЛЁНАЯ МЕЛЬНИЦА»",
        inn="9901000123",
        about="Печём хлеб и строим бани из лиственницы.",
        specialisations=["frame-houses"],
        regions=["50"],
    )
    PartnerService.objects.create(partner=partner, title="Баня под ключ")
    partner.cities.add(City.objects.create(region=Region.objects.get(code="50"), name="Химки"))
    search.refresh(partner)
    listed(name="Ромашка", specialisations=["roofing"], regions=["99"])
    return partner


@pytest.mark.parametrize(
    "question",
    [
        "зелёная мельница",
        "ЗЕЛЕНАЯ",
        "мельниц",
        "9901000123",
        "лиственницы",
        "каркасные",
        "frame houses",
        "московская",
        "Moscow Oblast",
        "химки",
        "баня ключ",
        "баня московская 9901000123",
        "ООО «Зелёная-Мельница»",
        "мельница % _ \\ '",
    ],
)
def test_a_partner_is_found_by_whatever_is_remembered(mill, question):
    assert names(question) == [mill.name]


@pytest.mark.parametrize("question", ["мельница кровля", "9901000124", "ие", "%", "' OR 1=1 --"])
def test_every_word_must_be_there(mill, question):
    found = names(question)
    assert found == [] or question in ("%",)


def test_a_sign_alone_is_no_word(mill):
    assert len(names("%")) == len(names()) == 2


def test_a_short_word_is_matched_whole(mill):
    listed(name="Ип", legal_form="ip")
    assert names("ип") == ["Ип"]


@pytest.mark.parametrize("question", ["мельнеца", "зелная", "зеленая мелница", "каркасне"])
def test_a_slip_of_the_keyboard_finds_what_is_alike_and_says_so(mill, question):
    found = find(Query(text=question))
    assert found is not None
    assert [partner.name for partner in found.partners] == [mill.name]
    assert found.is_guess


def test_exact_words_are_no_guess(mill):
    found = find(Query(text="мельница"))
    assert found is not None
    assert not found.is_guess


@pytest.mark.parametrize("status", [s for s in Partner.Status if s != Partner.Status.ACTIVE])
def test_only_listed_partners_are_found(status):
    listed(name="Тайная", status=status)
    assert names() == names("тайная") == []


def test_filters_narrow_each_alone_and_together(mill):
    cheap = listed(name="Дешёвая", budget_to=Decimal(100_000), rating=Decimal(3), ratings=2)
    rich = listed(
        name="Дорогая",
        budget_from=Decimal(500_000),
        rating=Decimal("4.6"),
        ratings=3,
        specialisations=["plumbing", "heating"],
        regions=["77", "50"],
    )
    assert names(budget=Decimal(90_000), rating=Decimal(1)) == [cheap.name]
    assert names(budget=Decimal(600_000), rating=Decimal(1)) == [rich.name]
    assert names(rating=Decimal("4.5")) == [rich.name]
    assert names(specialisations=("heating", "frame-houses")) == [rich.name, mill.name]
    assert names(region="50") == [rich.name, mill.name]
    assert names(region="50", specialisations=("frame-houses",)) == [mill.name]
    assert names(city="ХИМКИ") == [mill.name]
    assert names(category="seller") == []
    assert names("мельница", region="77") == []


def test_order():
    best = listed(name="Бета", rating=Decimal("4.9"), ratings=9, published_at=now())
    old = listed(name="альфа", published_at=now() - timedelta(days=9))
    fresh = listed(
        name="Гамма", rating=Decimal(4), ratings=1, published_at=now() + timedelta(days=1)
    )
    assert names() == [best.name, fresh.name, old.name]
    assert names(sort=Sort.NEWEST) == [fresh.name, best.name, old.name]
    assert names(sort=Sort.NAME) == [old.name, best.name, fresh.name]


def test_pages_end_where_partners_do(monkeypatch):
    for number in range(5):
        a_partner(name=f"Ромашка {number}")
    first, third = find(Query(sort=Sort.NAME), size=2), find(Query(sort=Sort.NAME), page=3, size=2)
    assert first is not None
    assert third is not None
    assert (first.total, first.pages) == (5, 3)
    assert [partner.name for partner in third.partners] == ["Ромашка 4"]
    assert find(Query(), page=4, size=2) is None
    assert find(Query(), page=0) is None

    monkeypatch.setattr(catalogue, "MOST", 3)
    cut = find(Query(), page=2, size=2)
    assert cut is not None
    assert cut.is_more_than_counted
    assert (cut.total, cut.pages, len(cut.partners)) == (4, 2, 1)
    assert find(Query(), page=3, size=2) is None


def test_the_number_of_queries_does_not_grow_with_partners(django_assert_num_queries):
    for _ in range(3):
        listed(specialisations=["roofing", "plumbing"], regions=["50", "99"])
    with django_assert_num_queries(4):
        find(Query())
    for _ in range(9):
        listed(specialisations=["roofing", "plumbing"], regions=["50", "99"])
    with django_assert_num_queries(4):
        find(Query())


def test_a_query_is_its_link():
    link = (
        "q=%D0%BA%D1%80%D1%8B%D1%88%D0%B0&category=seller&specialisation=heating&specialisation=roofing"
        "&region=50&city=%D0%A5%D0%B8%D0%BC%D0%BA%D0%B8&budget=1500000&rating=4.5&sort=name"
    )
    query = read(QueryDict(link))
    assert query == Query(
        text="крыша",
        category="seller",
        specialisations=("heating", "roofing"),
        region="50",
        city="Химки",
        budget=Decimal(1_500_000),
        rating=Decimal("4.5"),
        sort=Sort.NAME,
    )
    assert read(QueryDict("&".join(f"{name}={value}" for name, value in query.parameters))) == query


@pytest.mark.parametrize(
    "nonsense",
    [
        "budget=NaN&rating=inf",
        "budget=-5&rating=6",
        "budget=1e999999&rating=0",
        "category=%00&region=../..&specialisation=%27&sort=id;drop",
        "q=%00&city=%20",
        "rating=" + "9" * 5000,
    ],
)
def test_what_makes_no_sense_is_left_out(nonsense):
    assert read(QueryDict(nonsense)) == Query()


def test_renaming_a_word_of_the_lists_reaches_everybody(mill):
    Region.objects.filter(code="50").update(title_ru="Подмосковье")
    assert names("подмосковье") == []
    assert search.refresh_all() == 1
    assert names("подмосковье") == [mill.name]
    assert search.refresh_all() == 0
