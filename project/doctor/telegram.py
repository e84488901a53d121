"""The bot, the way its updates come, and the chats it has to be in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from bot.runner import WEBHOOK_PATH
from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.telegram.client import WebhookFacts, get_bot_api
from project.doctor.findings import Finding, ago, failed, fine, warning

MANY = 100  # updates that wait at Telegram: nobody takes them


def telegram() -> list[Finding]:
    try:
        bot = get_bot_api().get_me()
    except IntegrationError as error:
        return [failed("Bot", str(error), "" if error.retryable else "Check BOT_TOKEN.")]
    about = fine("Bot", f"@{bot.username}, {settings.BOT_MODE}")
    return [about, *_channel(bot.id), *_staff_group(bot.id), _updates()]


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


def _updates() -> Finding:
    """Telegram gives updates either to whoever asks or to one address, never to both."""
    try:
        webhook = get_bot_api().get_webhook()
    except IntegrationError as error:
        return failed("Updates", str(error))
    if settings.BOT_MODE != "webhook":
        if webhook.url:
            hint = "The bot takes it away when it starts. Has another program the same token?"
            return warning("Updates", f"go to {webhook.url}, not to this bot", hint)
        return _waiting(webhook, "asked for by the bot process (polling)")
    ours = f"{settings.PUBLIC_URL}/{WEBHOOK_PATH}"
    if webhook.url != ours:
        said = f"go to {webhook.url}" if webhook.url else "no webhook is set"
        hint = "The bot process sets it when it starts: is it running, and with this token alone?"
        return failed("Updates", f"{said}, not to {ours}", hint)
    if webhook.error and webhook.failed_at:
        age = (wall_clock() - datetime.fromtimestamp(webhook.failed_at, tz=UTC)).total_seconds()
        detail = f"{ours}; last failure {ago(age)} ago: {webhook.error}"
        hint = "Telegram calls with a certificate it believes and BOT_WEBHOOK_SECRET; nginx leads it to the bot."
        return warning("Updates", f"{detail}, {webhook.waiting} wait", hint)
    return _waiting(webhook, ours)


def _waiting(webhook: WebhookFacts, way: str) -> Finding:
    detail = f"{way}, {webhook.waiting} wait"
    if webhook.waiting > MANY:
        return warning("Updates", detail, "Is the bot running?")
    return fine("Updates", detail)
