"""Buying: the plan, its effect, the way to pay, the invoice, the check."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import at_provider, in_db
from bot.checking import NoAnswer, check_own_payment
from bot.pictures import first_tap, invoice_qr
from bot.routing import BotApplication, on_tap, refresh
from bot.screens import invoice, purchase, start, waiting
from bot.updates import Tap
from integrations.errors import ServiceUnreachable
from payments.errors import AlreadyOpening, CheckTooSoon, InvoiceRefused, NotForSale, TooSoon
from payments.services.checkout import cancel_payment, start_checkout


async def plans(tap: Tap, _press: to.Plans) -> None:
    await tap.answer()
    customer = await tap.customer()
    if start.must_accept_terms(customer):
        await tap.show(await in_db(start.terms, customer))
    else:
        await tap.show(await in_db(purchase.plans, customer))


async def effect(tap: Tap, press: to.Effect) -> None:
    await tap.answer()
    customer = await tap.customer()
    screen = await in_db(
        purchase.effect,
        customer,
        press.plan_id,
        press.purpose,
        renewing=isinstance(press, to.EffectRenewing),
    )
    if screen is None:
        screen = await in_db(purchase.plans, customer, changed=True)
    await tap.show(screen)


async def pay(tap: Tap, press: to.Pay) -> None:
    """Open an invoice, or say in plain words why there is none. Never an error page."""
    await tap.answer()
    customer = await tap.customer()
    if start.must_accept_terms(customer):
        await tap.show(await in_db(start.terms, customer))
        return
    try:
        payment = await at_provider(
            start_checkout,
            customer_id=customer.pk,
            plan_id=press.plan_id,
            provider=press.provider,
            method=press.method,
            shown_amount=press.shown,
            save_method=isinstance(press, to.PayRenewing),
            purpose=press.purpose,
        )
    except AlreadyOpening:
        return  # a double tap: the first one brings the invoice
    except TooSoon as error:
        screen = await in_db(waiting.again, customer, press, error.seconds)
    except NotForSale:
        screen = await in_db(purchase.plans, customer, changed=True)
    except InvoiceRefused as error:
        screen = await in_db(purchase.refused, customer, press, error)
    except ServiceUnreachable:
        screen = await in_db(purchase.unreachable, customer, press)
    else:
        screen = await in_db(invoice.show, customer, payment)
    await tap.show(screen)


async def show_payment(tap: Tap, press: to.ShowPayment) -> None:
    screen = await in_db(invoice.payment_now, await tap.customer(), press.payment_id)
    if screen is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(screen)


async def check(tap: Tap, press: to.Check) -> None:
    """Ask the provider. The answer to the press is what it says, so it comes after the work here."""
    customer = await tap.customer()
    try:
        payment = await at_provider(
            check_own_payment, payment_id=press.payment_id, customer_id=customer.pk
        )
    except CheckTooSoon as error:
        await tap.answer(await in_db(invoice.too_soon, customer, error.seconds))
        return
    except NoAnswer:
        await tap.answer(await in_db(invoice.no_answer, customer, press.payment_id))
        return
    if payment is None:
        await refresh(tap)
        return
    await tap.answer(await in_db(invoice.after_check, customer, payment))
    await tap.show(await in_db(invoice.show, customer, payment))


async def cancel(tap: Tap, press: to.Cancel) -> None:
    customer = await tap.customer()
    await in_db(cancel_payment, payment_id=press.payment_id, customer_id=customer.pk)
    screen = await in_db(invoice.payment_now, customer, press.payment_id)
    if screen is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(screen)


async def qr(tap: Tap, press: to.InvoiceQr) -> None:
    await tap.answer()
    picture = await in_db(invoice_qr, await tap.customer(), press.payment_id)
    if picture is not None and await in_db(first_tap, tap.user.id, tap.query.data or ""):
        await tap.send_picture(picture.png, caption=picture.caption, keyboard=picture.keyboard)


def register(application: BotApplication) -> None:
    on_tap(application, to.Plans, plans)
    on_tap(application, to.Effect, effect)
    on_tap(application, to.EffectRenewing, effect)
    on_tap(application, to.Pay, pay)
    on_tap(application, to.PayRenewing, pay)
    on_tap(application, to.ShowPayment, show_payment)
    on_tap(application, to.Check, check)
    on_tap(application, to.Cancel, cancel)
    on_tap(application, to.InvoiceQr, qr)
