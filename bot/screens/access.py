"""The link a customer bought."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, copy, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.formats import money
from payments.models import Customer, Payment
from payments.selectors import AccessState, AccessView
from payments.services.renewal_view import renewal_of


@for_customer
def connect(customer: Customer) -> Screen:
    """The link, or why there is none."""
    access = selectors.access_of(customer.pk)
    if not access.access_url or access.state is not AccessState.ACTIVE:
        return Screen(
            text=render("no_link", access=access),
            keyboard=keyboard(
                [
                    None
                    if access.state is AccessState.ACTIVE
                    else press(_("💳 Выбрать тариф"), to.Plans())
                ],
                [_story_button(access)],
                [press(_("🧾 Мои платежи"), to.Payments()), press(_("← Меню"), to.Menu())],
            ),
        )
    return with_link(render("connect", access=access), access, [_story_button(access)])


@for_customer
def granted(customer: Customer, payment: Payment, *, late: bool) -> Screen:
    """The message that brings the link of a payment."""
    access = selectors.access_of(customer.pk)
    template = "renewed" if payment.renewal_key else "access"
    renewal = renewal_of(customer.pk) if payment.save_method or payment.renewal_key else None
    text = render(
        template,
        access=access,
        payment=payment,
        late=late,
        renewal=renewal,
        amount=money(payment.amount, payment.currency),
    )
    return with_link(text, access)


@for_customer
def delayed(customer: Customer, payment: Payment) -> Screen:
    return Screen(
        text=render("access_delayed", payment=payment),
        keyboard=keyboard(
            [press(_("Где мой платёж?"), to.PaymentCard(payment.pk))],
            [link(_("Написать в поддержку"), settings.SUPPORT_URL)],
        ),
    )


def with_link(text: str, access: AccessView, *more: list[Button | None]) -> Screen:
    """A text that shows the access link, with what can be done with the link."""
    qr = press(_("QR-код"), to.AccessQr()) if access.access_url else None
    return Screen(
        text=text,
        keyboard=keyboard(
            [link(_("🔑 Подключиться"), access.access_url)],
            [copy(_("Скопировать ссылку"), access.access_url), qr],
            *more,
            [press(_("← Меню"), to.Menu())],
        ),
        secret=access.access_url,
    )


def _story_button(access: AccessView) -> Button | None:
    known = access.expires_at is not None
    return press(_("Почему до этой даты?"), to.TermStory()) if known else None
