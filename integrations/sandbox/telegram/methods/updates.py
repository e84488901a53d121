"""getUpdates with its long poll, webhooks, and the answer to a pressed button."""

from __future__ import annotations

import re
import time
from typing import Any

from integrations.sandbox.telegram.errors import BotApiError, bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Webhook, Wire

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
MAX_ANSWER = 200
MAX_POLL = 50
MAX_QUERY_AGE = 900  # seconds a pressed button waits for its answer
BUSY = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def get_updates(telegram: Messenger, params: Params) -> list[Wire]:
    """A second poll ends the first with 409, exactly as two copies of a bot experience it."""
    state = telegram.state
    if state.webhook.url:
        raise BotApiError(409, HOOKED)
    if params.structure("allowed_updates") is not None:
        state.allowed_updates = params.structure("allowed_updates")
    offset = params.integer("offset", 0)
    if offset < 0:
        offset = state.updates[offset]["update_id"] if len(state.updates) >= -offset else 0
    if offset:
        telegram.confirm(offset)
    telegram.poll_turn += 1
    turn = telegram.poll_turn
    telegram.last_poll = time.monotonic()
    telegram.hub.lock.notify_all()
    timeout = min(params.integer("timeout", 0), MAX_POLL)
    telegram.hub.wait(lambda: bool(telegram.state.updates) or telegram.poll_turn != turn, timeout)
    if telegram.poll_turn != turn:
        raise BotApiError(409, BUSY)
    telegram.last_poll = time.monotonic()
    return telegram.state.updates[: params.integer("limit", 100)]


def set_webhook(telegram: Messenger, params: Params) -> bool:
    if not params.text("url"):
        return delete_webhook(telegram, params)
    secret = params.text("secret_token")
    if not params.text("url").startswith(("http://", "https://")):
        raise bad_request("bad webhook: invalid URL")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.structure("allowed_updates") is not None:
        telegram.state.allowed_updates = params.structure("allowed_updates")
    connections = params.integer("max_connections", 40)
    telegram.state.webhook = Webhook(params.text("url"), secret, connections)
    telegram.poll_turn += 1
    return _dropped(telegram, params)


def delete_webhook(telegram: Messenger, params: Params) -> bool:
    telegram.state.webhook = Webhook()
    return _dropped(telegram, params)


def _dropped(telegram: Messenger, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        telegram.state.updates = []
    telegram.hub.changed()
    return True


def get_webhook_info(telegram: Messenger, params: Params) -> Wire:
    hook, state = telegram.state.webhook, telegram.state
    info: Wire = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error_date:
        info |= {
            "last_error_date": hook.last_error_date,
            "last_error_message": hook.last_error_message,
        }
    if state.allowed_updates:
        info["allowed_updates"] = state.allowed_updates
    return info


def answer_callback_query(telegram: Messenger, params: Params) -> bool:
    wanted = params.text("callback_query_id")
    press = next((one for one in reversed(telegram.state.presses) if one.id == wanted), None)
    if press is None or press.answered or telegram.now() - press.date > MAX_QUERY_AGE:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answered = True
    press.text, press.show_alert, press.url = text, params.flag("show_alert"), params.text("url")
    press.revision = telegram.hub.changed()
    return True


def accepted(telegram: Messenger, params: Params) -> Any:
    """For methods whose effect nobody in the sandbox can see."""
    return True


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": accepted,
    "pinChatMessage": accepted,
    "unpinChatMessage": accepted,
    "unpinAllChatMessages": accepted,
    "logOut": accepted,
    "close": accepted,
}
