from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import CHROMIUM, DESK, NO_CHROMIUM, PHONE, Window, launched, window
from tests.e2e.customer import Customer
from tests.e2e.matrix.desk import Desk
from tests.e2e.matrix.shop import Shop
from tests.support.stack import Stack

_chat_ids = count(700_200_100)

STAFF, PASSWORD = "irina", "kept-in-a-safe-1"
MAKE_STAFF = f"""
from django.contrib.auth.models import User
if not User.objects.filter(username={STAFF!r}).exists():
    User.objects.create_superuser({STAFF!r}, password={PASSWORD!r})
"""


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One product for all of them: customers do not get in each other's way. It is stopped when they are done."""
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def new_customer(stack):
    def meet(name: str = "Анна", *, payload: str = "", language: str = "ru") -> Customer:
        return Customer(stack, next(_chat_ids), name=name, payload=payload, language=language)

    return meet


@pytest.fixture(autouse=True)
def _world_in_order(stack):
    """Every test begins with nothing planned to go wrong."""
    stack.control("faults/clear")
    stack.control("remnawave/outage", mode="none")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def desk(browser) -> Iterator[Window]:
    with window(browser, DESK) as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture
def phone(browser) -> Iterator[Window]:
    with window(browser, PHONE) as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture(scope="module")
def sign_in(stack):
    stack.manage("shell", "-v0", "-c", MAKE_STAFF)

    def enter(seen: Window) -> None:
        seen.open(f"{stack.web}/admin/")
        seen.page.get_by_label("Имя пользователя").fill(STAFF)
        seen.page.get_by_label("Пароль").fill(PASSWORD)
        seen.page.get_by_role("button", name="Войти").click()
        seen.sees("Процессы")

    return enter


@pytest.fixture(scope="module")
def whole_shop(stack) -> Iterator[Shop]:
    """At the end every cell still shows its facts, and the books add up."""
    opened = Shop(stack)
    yield opened
    opened.expect(opened.settled, dict(opened.settled))
    done = stack.try_manage("audit_ledgers")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def shop(whole_shop: Shop, record_property: Callable[[str, object], None]) -> Shop:
    whole_shop.record = record_property
    return whole_shop


@pytest.fixture(scope="module")
def staff(stack) -> Iterator[Desk]:
    with Desk(stack) as opened:
        yield opened
