"""The catalogue and a partner's page as they are answered: what stands there, for whom, at what price."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.utils.html import escape

from integrations.clock import now
from partners.models import Document, Partner, PartnerService, Region
from partners.services import search
from tests.partners.factories import a_document, a_partner

pytestmark = pytest.mark.django_db

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7|add:7 }}{% load i18n %}",
    "<!--<script>",
    "]]></script>",
)


class Seen(HTMLParser):
    """Elements and attributes as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def harmless(self) -> None:
        attributes = [
            (name, value) for _tag, attrs in self.elements for name, value in attrs.items()
        ]
        assert [name for name, _value in attributes if name.startswith("on")] == []
        for name, value in attributes:
            if name in ("href", "src", "action"):
                assert re.match(r"https?://|/|\?|#|tel:\+|mailto:", value or ""), value
        assert [attrs for attrs in self.all("script") if "src" not in attrs] == [
            {"type": "application/ld+json"}
        ] * len(self.scripts)
        assert self.all("svg") == []


def page_of(client, partner: Partner, **kwargs: Any):
    return client.get(f"/partners/{partner.code}/", **kwargs)


def test_a_page_tells_the_facts(client):
    partner = a_partner(
        name="Зелёная мельница",
        verified_at=datetime(2026, 11, 12, 22, 30, tzinfo=ZoneInfo("UTC")),
        rating=Decimal("4.75"),
        ratings=22,
        response_rate=Decimal("0.950"),
        address="ул. Примерная, 1",
        website="https://melnica.example/x",
        telegram="https://t.me/melnica",
        budget_from=Decimal(100_000),
        specialisations=["roofing"],
        regions=["50"],
    )
    PartnerService.objects.create(
        partner=partner, title="Кровля", price_from=1000, price_to=2500, unit="м²"
    )
    seen = Seen(page_of(client, partner).content.decode())
    text = " ".join(seen.text.replace("\xa0", " ").split())
    for fact in (
        "Зелёная мельница",
        "проверен в ФНС 13.11.2026",  # it is already tomorrow in Moscow
        "4,8",
        "22 оценки",
        "95 % за сутки",
        "1 000 ₽ – 2 500 ₽ / м²",
        "от 100 000 ₽",
        "Кровельные работы",
        "Московская область",
        partner.inn,
        partner.ogrn,
        "ул. Примерная, 1",
    ):
        assert fact in text
    links = {attrs["href"]: attrs.get("rel") for attrs in seen.all("a")}
    assert links["https://melnica.example/x"] == "nofollow noopener ugc"
    assert links["https://t.me/melnica"] == "nofollow noopener ugc"
    assert links[f"tel:{partner.phone}"] == links[f"mailto:{partner.email}"] == "nofollow"
    seen.harmless()


def test_what_is_private_stays_private(client):
    partner = a_partner(contact_name="Сидорова Анна", director="Иванов Иван")
    shown = a_document(
        partner=partner, kind="licence", name="Допуск.pdf", review=Document.Review.VERIFIED
    )
    hidden = [
        a_document(partner=partner, kind="licence", name="Непроверенный.pdf"),
        a_document(partner=partner, kind="licence", name="Отклонённый.pdf", review="rejected"),
        a_document(partner=partner, kind="registration", name="Устав.pdf", review="verified"),
        a_document(partner=partner, kind="other", name="Паспорт.pdf", review="verified"),
    ]
    html = page_of(client, partner).content.decode()
    assert shown.name in html
    for word in (*(row.name for row in hidden), "Сидорова", "Иванов", partner.legal_address):
        assert word not in html


@pytest.mark.parametrize("status", ["paused", "hidden", "closed"])
@pytest.mark.parametrize("place", ["", "card/"])
def test_who_is_not_listed_is_gone_without_a_trace(client, status, place):
    partner = a_partner(name="Тайная", status=status, status_reason="жалобы")
    answer = client.get(f"/partners/{partner.code}/{place}")
    assert answer.status_code == 410
    html = answer.content.decode()
    for word in (partner.name, partner.inn, partner.phone, partner.email, "жалобы"):
        assert word not in html
    assert client.get(f"/partners/{partner.code}/logo.png").status_code == 404


