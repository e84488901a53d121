"""Renewing without the customer: look at it, end it, begin it again, take the card away."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.routing import BotApplication, on_tap
from bot.screens import renewal
from bot.updates import Tap
from payments.services.provider_subscriptions import stop_renewing
from payments.services.renewals import Reason, remove_method, switch_on_again


async def state(tap: Tap, _press: to.Renewal) -> None:
    await tap.answer()
    await tap.show(await in_db(renewal.state, await tap.customer()))


async def switch_off(tap: Tap, _press: to.RenewalOff) -> None:
    """One tap, no question: off is what cannot do any harm."""
    await tap.answer()
    customer = await tap.customer()
    await in_db(stop_renewing, customer_id=customer.pk, reason=Reason.CUSTOMER)
    await tap.show(await in_db(renewal.state, customer))


async def switch_on(tap: Tap, press: to.RenewalOn) -> None:
    customer = await tap.customer()
    done = await in_db(switch_on_again, customer_id=customer.pk, shown_amount=press.shown)
    await tap.answer("" if done else await in_db(renewal.not_possible, customer))
    await tap.show(await in_db(renewal.state, customer))


async def remove(tap: Tap, press: to.RemoveMethod) -> None:
    await tap.answer()
    customer = await tap.customer()
    if await in_db(remove_method, method_id=press.method_id, customer_id=customer.pk):
        await in_db(stop_renewing, customer_id=customer.pk, reason=Reason.REMOVED)
    await tap.show(await in_db(renewal.state, customer))


def register(application: BotApplication) -> None:
    on_tap(application, to.Renewal, state)
    on_tap(application, to.RenewalOff, switch_off)
    on_tap(application, to.RenewalOn, switch_on)
    on_tap(application, to.RemoveMethod, remove)
