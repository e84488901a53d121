"""The access a customer has: its link, and the link as a picture."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.pictures import access_qr, first_tap
from bot.routing import BotApplication, on_tap
from bot.screens import access, term
from bot.updates import Tap


async def connect(tap: Tap, _press: to.Connect) -> None:
    await tap.answer()
    await tap.show(await in_db(access.connect, await tap.customer()))


async def qr(tap: Tap, _press: to.AccessQr) -> None:
    await tap.answer()
    picture = await in_db(access_qr, await tap.customer())
    if picture is not None and await in_db(first_tap, tap.user.id, tap.query.data or ""):
        await tap.send_picture(picture.png, caption=picture.caption, keyboard=picture.keyboard)


async def story(tap: Tap, _press: to.TermStory) -> None:
    await tap.answer()
    await tap.show(await in_db(term.story, await tap.customer()))


def register(application: BotApplication) -> None:
    on_tap(application, to.Connect, connect)
    on_tap(application, to.AccessQr, qr)
    on_tap(application, to.TermStory, story)
