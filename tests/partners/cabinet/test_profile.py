"""What a partner changes by himself: applied at once, written down, and nothing but what is his to change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partners.models import Partner, PartnerService, ProfileChange, Specialisation
from partners.services import news, own_services
from tests.partners.cabinet.test_pages import NASTY, text_of
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db

EDIT = "/cabinet/profile/edit/"
PRICES = "/cabinet/services/"
TYPED = {
    "about": "Кроем крыши с 2004 года.",
    "category": "contractor",
    "specialisations": ["roofing"],
    "regions": ["99"],
    "cities": "Тестовск, Пробный",
    "radius_km": "150",
    "budget_from": "100 000",
    "budget_to": "1,5 млн",
    "contact_name": "Анна Петрова",
    "phone": "8 900 123-45-67",
    "website": "romashka.test",
    "telegram": "https://t.me/romashka",
    "address": "г. Тестовск, склад 4",
    "language": "ru",
}


def test_what_is_typed_is_on_the_page_at_once(partner, cabinet):
    assert cabinet.post(EDIT, TYPED)["Location"] == "/cabinet/profile/"
    partner.refresh_from_db()
    assert partner.phone == "+79001234567"
    assert partner.website == "https://romashka.test"
    assert partner.telegram == "@romashka"
    assert (partner.budget_from, partner.budget_to) == (Decimal(100_000), Decimal(1_500_000))
    assert partner.radius_km == 150
    assert sorted(partner.cities.values_list("name", flat=True)) == ["Пробный", "Тестовск"]
    text = text_of(cabinet, "/cabinet/profile/")
    assert "1 500 000" in text
    assert "Сохранено" in text
    assert "Сохранено" not in text_of(cabinet, "/cabinet/profile/")


def test_what_is_new_is_found_at_once(partner, cabinet):
    cabinet.post(EDIT, TYPED | {"about": "Ставим флюгеры."})
    cabinet.post(PRICES, {"title": "Дымоход"})
    partner.refresh_from_db()
    assert "флюгеры" in partner.search
    assert "дымоход" in partner.search


def test_every_change_is_written_down_once(partner, cabinet):
    cabinet.post(EDIT, TYPED, REMOTE_ADDR="192.0.2.7")
    before, after, address = ProfileChange.objects.values_list(
        "before", "after", "remote_addr"
    ).get(partner=partner, field="about")
    assert (before, after, address) == ("Кроем крыши.", "Кроем крыши с 2004 года.", "192.0.2.7")
    count = ProfileChange.objects.count()
    assert "Изменений нет" in cabinet.post(EDIT, TYPED, follow=True).content.decode()
    assert ProfileChange.objects.count() == count


def test_the_form_shows_what_is_kept(cabinet):
    cabinet.post(EDIT, TYPED)
    text = text_of(cabinet, EDIT)
    assert 'value="1500000"' in text
    assert 'value="Пробный, Тестовск"' in text


def test_what_was_emptied_is_empty(partner, cabinet):
    cabinet.post(EDIT, TYPED)
    kept = {"category": "contractor", "phone": "+79001234567", "language": "ru"}
    assert cabinet.post(EDIT, kept).status_code == 302
    partner.refresh_from_db()
    assert (partner.about, partner.website, partner.radius_km, partner.budget_to) == (
        "", "", None, None,
    )  # fmt: skip
    assert not partner.cities.exists()
    assert not partner.specialisations.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "позвоните"),
        ("website", "javascript:alert(1)"),
        ("website", "ftp://romashka.test"),
        ("budget_from", "много"),
        ("budget_to", "5"),
        ("radius_km", "100000"),
        ("category", "unheard-of"),
        ("specialisations", ["unheard-of"]),
        ("about", "я" * 6000),
        ("language", "de"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_kept(partner, cabinet, field, value):
    answer = cabinet.post(EDIT, TYPED | {field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert 'class="errorlist"' in answer.content.decode()
    partner.refresh_from_db()
    assert partner.about == "Кроем крыши."
    assert not ProfileChange.objects.exists()


def test_what_the_tax_service_knows_is_not_changed_by_the_way(partner, cabinet):
    legal = {"inn": "9901999999", "company": "Чужое", "email": "thief@example.test", "name": "Я",
             "status": "active", "code": "P-1", "rating": "5"}  # fmt: skip
    cabinet.post(EDIT, TYPED | legal)
    fresh = Partner.objects.get(pk=partner.pk)
    for name in ("inn", "name", "email", "code", "rating", "legal_name"):
        assert getattr(fresh, name) == getattr(partner, name)


def test_the_language_changes_the_cabinet(partner, cabinet):
    page = cabinet.post(EDIT, TYPED | {"language": "en"}, follow=True)
    assert '<html lang="en">' in page.content.decode()
    assert ProfileChange.objects.filter(field="language", after="en").exists()
    partner.refresh_from_db()
    assert partner.account is not None
    assert partner.account.language == "en"  # its payment pages too


def test_prices_are_added_changed_moved_and_removed(partner, cabinet):
    roofing = Specialisation.objects.get(code="roofing")
    cabinet.post(PRICES, {"title": "Кровля", "price_from": "1 000", "price_to": "2 000,50",
                          "unit": "м²", "specialisation": str(roofing.pk)})  # fmt: skip
    cabinet.post(PRICES, {"title": "Замер"})
    cabinet.post(PRICES, {"title": NASTY, "price_from": "500"})
    first, second, third = partner.services.all()
    assert (first.price_from, first.price_to, first.unit) == (1000, Decimal("2000.50"), "м²")
    text = text_of(cabinet, PRICES)
    assert NASTY not in text
    assert "цена по запросу" in text
    cabinet.post(f"{PRICES}{third.pk}/move/", {"to": "up"})
    cabinet.post(f"{PRICES}{first.pk}/move/", {"to": "up"})  # already the first
    assert [row.pk for row in partner.services.all()] == [first.pk, third.pk, second.pk]
    cabinet.post(f"{PRICES}{third.pk}/", {"title": "Ремонт", "price_to": "900"})
    cabinet.post(f"{PRICES}{second.pk}/remove/")
    rows = partner.services.values_list("title", "price_from", "price_to")
    assert list(rows) == [("Кровля", 1000, Decimal("2000.50")), ("Ремонт", None, 900)]
    assert ProfileChange.objects.filter(field="services").count() == 6
    last = ProfileChange.objects.latest("id")
    assert "Замер" in last.before
    assert "Замер" not in last.after


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"title": "x", "price_from": "дорого"},
        {"title": "x", "price_from": "9", "price_to": "1"},
    ],
)
def test_a_price_that_cannot_be_read_is_said(partner, cabinet, typed):
    assert cabinet.post(PRICES, typed).status_code == 422
    assert not partner.services.exists()


def test_a_price_list_has_an_end(partner, cabinet, monkeypatch):
    monkeypatch.setattr(own_services, "MOST_LINES", 1)
    cabinet.post(PRICES, {"title": "Кровля"})
    answer = cabinet.post(PRICES, {"title": "Ещё"})
    assert answer.status_code == 422
    assert "уберите лишние" in answer.content.decode()


def test_another_partners_prices_are_not_there(cabinet):
    row = PartnerService.objects.create(partner=a_partner(), title="Чужая")
    assert cabinet.get(f"{PRICES}{row.pk}/").status_code == 404
    assert cabinet.post(f"{PRICES}{row.pk}/", {"title": "Моя"}).status_code == 404
    assert cabinet.post(f"{PRICES}{row.pk}/move/", {"to": "up"}).status_code == 404
    cabinet.post(f"{PRICES}{row.pk}/remove/")
    assert PartnerService.objects.get().title == "Чужая"


def test_a_closed_company_changes_nothing(partner, enter):
    Partner.objects.filter(pk=partner.pk).update(status="closed")
    browser = enter(partner)
    for address, typed in ((EDIT, TYPED), (PRICES, {"title": "Кровля"})):
        assert browser.post(address, typed)["Location"] == "/cabinet/"
    assert Partner.objects.get(pk=partner.pk).about == "Кроем крыши."
    assert not ProfileChange.objects.exists()


def test_news_are_switched_on_and_off(partner, cabinet):
    assert "Согласен, присылайте" in text_of(cabinet, "/cabinet/profile/")
    assert cabinet.post("/cabinet/profile/news/", {"on": "1"})["Location"] == "/cabinet/profile/"
    assert news.is_on(partner)
    cabinet.post("/cabinet/profile/news/", {"on": "0"})
    assert not news.is_on(partner)
