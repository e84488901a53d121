"""The public pages in Chromium: phone and desk, without JavaScript, and as cards inside another site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect, sync_playwright

from integrations.clock import now
from partners.models import City, Document, Partner, PartnerService, Region
from partners.services import search
from tests.e2e.browser import CHROMIUM, DESK, NO_CHROMIUM, PHONE, Window, launched, window
from tests.partners.factories import a_document, a_partner
from tests.support.http_server import HttpServer, answer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NARROW = (320, 640)
BREAKS_OUT = (
    "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
)


def drawn() -> ContentFile[bytes]:
    image = Image.new("RGB", (900, 600), "#0b62bb")
    ImageDraw.Draw(image).ellipse((200, 100, 700, 500), fill="#fff")
    out = BytesIO()
    image.save(out, "PNG")
    return ContentFile(out.getvalue(), "logo.png")


def shop_of(number: int) -> Partner:
    partner = a_partner(
        name=f"Ромашка {number}",
        specialisations=["roofing", "plumbing"] if number % 2 else ["heating"],
        regions=["50", "77", "47", "99"][: 1 + number % 4],
        about="Строим и ремонтируем. " * (number % 6),
        rating=Decimal("4.2") if number % 3 else None,
        ratings=number if number % 3 else 0,
        verified_at=now() - timedelta(days=number),
    )
    search.refresh(partner)
    return partner


@pytest.fixture
def mill(transactional_db) -> Partner:
    partner = a_partner(
        name=f"Зелёная мельница {BREAKS_OUT}",
        about=f"Строим дома из лиственницы.\n\nГарантия пять лет. {BREAKS_OUT}",
        rating=Decimal("4.85"),
        ratings=21,
        response_rate=Decimal("0.951"),
        regions=["50", "77", "99"],
        specialisations=["frame-houses", "foundations", "roofing"],
        website="https://melnica.example/о-нас?a=1",
        telegram="@melnica_doma",
        address="г. Тестовск, ул. Примерная, д. 1",
        radius_km=80,
        budget_from=Decimal(300_000),
        budget_to=Decimal(9_000_000),
        registered_on=now().date() - timedelta(days=3000),
    )
    partner.logo.save("logo.png", drawn())
    partner.cities.add(City.objects.create(region=Region.objects.get(code="50"), name="Химки"))
    for position, (title, low, high, unit) in enumerate(
        [
            ("Каркасный дом под ключ", 35_000, 60_000, "м²"),
            ("Свайный фундамент", 4_000, None, "свая"),
            ("Проект дома", None, None, ""),
        ]
    ):
        PartnerService.objects.create(
            partner=partner,
            title=title,
            price_from=low,
            price_to=high,
            unit=unit,
            position=position,
        )
    a_document(
        partner=partner,
        kind=Document.Kind.LICENCE,
        name="Допуск СРО",
        review=Document.Review.VERIFIED,
    )
    search.refresh(partner)
    for number in range(1, 46):
        shop_of(number)
    return partner


@pytest.fixture
def browser(mill, live_server) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


def looked_over(seen: Window, name: str) -> None:
    """Nothing sticks out, nothing of the partner's ran, and a picture is kept where one is wanted."""
    assert seen.overhang() == 0
    assert seen.page.title() != "owned"
    seen.shot(name, whole=True)


