"""Inviting friends."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.pictures import first_tap, invite_qr
from bot.routing import BotApplication, on_command, on_tap
from bot.screens import referral
from bot.updates import Note, Tap


async def invite(tap: Tap, _press: to.Invite) -> None:
    await tap.answer()
    await tap.show(await in_db(referral.invite, await tap.customer(), tap.bot.username))


async def invite_command(note: Note) -> None:
    await note.show(await in_db(referral.invite, await note.customer(), note.bot.username))


async def qr(tap: Tap, _press: to.InviteQr) -> None:
    await tap.answer()
    picture = await in_db(invite_qr, await tap.customer(), tap.bot.username)
    if await in_db(first_tap, tap.user.id, tap.query.data or ""):
        await tap.send_picture(picture.png, caption=picture.caption, keyboard=picture.keyboard)


def register(application: BotApplication) -> None:
    on_command(application, "invite", invite_command)
    on_tap(application, to.Invite, invite)
    on_tap(application, to.InviteQr, qr)
