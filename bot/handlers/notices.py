"""The staff group: somebody takes a notice in hand."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.notices import taking
from bot.routing import BotApplication, on_group_tap
from bot.updates import GroupTap


async def take(tap: GroupTap, press: to.TakeNotice) -> None:
    if not await tap.is_member():
        await tap.answer(await in_db(taking.not_a_member), is_alert=True)
        return
    taken = await in_db(
        taking.take_in_group,
        notice_id=press.notice_id,
        chat_id=tap.chat_id,
        name=tap.user.full_name,
    )
    await tap.answer(taken.words, is_alert=not taken.is_first)


def register(application: BotApplication) -> None:
    on_group_tap(application, to.TakeNotice, take)
