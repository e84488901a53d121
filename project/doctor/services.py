from __future__ import annotations

from django.conf import settings

from integrations.errors import IntegrationError
from integrations.mail.bounces.incoming import get_incoming
from integrations.mail.errors import MailOff
from integrations.mail.sender import get_mailbox
from integrations.remnawave.client import get_panel
from integrations.services import mail_gate
from integrations.telegram.client import get_bot_api
from project.doctor.findings import Finding, failed, fine, warning


def panel() -> list[Finding]:
    try:
        return [fine("Panel", f"version {get_panel().health()}")]
    except IntegrationError as error:
        hint = "" if error.retryable else "Check REMNAWAVE_BASE_URL and REMNAWAVE_API_TOKEN."
        return [failed("Panel", str(error), hint)]


def telegram() -> list[Finding]:
    try:
        bot = get_bot_api().get_me()
    except IntegrationError as error:
        return [failed("Bot", str(error), "" if error.retryable else "Check BOT_TOKEN.")]
    about = fine("Bot", f"@{bot.username}, {settings.BOT_MODE}")
    return [about, *_channel(bot.id), *_staff_group(bot.id)]


def _staff_group(bot_id: int) -> list[Finding]:
    """Notices need a chat or an address; topics need a group that has them, and the right to make them."""
    if not settings.STAFF_CHAT_ID:
        if settings.STAFF_EMAIL:
            return []
        hint = "Set STAFF_CHAT_ID or STAFF_EMAIL; until then notices stand in the admin alone."
        return [warning("Staff group", "nobody hears notices", hint)]
    api, chat_id = get_bot_api(), int(settings.STAFF_CHAT_ID)
    try:
        chat = api.get_chat(chat_id)
        rights = api.get_chat_member(chat_id, bot_id)
    except IntegrationError as error:
        hint = "" if error.retryable else "Add the bot to the group and check STAFF_CHAT_ID."
        return [failed("Staff group", str(error), hint)]
    if not chat.is_forum:
        return [fine("Staff group", f"{chat.title}, without topics: all notices in one chat")]
    if not rights.manages_topics:
        hint = "Make the bot an administrator who manages topics."
        return [warning("Staff group", "the bot may not make topics there", hint)]
    return [fine("Staff group", f"{chat.title}, with topics")]


def _channel(bot_id: int) -> list[Finding]:
    """The bonus for the channel works only where the bot is an administrator: it may not see members otherwise."""
    if not settings.BONUS_CHANNEL:
        return []
    hint = "Make the bot an administrator of BONUS_CHANNEL, or empty the setting."
    try:
        member = get_bot_api().get_chat_member(settings.BONUS_CHANNEL, bot_id)
    except IntegrationError as error:
        return [failed("Bonus channel", str(error), "" if error.retryable else hint)]
    if member.status not in ("administrator", "creator"):
        return [failed("Bonus channel", f"the bot is {member.status} there", hint)]
    return [fine("Bonus channel", settings.BONUS_CHANNEL)]


def mail() -> list[Finding]:
    """Signs in at the mail server. Without one the shop works; whoever blocked the bot just hears nothing."""
    try:
        mailbox = get_mailbox()
    except MailOff as off:
        hint = "Set SMTP_HOST, SMTP_USER, SMTP_PASSWORD and EMAIL_FROM, or do without."
        return [warning("E-mail", f"off: {off}", hint)]
    try:
        mailbox.hello()
    except IntegrationError as error:
        hint = "" if error.retryable else "Check SMTP_USER, SMTP_PASSWORD and SMTP_PORT."
        return [failed("E-mail", str(error), hint)]
    return [fine("E-mail", f"{mailbox.from_address} at {mailbox.host}:{mailbox.port}"), _bounces()]


def waiting_letters() -> list[Finding]:
    """Why letters wait. Reads the database."""
    return [
        failed(
            f"Letters wait ({pause.scope})",
            f"{pause.why}: {pause.said}, until {pause.until:%Y-%m-%d %H:%M} UTC",
            "None is lost. Admin: pauses of letters.",
        )
        for pause in mail_gate.pauses()
    ]


def _bounces() -> Finding:
    """Opens the mailbox letters come back to."""
    try:
        incoming = get_incoming()
    except MailOff as off:
        hint = "Set IMAP_HOST, or letters go to addresses nobody reads at for ever."
        return warning("Bounces", f"off: {off}", hint)
    try:
        with incoming.open():
            return fine("Bounces", f"{incoming.folder} at {incoming.host}:{incoming.port}")
    except IntegrationError as error:
        hint = "" if error.retryable else "Check IMAP_USER, IMAP_PASSWORD and IMAP_FOLDER."
        return failed("Bounces", str(error), hint)
