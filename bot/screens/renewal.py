"""Renewing without the customer: what is agreed, what comes next, and the one button that ends it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from telegram import InlineKeyboardMarkup

from bot import callback_data as to
from bot.keyboards import Button, keyboard, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.formats import money
from payments.models import Customer, Payment, ProviderSubscription
from payments.services.renewal_view import RenewalView, renewal_of


@for_customer
def state(customer: Customer) -> Screen:
    view = renewal_of(customer.pk)
    rows: list[list[Button | None]] = [[press(_("💳 Выбрать тариф"), to.Plans())]]
    if view is not None:
        remove = (
            press(_("Удалить карту"), to.RemoveMethod(view.method_id)) if view.method_id else None
        )
        rows = [
            [press(_("Выключить автопродление"), to.RenewalOff()) if view.is_on else None],
            [_switch_on(view)],
            [press(_("➕ Продлить сейчас"), to.Plans())],
            [remove],
        ]
    return Screen(
        text=render("renewal", renewal=view),
        keyboard=keyboard(*rows, [press(_("← Меню"), to.Menu())]),
    )


@for_customer
def upcoming(customer: Customer, end: str) -> Screen | None:
    """None where nothing will be charged for this end any more."""
    view, access = renewal_of(customer.pk), selectors.access_of(customer.pk)
    ends = access.expires_at.isoformat() if access.expires_at else ""
    if view is None or not view.is_on or view.by_provider or ends != end:
        return None
    return Screen(
        text=render("renewal_upcoming", renewal=view),
        keyboard=keyboard(
            [press(_("Выключить автопродление"), to.RenewalOff())],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def declined(customer: Customer, payment: Payment) -> Screen:
    view = renewal_of(customer.pk)
    return Screen(
        text=render(
            "renewal_declined",
            payment=payment,
            amount=money(payment.amount, payment.currency),
            access=selectors.access_of(customer.pk),
            next_try=view.charge_at if view and view.is_on else None,
        ),
        keyboard=_pay_by_hand(payment.plan_id),
    )


@for_customer
def off(customer: Customer, reason: str) -> Screen:
    view = renewal_of(customer.pk)
    return Screen(
        text=render(
            "renewal_off", reason=reason, renewal=view, access=selectors.access_of(customer.pk)
        ),
        keyboard=_pay_by_hand(
            view.plan_id if view else None, _switch_on(view) if view and reason == "price" else None
        ),
    )


@for_customer
def past_due(customer: Customer, running: ProviderSubscription) -> Screen:
    return Screen(
        text=render("subscription_past_due", amount=money(running.amount, running.currency)),
        keyboard=_pay_by_hand(running.plan_id),
    )


@for_customer
def stopped(customer: Customer) -> Screen:
    access = selectors.access_of(customer.pk)
    return Screen(text=render("subscription_stopped", access=access), keyboard=_pay_by_hand(None))


@for_customer
def not_possible(_customer: Customer) -> str:
    """For the answer to a press that came too late."""
    return _("Это уже не получится: цена, тариф или карта изменились.")


def _switch_on(view: RenewalView) -> Button | None:
    if not view.can_switch_on or view.price is None:
        return None
    label = _("Включить снова · %(sum)s") % {"sum": money(view.price, view.currency)}
    return press(label, to.RenewalOn(view.price))


def _pay_by_hand(plan_id: int | None, first: Button | None = None) -> InlineKeyboardMarkup:
    pay = to.Effect(plan_id) if plan_id else to.Plans()
    return keyboard(
        [first],
        [press(_("💳 Продлить самому"), pay)],
        [press(_("🔁 Автопродление"), to.Renewal()), press(_("← Меню"), to.Menu())],
    )
