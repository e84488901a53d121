"""Promo codes: how to enter one, and what came of it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, keyboard, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.formats import money
from payments.models import Customer, PromoCode
from payments.services.promotions import Entered, Verdict, waiting_use

Kind = PromoCode.Kind


@for_customer
def ask(customer: Customer) -> Screen:
    """The next message is the code."""
    use = waiting_use(customer.pk)
    return Screen(
        text=render(
            "promo",
            waiting=use.code.code if use else "",
            discount=discount(use.code) if use else "",
        ),
        keyboard=keyboard(
            [press(_("💳 Выбрать тариф"), to.Plans()), press(_("← Меню"), to.Menu())]
        ),
    )


@for_customer
def entered(customer: Customer, result: Entered) -> Screen:
    """What came of a code. Given days bring their access link in a message of its own."""
    plans = press(_("💳 Выбрать тариф"), to.Plans())
    menu = press(_("← Меню"), to.Menu())
    code = result.code
    rows: dict[Verdict, list[list[Button | None]]] = {
        Verdict.WAITS: [[plans], [menu]],
        Verdict.DAYS: [[press(_("🔑 Подключиться"), to.Connect())], [menu]],
    }
    again: list[list[Button | None]] = [
        [press(_("🏷 Другой промокод"), to.Promo())],
        [plans, menu],
    ]
    return Screen(
        text=render(
            "promo_entered",
            verdict=result.verdict.value,
            code=code.code if code else "",
            discount=discount(code) if code and code.kind != Kind.DAYS else "",
            starts_at=code.starts_at if code else None,
            plans=[plan.title(customer.language) for plan in code.plans.all()] if code else [],
            days=round(result.entry.days) if result.entry else 0,
            access=selectors.access_of(customer.pk),
        ),
        keyboard=keyboard(*rows.get(result.verdict, again)),
    )


def discount(code: PromoCode) -> str:
    """«25 %» or «50 ₽», in the active language."""
    if code.kind == Kind.PERCENT:
        return f"{_plain(code.value)} %"
    return money(code.value, code.currency)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
