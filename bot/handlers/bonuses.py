"""Days without a purchase: the trial and the channel."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import at_provider, in_db
from bot.routing import BotApplication, on_tap, refresh
from bot.screens import bonuses, start, waiting
from bot.updates import Tap
from integrations.errors import IntegrationError
from payments.errors import TooSoon
from payments.services.channel_bonus import Bonus, claim_bonus
from payments.services.trials import start_trial


async def trial(tap: Tap, _press: to.Trial) -> None:
    customer = await tap.customer()
    if start.must_accept_terms(customer):
        await tap.answer()
        await tap.show(await in_db(start.terms, customer))
        return
    try:
        entry = await in_db(start_trial, customer_id=customer.pk)
    except TooSoon as error:
        await tap.answer(await in_db(waiting.words, customer, error.seconds))
        return
    if entry is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(await in_db(bonuses.trial_begun, customer, round(entry.days)))


async def channel(tap: Tap, _press: to.Channel) -> None:
    screen = await in_db(bonuses.channel, await tap.customer())
    if screen is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(screen)


async def check_channel(tap: Tap, _press: to.CheckChannel) -> None:
    """Telegram is asked first: the answer to the press is what it says."""
    customer = await tap.customer()
    try:
        found = await at_provider(claim_bonus, customer_id=customer.pk)
    except TooSoon as error:
        await tap.answer(await in_db(waiting.words, customer, error.seconds))
        return
    except IntegrationError:
        await tap.answer(await in_db(bonuses.channel_unreachable, customer))
        return
    await tap.answer(await in_db(bonuses.channel_answer, customer, found))
    if found is not Bonus.NOT_A_MEMBER:
        await tap.show(await in_db(start.home, customer))


def register(application: BotApplication) -> None:
    on_tap(application, to.Trial, trial)
    on_tap(application, to.Channel, channel)
    on_tap(application, to.CheckChannel, check_channel)
