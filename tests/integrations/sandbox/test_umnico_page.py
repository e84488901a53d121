"""The site's chat in a browser: a visitor writes and reads, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import sync_playwright

from tests.e2e.browser import CHROMIUM, NO_CHROMIUM, PHONE, Window, launched, window
from tests.integrations.sandbox.conftest import Receiver, Remote

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TOKEN = "umnico-token-of-the-tests"
WORDS = "Вот кто подойдёт: <b>Ромашка</b>\nhttps://shop.example.com/partners/P-261122-0001/."


@pytest.fixture
def phone() -> Iterator[Window]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        with window(chromium, PHONE) as opened:
            yield opened
            assert opened.complaints == []
        chromium.close()


@pytest.fixture
def site(settings, receiver, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, "UMNICO_API_KEY": TOKEN}
    remote: Remote = request.getfixturevalue("sandbox")
    return remote


def api(site: Remote, path: str, **body) -> None:
    url, headers = f"{site.url}/umnico/v1.3/{path}", {"Authorization": f"bearer {TOKEN}"}
    assert requests.post(url, json=body, headers=headers, timeout=30).status_code == 200


def test_a_visitor_writes_and_reads_the_answer(site: Remote, receiver: Receiver, phone: Window):
    phone.open(f"{site.url}/site-chat/")
    phone.sees("Webhook не подключён")
    api(site, "webhooks", url=receiver.url)
    phone.sees("Webhook включён")
    phone.page.get_by_label("Откуда").select_option("WhatsApp")
    phone.page.get_by_label("Имя").fill("Пётр")
    phone.page.get_by_label("Телефон").fill("+7 900 000-00-07")
    phone.page.get_by_role("button", name="Новый посетитель").click()
    phone.sees("Пётр · +79000000007")
    phone.page.get_by_label("Сообщение", exact=True).fill("Нужна крыша")
    phone.page.keyboard.press("Enter")
    phone.sees("✓✓", within="#lines")
    (talk,) = site.get("umnico/talks")["talks"]
    lead = talk["lead"]
    body = {"message": {"text": WORDS}, "source": str(lead - 899_000), "userId": 15}
    api(site, f"messaging/{lead}/send", **body)
    phone.sees("<b>Ромашка</b>", within="#lines")
    link = phone.page.locator("#lines a")
    assert link.get_attribute("href") == "https://shop.example.com/partners/P-261122-0001/"
    phone.page.get_by_role("button", name="Отключить").click()
    phone.sees("система не слышит этот чат")
    assert phone.overhang() == 0
