"""A partner in the cabinet: comes in by the letter's link, buys a plan."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.e2e.browser import Window
from tests.e2e.registry.applicant import Applicant

OPEN_BILL = (
    "SELECT p.reference FROM payments_payment p JOIN partners_partner a ON a.account_id = p.customer_id"
    " WHERE a.inn = %s AND p.provider = %s AND p.status = 'pending' ORDER BY p.id DESC LIMIT 1"
)


def enters(seen: Window, partner: Applicant) -> None:
    seen.open(f"{partner.stack.web}/cabinet/sign-in/")
    seen.page.get_by_label("E-mail").fill(partner.email)
    seen.page.get_by_role("button").last.click()
    seen.sees("Проверьте почту")
    seen.open(partner.link("ссылка для входа", "/cabinet/enter/"))
    seen.page.get_by_role("button", name="Войти").click()
    seen.page.wait_for_url(f"{partner.stack.web}/cabinet/")


def chooses(seen: Window, partner: Applicant, tier: str, way: str, *, renew: bool = False) -> None:
    """From the plan's page to an open invoice of a provider."""
    seen.open(f"{partner.stack.web}/cabinet/plan/")
    card = seen.page.locator(".tier").filter(has_text=tier)
    card.get_by_role("button", name="На месяц").click()
    seen.sees("Как заплатить")
    form = seen.page.locator("form").filter(has=seen.page.get_by_role("button", name=way))
    if renew:
        form.get_by_role("checkbox").check()
    form.get_by_role("button", name=way).click()
    seen.sees("Ждём оплату")


def reference(partner: Applicant, provider: str) -> str:
    """What the invoice is called at the provider's."""
    found = partner.stack.until(
        lambda: partner.stack.rows(OPEN_BILL, partner.inn, provider), what="an open invoice"
    )
    return str(found[0][0])


def stays_here(seen: Window, partner: Applicant) -> None:
    assert urlsplit(seen.page.url).netloc == urlsplit(partner.stack.web).netloc
