"""One payment as its customer sees it, whatever has become of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, copy, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.formats import money, seconds
from payments.models import Customer, Payment
from payments.services.pay_pages import page_url
from payments.services.ways import method_label

Status = Payment.Status

# status -> template; an open invoice has two of its own
TEMPLATES: dict[str, str] = {
    Status.PAID: "paid",
    Status.PARTLY_REFUNDED: "refunded",
    Status.REFUNDED: "refunded",
    Status.FAILED: "failed",
    Status.CANCELED: "closed",
    Status.EXPIRED: "closed",
    Status.REVIEW: "review",
}


@for_customer
def payment_now(customer: Customer, payment_id: int) -> Screen | None:
    """None for a payment that is not this customer's."""
    payment = selectors.payment_of(payment_id=payment_id, customer_id=customer.pk)
    return None if payment is None else show(customer, payment)


@for_customer
def show(customer: Customer, payment: Payment) -> Screen:
    """The screen of a payment in its present state."""
    if payment.is_open and (payment.held_at or payment.renewal_key):
        return charging(customer, payment)
    if payment.is_open:
        return invoice(customer, payment)
    return Screen(
        text=render(TEMPLATES[payment.status], **_facts(customer, payment)),
        keyboard=keyboard(*_rows_after(payment)),
        payment_id=payment.pk,
    )


@for_customer
def charging(customer: Customer, payment: Payment) -> Screen:
    """An open payment that asks nothing of the customer: its sum is held, or a renewal is being charged."""
    details = press(_("🧾 Подробнее"), to.PaymentCard(payment.pk))
    return Screen(
        text=render("held" if payment.held_at else "charging", **_facts(customer, payment)),
        keyboard=keyboard([details, press(_("← Меню"), to.Menu())]),
        payment_id=payment.pk,
    )


@for_customer
def invoice(customer: Customer, payment: Payment) -> Screen:
    """How to pay: the requisites to copy, the page to open, and the button to check."""
    requisites: dict[str, Any] = payment.requisites
    to_pay = payment.amount_to_pay or payment.amount
    qr = requisites.get("qr_payload", "")
    has_qr = press(_("Показать QR-код"), to.InvoiceQr(payment.pk)) if qr else None
    by_hand = bool(requisites.get("card_number") or requisites.get("phone"))
    open_label = _("Оплатить на странице") if by_hand or qr else _("Оплатить")
    return Screen(
        text=render(
            "invoice" if payment.external_id else "opening",
            **_facts(customer, payment),
            requisites=requisites,
            to_pay=to_pay,
            exact=to_pay != payment.amount,
            by_hand=by_hand,
        ),
        keyboard=keyboard(
            [
                copy(_("Скопировать карту"), digits(requisites.get("card_number", ""))),
                copy(_("Скопировать телефон"), digits(requisites.get("phone", ""))),
                copy(_("Скопировать сумму"), plain(to_pay)) if by_hand else None,
            ],
            [link(_("Открыть приложение банка"), qr), has_qr],
            [link(open_label, payment.pay_url)],
            [link(_("Открыть в браузере"), page_url(payment.pay_link))],
            [press(_("✅ Проверить оплату"), to.Check(payment.pk))],
            [
                press(_("Отменить счёт"), to.Cancel(payment.pk)),
                press(_("Другой способ"), _same_again(payment)),
            ],
            [press(_("← Меню"), to.Menu())],
        ),
        payment_id=payment.pk,
    )


@for_customer
def superseded(customer: Customer, payment: Payment) -> Screen:
    """In place of an invoice about which a newer message says more."""
    details = press(_("🧾 Подробнее"), to.PaymentCard(payment.pk))
    return Screen(
        text=render("superseded", payment=payment),
        keyboard=keyboard([details, press(_("← Меню"), to.Menu())]),
        payment_id=payment.pk,
    )


@for_customer
def released(customer: Customer, payment: Payment) -> Screen:
    """The held sum is on its way back."""
    return Screen(
        text=render("released", **_facts(customer, payment)),
        keyboard=keyboard(*_rows_after(payment)),
        payment_id=payment.pk,
    )


@for_customer
def after_check(customer: Customer, payment: Payment) -> str:
    """The alert after a check that found no money; empty where the screen itself says what happened."""
    if payment.is_open or payment.status in (Status.CANCELED, Status.EXPIRED):
        return render("not_yet", payment=payment, wait=seconds(settings.CHECK_COOLDOWN_SECONDS))
    return ""


@for_customer
def too_soon(customer: Customer, left: int) -> str:
    return render("too_soon", wait=seconds(left))


@for_customer
def no_answer(customer: Customer, payment_id: int) -> str:
    return render("no_answer", number=payment_id)


def digits(text: str) -> str:
    """A card or phone number as a bank's form takes it."""
    return "".join(sign for sign in text if sign.isdigit() or sign == "+")


def plain(amount: Any) -> str:
    """A sum as a bank's form takes it: no sign, no spaces, no empty kopecks."""
    return f"{amount:f}".removesuffix(".00")


def _facts(customer: Customer, payment: Payment) -> dict[str, Any]:
    gone = selectors.given_back(payment) if payment.status == Status.REFUNDED else None
    return {
        "given_back": money(gone.amount, gone.currency) if gone else "",
        "had_bought": gone is not None and selectors.paid_for_something(payment),
        "payment": payment,
        "amount": money(payment.amount, payment.currency),
        "method": method_label(payment.provider, payment.method),
        "plan": payment.plan.title(customer.language),
        "access": selectors.access_of(customer.pk),
    }


def _rows_after(payment: Payment) -> list[list[Button | None]]:
    """What is left to do with a payment that is no longer open."""
    again = press(_("Новый счёт"), _same_again(payment))
    details = press(_("🧾 Подробнее"), to.PaymentCard(payment.pk))
    menu = press(_("← Меню"), to.Menu())
    if payment.status == Status.PAID and payment.purpose == to.Purpose.GIFT:
        return [[details, menu]]
    if payment.status == Status.PAID:
        return [[press(_("🔑 Подключиться"), to.Connect())], [details, menu]]
    if payment.status == Status.FAILED:
        return [[press(_("Попробовать снова"), _same_again(payment))], [details, menu]]
    if payment.status in (Status.CANCELED, Status.EXPIRED):
        check = press(_("✅ Я оплатил, проверить"), to.Check(payment.pk))
        return [[check], [again], [details, menu]]
    return [[details, menu]]


def _same_again(payment: Payment) -> to.Effect:
    """The same purchase once more."""
    return to.Effect(payment.plan_id, to.Purpose(payment.purpose))
