"""Asking for money back: what it would mean, what has become of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.formats import money
from payments.models import Customer, Payment, Refund
from payments.services import refund_rules as rules

Status = Refund.Status


@for_customer
def ask(customer: Customer, payment_id: int) -> Screen | None:
    """What asking for this money would mean; its state where that was done. None: not this customer's payment."""
    payment = selectors.payment_of(payment_id=payment_id, customer_id=customer.pk)
    if payment is None:
        return None
    waiting = rules.open_refund_of(payment)
    if waiting is not None:
        return state(customer, waiting, again=True)
    until = rules.asks_again_at(payment)
    offer = rules.offer_of(payment)
    if until is not None or offer is None:
        return refusal(customer, payment)
    yes = to.ConfirmRefund(payment.pk, offer.money.amount)
    return Screen(
        text=render(
            "refund_offer",
            payment=payment,
            amount=money(offer.money.amount, offer.money.currency),
            days=offer.days,
            by_itself=rules.gives_back_itself(payment),
        ),
        keyboard=keyboard(
            [press(_("Подтвердить"), yes), press(_("Отмена"), to.PaymentCard(payment.pk))]
        ),
    )


@for_customer
def state(customer: Customer, refund: Refund, *, again: bool = False) -> Screen:
    """A refund on its way. It can be taken back until somebody has decided."""
    payment = refund.payment
    undecided = refund.status == Status.REQUESTED and refund.origin == Refund.Origin.CUSTOMER
    withdraw = press(_("Отозвать просьбу"), to.WithdrawRefund(refund.pk)) if undecided else None
    return Screen(
        text=render("refund_asked", payment=payment, again=again, **facts(refund)),
        keyboard=keyboard([withdraw], _back(payment)),
    )


@for_customer
def refusal(customer: Customer, payment: Payment) -> Screen:
    until = rules.asks_again_at(payment)
    why = "too_soon" if until else "nothing"
    return Screen(
        text=render("refund_refused", payment=payment, why=why, until=until),
        keyboard=keyboard([support()], _back(payment)),
    )


@for_customer
def news(customer: Customer, refund: Refund) -> Screen:
    """A new message: a part has gone back, or nothing will."""
    return Screen(
        text=render(
            "refund_news",
            payment=refund.payment,
            days=refund.days,
            access=selectors.access_of(customer.pk),
            **facts(refund),
        ),
        keyboard=keyboard(
            [support() if refund.status == Status.REJECTED else None], _back(refund.payment)
        ),
    )


def state_line(refund: Refund) -> str:
    """What has become of a refund, in one line of the payment's card."""
    return render("refund_state", **facts(refund))


def button(payment: Payment) -> Button | None:
    """To the question, or to the refund that is under way."""
    waiting = rules.open_refund_of(payment)
    if waiting is not None:
        return press(_("↩️ Возврат: что сейчас"), to.AskRefund(payment.pk))
    if rules.refundable(payment).amount <= 0 or rules.asks_again_at(payment) is not None:
        return None
    return press(_("↩️ Запросить возврат"), to.AskRefund(payment.pk))


def facts(refund: Refund) -> dict[str, Any]:
    """What `refund_state` shows."""
    return {"refund": refund, "amount": money(refund.amount, refund.currency)}


def choices(customer: Customer) -> list[list[Button | None]]:
    """One row for each payment with money to give back."""
    return [
        [press(_line(payment), to.AskRefund(payment.pk))]
        for payment in rules.refundable_payments(customer)
    ]


def support() -> Button | None:
    return link(_("Написать в поддержку"), settings.SUPPORT_URL)


def _line(payment: Payment) -> str:
    date = date_format(localtime(payment.paid_at or payment.created_at), "j E")
    return f"↩️ № {payment.number} · {money(payment.amount, payment.currency)} · {date}"


def _back(payment: Payment) -> list[Button | None]:
    return [press(_("🧾 Подробнее"), to.PaymentCard(payment.pk)), press(_("← Меню"), to.Menu())]