def test_an_unknown_code_is_not_found(client):
    answer = client.get("/partners/P-261122-9999/")
    assert answer.status_code == 404
    assert "Проверьте код" in answer.content.decode()
    for address in ("/partners/P-1/", "/partners/P-261122-0001x/", "/partners/P-261122-0001/x/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["p-261122-7777", "Р-261122-7777", "р-261122-7777"])
def test_a_code_is_found_however_it_is_typed(client, typed):
    partner = a_partner(code="P-261122-7777")
    answer = client.get(f"/partners/{typed}/?lang=en")
    assert (answer.status_code, answer["Location"]) == (301, f"/partners/{partner.code}/?lang=en")


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_partner_wrote_is_text(client, nasty):
    partner = a_partner(
        name=nasty,
        legal_name=nasty,
        about=f"{nasty}\n\n{nasty}",
        address=nasty,
        phone="javascript:1",
        telegram=nasty[:64],
        website=f"https://x.example/{nasty}",
    )
    PartnerService.objects.create(partner=partner, title=nasty, unit=nasty[:40], price_from=1)
    a_document(partner=partner, kind="licence", name=nasty, review="verified")
    search.refresh(partner)
    for address in (f"/partners/{partner.code}/", "/partners/", f"/partners/{partner.code}/card/"):
        html = client.get(address).content.decode()
        seen = Seen(html)
        seen.harmless()
        assert escape(nasty) in html
        if seen.scripts:
            assert json.loads(seen.scripts[0])["name"] == nasty


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example",
        "https://user:pass@evil.example",
        "vbscript:x",
        "https://[",
        "https://",
        "file:///etc/passwd",
    ],
)
def test_only_addresses_of_the_web_become_links(client, website):
    partner = a_partner(website=website, telegram="javascript:alert(1)")
    seen = Seen(page_of(client, partner).content.decode())
    seen.harmless()
    assert "sameAs" not in json.loads(seen.scripts[0])
    assert [link for link in seen.all("a") if link.get("rel") == "nofollow noopener ugc"] == []


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_visitor_asked_is_text(client, nasty):
    a_partner()
    answer = client.get("/partners/", {"q": nasty, "city": nasty, "region": nasty, "sort": nasty})
    assert answer.status_code == 200
    Seen(answer.content.decode()).harmless()


def test_filters_survive_every_link(client):
    for _ in range(21):
        search.refresh(a_partner(regions=["50"]))
    given = {"q": "ромашка", "region": "50", "specialisation": ["roofing", "heating"], "lang": "en"}
    html = client.get("/partners/", given).content.decode()
    asked = [("q", "ромашка"), ("specialisation", "heating"), ("specialisation", "roofing")]
    kept = escape(urlencode([*asked, ("region", "50")]))
    assert f'href="/partners/?{kept}&amp;lang=en&amp;page=2" rel="next"' in html
    assert f'href="/partners/?{kept}&amp;sort=name&amp;lang=en"' in html
    assert f'href="/partners/?{kept.replace("&amp;region=50", "")}&amp;lang=en"' in html
    assert "21 companies" in html
    assert '<option value="50" selected>Moscow Oblast' in html
    second = client.get("/partners/", given | {"page": "2"}).content.decode()
    assert 'aria-current="page"><span class="hidden-text">Page </span>2' in second


@pytest.mark.parametrize("number", ["0", "2", "-1", "abc", "9" * 30, "²"])
def test_there_is_no_such_page(client, number):
    a_partner()
    answer = client.get("/partners/", {"page": number})
    assert answer.status_code == 404
    assert "меньше страниц" in answer.content.decode()


def test_an_empty_registry_says_so(client):
    assert "пока нет компаний" in client.get("/partners/").content.decode()
    assert "пока никто не подходит" in client.get("/partners/?q=слон").content.decode()


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    partner = a_partner()
    first = page_of(client, partner)
    assert "max-age=0" in first["Cache-Control"]
    assert "Cookie" in first["Vary"]
    assert page_of(client, partner, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert parsedate_to_datetime(first["Last-Modified"]) <= now()

    Partner.objects.update(rating=Decimal(5), ratings=1)
    again = page_of(client, partner, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    Region.objects.filter(code="99").update(title_ru="Край света")
    since = {"If-Modified-Since": again["Last-Modified"], "If-None-Match": again["ETag"]}
    assert "Край света" in page_of(client, partner, headers=since).content.decode()


def test_staff_are_warned_of_an_old_answer_and_nobody_else(client, admin_user: User):
    partner = a_partner(verified_at=now() - timedelta(days=31))
    for_all = page_of(client, partner)
    assert "Видят только сотрудники" not in for_all.content.decode()
    client.force_login(admin_user)
    for_staff = page_of(client, partner)
    assert "Видят только сотрудники" in for_staff.content.decode()
    assert "no-store" in for_staff["Cache-Control"]
    assert not for_staff.has_header("ETag")
    Partner.objects.update(verified_at=now() - timedelta(days=29))
    assert "Видят только сотрудники" not in page_of(client, partner).content.decode()


def test_the_price_of_a_page_is_constant(client, django_assert_num_queries):
    def more(number: int) -> Partner:
        for _ in range(number):
            partner = a_partner(specialisations=["roofing", "heating"], regions=["50", "77"])
            search.refresh(partner)
            for title in ("Раз", "Два"):
                PartnerService.objects.create(partner=partner, title=title)
                a_document(partner=partner, kind="licence", review="verified")
        return partner

    for number in (2, 9):
        partner = more(number)
        with django_assert_num_queries(9):
            client.get("/partners/")
        with django_assert_num_queries(9):
            page_of(client, partner)