def test_the_public_pages(browser, live_server, mill, settings):
    settings.PUBLIC_URL = live_server.url
    catalogue, page = f"{live_server.url}/partners/", f"{live_server.url}/partners/{mill.code}/"
    for size, name in ((PHONE, "phone"), (DESK, "desk"), (NARROW, "narrow")):
        with window(browser, size) as seen:
            seen.open(catalogue)
            looked_over(seen, f"catalogue-{name}")
            seen.open(f"{catalogue}?q=мелница&region=50&specialisation=roofing&rating=4")
            seen.sees("Показываем похожие")
            looked_over(seen, f"catalogue-guess-{name}")
            seen.open(f"{catalogue}?q=слон&city=Химки")
            seen.sees("Никого не нашли")
            looked_over(seen, f"catalogue-empty-{name}")
            seen.open(page)
            seen.sees("проверен в ФНС")
            assert seen.page.locator("header .logo").evaluate("logo => logo.naturalWidth") == 512
            looked_over(seen, f"partner-{name}")
            assert (
                seen.complaints == []
            )  # a data block is no script: the policy has nothing against it
            seen.open(f"{page}card/")
            looked_over(seen, f"card-{name}")
    with browser.new_context(
        color_scheme="dark", locale="ru-RU", viewport={"width": 390, "height": 844}
    ) as dark:
        seen = Window(dark.new_page(), [], PHONE)
        for address, name in ((catalogue, "catalogue"), (page, "partner")):
            seen.open(address)
            looked_over(seen, f"{name}-dark")


def test_a_visitor_finds_a_company_without_javascript(browser, live_server, mill):
    with browser.new_context(
        java_script_enabled=False, locale="ru-RU", viewport={"width": 390, "height": 844}
    ) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/partners/")
        page.get_by_text("Условия").click()
        page.get_by_label("Регион").select_option("50")
        page.get_by_label("Каркасные дома").check()
        page.get_by_role("button", name="Показать").click()
        expect(page.get_by_role("heading", level=2)).to_have_text("1 компания")
        page.get_by_role("link", name="Каркасные дома – убрать").click()
        assert "specialisation" not in page.url
        assert "region=50" in page.url
        page.get_by_role("link", name="Дальше").click()
        expect(page.locator(".pages [aria-current=page]")).to_contain_text("2")
        page.get_by_role("link", name="по названию").click()
        page.get_by_label("Название, ИНН или услуга").fill("мельница")
        page.get_by_role("button", name="Найти").click()
        assert "sort=name" in page.url
        page.get_by_role("link", name="Зелёная мельница").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Зелёная мельница")
        expect(page.get_by_role("link", name="melnica.example")).to_have_attribute(
            "rel", "nofollow noopener ugc"
        )


def test_cards_in_another_site(browser, live_server, mill):
    """Another port is another origin."""
    html = f"""<!DOCTYPE html><meta charset="utf-8"><title>Tilda</title><body>
    <div id="one" data-provodnik-partner="{mill.code.lower()}"></div>
    <div id="some" data-provodnik-catalogue="region=50&specialisation=roofing" data-provodnik-theme="dark"></div>
    <div id="none" data-provodnik-partner="javascript:alert(1)"></div>
    <script src="{live_server.url}/partners/embed.js" async></script>
    <script>addEventListener("load", () => postMessage({{provodnik: "height", height: 5}}, "*"))</script>"""
    with HttpServer() as site:
        site.otherwise = answer(raw=html.encode(), headers={"Content-Type": "text/html"})
        shown = override_settings(EMBED_HOSTS=[site.url], PUBLIC_URL=live_server.url)
        with shown, window(browser, PHONE) as seen:
            seen.open(site.url)
            card = seen.page.frame_locator("#one iframe")
            expect(card.get_by_role("link")).to_contain_text("Зелёная мельница")
            frame = seen.page.locator("#one iframe")
            inside = card.locator("body").evaluate(
                "body => Math.ceil(body.getBoundingClientRect().height)"
            )
            expect(frame).to_have_css("height", f"{inside}px")
            some = seen.page.frame_locator("#some iframe")
            expect(some.locator("article").first).to_be_visible()
            expect(seen.page.locator("#none iframe")).to_have_count(0)
            looked_over(seen, "embedded")
            with seen.page.expect_popup() as opened:
                card.get_by_role("link").click()
            assert opened.value.url == f"{live_server.url}/partners/{mill.code}/"
            assert seen.complaints == []
        with override_settings(EMBED_HOSTS=[]), window(browser, PHONE) as seen:
            with seen.page.expect_console_message(lambda line: "frame-ancestors" in line.text):
                seen.open(site.url)
            expect(seen.page.frame_locator("#one iframe").get_by_role("link")).to_have_count(0)
