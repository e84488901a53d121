"""The door: the terms, the menu, the language."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from bot.screens import bonuses
from payments import selectors
from payments.formats import money
from payments.models import Customer, Payment
from payments.selectors import AccessState
from payments.services.renewal_view import renewal_of


@for_customer
def home(customer: Customer, errand: str = "") -> Screen:
    """The terms until they are accepted (where the owner has any), then the menu.

    `errand` is what the customer's link asks for; it is done once he has accepted.
    """
    return terms(customer, errand) if must_accept_terms(customer) else menu(customer)


def must_accept_terms(customer: Customer) -> bool:
    return bool(settings.TERMS_URL) and customer.terms_accepted_at is None


@for_customer
def terms(customer: Customer, errand: str = "") -> Screen:
    return Screen(
        text=render("terms", customer=customer),
        keyboard=keyboard(
            [link(_("Прочитать условия"), settings.TERMS_URL)],
            [press(_("Принимаю"), to.AcceptTerms(errand))],
            [_language_button(customer)],
        ),
    )


@for_customer
def menu(customer: Customer) -> Screen:
    """What the customer has, and the one thing to do next on top."""
    access = selectors.access_of(customer.pk)
    open_payment = selectors.open_payment_of(customer.pk)
    payments = press(_("🧾 Мои платежи"), to.Payments())
    invite = press(_("🎁 Пригласить друга"), to.Invite())
    help_button = press(_("❓ Помощь"), to.Help())
    renew = press(_("➕ Продлить"), to.Plans())
    connect = press(_("🔑 Подключиться"), to.Connect())
    known = renewal_of(customer.pk) is not None
    renewal = press(_("🔁 Автопродление"), to.Renewal()) if known else None
    rows: list[list[Button | None]] = [[_open_invoice(open_payment)]]
    free = bonuses.offers(customer)
    if access.state is AccessState.ACTIVE:
        rows += [[connect], [renew, invite], [renewal], *free, [payments, help_button]]
    elif access.state is AccessState.EXPIRED:
        rows += [[renew], [renewal], *free, [invite, payments], [help_button]]
    else:
        paid_before = selectors.recent_payments(customer.pk, limit=1).exists()
        rows += [
            [press(_("💳 Выбрать тариф"), to.Plans())],
            *free,
            [invite, help_button],
            [payments if paid_before else None],
        ]
    rows.append([press(_("⚙️ Настройки"), to.Settings())])
    return Screen(text=render("menu", customer=customer, access=access), keyboard=keyboard(*rows))


@for_customer
def languages(customer: Customer) -> Screen:
    return Screen(
        text=render("language"),
        keyboard=keyboard(
            [press(label, to.SetLanguage(code)) for code, label in Customer.Language.choices],
            [press(_("← Настройки"), to.Settings()), press(_("← Меню"), to.Menu())],
        ),
    )


def _open_invoice(payment: Payment | None) -> Button | None:
    if payment is None:
        return None
    label = _("🕓 Счёт № %(number)s · %(amount)s") % {
        "number": payment.number,
        "amount": money(payment.amount, payment.currency),
    }
    return press(label, to.ShowPayment(payment.pk))


def _language_button(customer: Customer) -> Button:
    """The other language, named in itself: who cannot read this one must still find it."""
    other = (
        Customer.Language.EN if customer.language == Customer.Language.RU else Customer.Language.RU
    )
    return press(str(other.label), to.SetLanguage(other.value))
