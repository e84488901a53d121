"""Money back: the question, the confirmation, the change of mind."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.routing import BotApplication, on_tap, refresh
from bot.screens import payments, refunds, waiting
from bot.updates import Tap
from payments.errors import RefundImpossible, TooSoon
from payments.services.refund_rules import own_payment_left, own_refund
from payments.services.refunds import request_refund, withdraw


async def ask(tap: Tap, press: to.AskRefund) -> None:
    screen = await in_db(refunds.ask, await tap.customer(), press.payment_id)
    if screen is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(screen)


async def confirm(tap: Tap, press: to.ConfirmRefund) -> None:
    """Only what was shown is asked for: where the sum is another by now, it is shown anew."""
    customer = await tap.customer()
    left = await in_db(own_payment_left, payment_id=press.payment_id, customer_id=customer.pk)
    if left != press.shown:
        await ask(tap, to.AskRefund(press.payment_id))
        return
    try:
        refund = await in_db(request_refund, payment_id=press.payment_id, customer_id=customer.pk)
    except TooSoon as error:
        await tap.answer(await in_db(waiting.words, customer, error.seconds))
        return
    except RefundImpossible:
        await ask(tap, to.AskRefund(press.payment_id))
        return
    await tap.answer()
    await tap.show(await in_db(refunds.state, customer, refund))


async def take_back(tap: Tap, press: to.WithdrawRefund) -> None:
    customer = await tap.customer()
    refund = await in_db(own_refund, refund_id=press.refund_id, customer_id=customer.pk)
    if refund is None:
        await refresh(tap)
        return
    await in_db(withdraw, refund_id=press.refund_id, customer_id=customer.pk)
    await tap.answer()
    screen = await in_db(payments.card, customer, refund.payment_id, tap.bot.username)
    if screen is not None:
        await tap.show(screen)


def register(application: BotApplication) -> None:
    on_tap(application, to.AskRefund, ask)
    on_tap(application, to.ConfirmRefund, confirm)
    on_tap(application, to.WithdrawRefund, take_back)
