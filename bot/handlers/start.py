"""Coming in: /start with or without an invitation, the terms, the menu, and leaving."""

from __future__ import annotations

from telegram import ChatMember, Update
from telegram.constants import ChatType
from telegram.ext import CallbackQueryHandler, ChatMemberHandler

from bot import callback_data as to
from bot import errands
from bot.bridge import in_db
from bot.deep_links import PARTNER
from bot.routing import BotApplication, Context, on_command, on_tap, refresh
from bot.screens import partner_chat, start
from bot.updates import Note, Tap
from partners.services import chats
from payments.services.customers import accept_terms, mark_blocked, mark_unblocked

GONE = (ChatMember.BANNED, ChatMember.LEFT)


async def link_partner(note: Note, secret: str) -> None:
    """Whoever opens a partner's link is not made a customer for it."""
    screen = await in_db(
        partner_chat.linked,
        secret,
        chat_id=note.user.id,
        name=note.user.full_name,
        language=note.user.language_code or "ru",
    )
    await note.show(screen)


async def come_in(note: Note) -> None:
    if note.text.startswith(PARTNER):
        await link_partner(note, note.text.removeprefix(PARTNER))
        return
    customer = await note.customer(invite_code=note.text)
    screen = None
    if not start.must_accept_terms(customer):
        screen = await errands.run(customer, note.text)
    if screen is None:
        screen = await in_db(start.home, customer, errands.kept(note.text))
    await note.show(screen)


async def status(note: Note) -> None:
    await note.show(await in_db(start.home, await note.customer()))


async def accept(tap: Tap, press: to.AcceptTerms) -> None:
    await tap.answer()
    customer = await tap.customer()
    await in_db(accept_terms, customer_id=customer.pk)
    screen = await errands.run(customer, press.errand)
    if screen is None:
        screen = await in_db(start.menu, customer)
    await tap.show(screen)


async def menu(tap: Tap, _press: to.Menu) -> None:
    await tap.answer()
    await tap.show(await in_db(start.home, await tap.customer()))


async def no_more_leads(tap: Tap, press: to.PartnerChatOff) -> None:
    await tap.answer(
        await in_db(partner_chat.switched_off, row=press.chat_row, chat_id=tap.user.id)
    )


async def hide(tap: Tap, _press: to.Hide) -> None:
    await tap.answer()
    await tap.hide()


async def membership(update: Update, _context: Context) -> None:
    """The customer blocked the bot or let it in again."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    note = mark_blocked if change.new_chat_member.status in GONE else mark_unblocked
    await in_db(note, telegram_id=change.chat.id)
    if change.new_chat_member.status in GONE:
        await in_db(chats.leave, chat_id=change.chat.id)


async def unknown_button(update: Update, _context: Context) -> None:
    tap = Tap.read(update)
    if tap is not None:
        await refresh(tap)


def register(application: BotApplication) -> None:
    on_command(application, "start", come_in)
    on_command(application, "status", status)
    on_tap(application, to.AcceptTerms, accept)
    on_tap(application, to.Menu, menu)
    on_tap(application, to.Hide, hide)
    on_tap(application, to.PartnerChatOff, no_more_leads)
    application.add_handler(ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER))


def register_last(application: BotApplication) -> None:
    """Whatever no other handler knows."""
    application.add_handler(CallbackQueryHandler(unknown_button))
