"""Control API of the simulated Telegram: `/control/telegram/…`; described in the sandbox's
README.md.
"""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.telegram import people, views
from integrations.sandbox.telegram.simulator import Telegram
from integrations.sandbox.telegram.state import Chat, Wire

MAX_WAIT = 55.0


def _chat(telegram: Telegram, document: Wire) -> Chat:
    try:
        return telegram.chat(int(document["chat_id"]))
    except (KeyError, ValueError):
        raise ControlError("chat_id is needed") from None


@control("GET", "POST")
def chats(request: SandboxRequest) -> dict[str, Any]:
    """GET: all chats. POST: a new one."""
    telegram = request.sandbox.get(Telegram)
    with telegram.hub.lock:
        if request.method == "GET":
            return {
                "chats": [
                    views.chat_summary(telegram, one) for one in telegram.state.chats.values()
                ]
            }
        document = request.body_object()
        chat_id = document.get("chat_id")
        chat = telegram.add_chat(
            chat_id=None if chat_id in (None, "") else int(str(chat_id)),
            first_name=str(document.get("name", "")),
            username=str(document.get("username", "")),
            language_code=str(document.get("language", "ru")),
            start_payload=str(document.get("start", "")),
            kind=str(document.get("type", "private")),
            title=str(document.get("title", "")),
        )
        return {"chat": views.chat_summary(telegram, chat)}


@control("POST")
def send(request: SandboxRequest) -> dict[str, Any]:
    """A text from the person; an unknown chat id makes a new customer."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat_id = int(document.get("chat_id", 0))
        known = telegram.state.chats.get(chat_id)
        chat = known or telegram.add_chat(
            chat_id=chat_id, language_code=str(document.get("language", "ru"))
        )
        message = people.say(telegram, chat, str(document.get("text", "")))
        return {"message": views.message_view(message)}


@control("POST")
def start(request: SandboxRequest) -> dict[str, Any]:
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        message = people.start(
            telegram, _chat(telegram, document), str(document.get("payload", ""))
        )
        return {"message": views.message_view(message)}


@control("POST")
def edit(request: SandboxRequest) -> dict[str, Any]:
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat = _chat(telegram, document)
        message = people.correct(
            telegram, chat, int(document.get("message_id", 0)), str(document.get("text", ""))
        )
        return {"message": views.message_view(message)}


@control("POST")
def press(request: SandboxRequest) -> dict[str, Any]:
    """A button, by `data` or `text`; with `wait` seconds the bot's answer is waited for."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        message_id = document.get("message_id")
        pressed = people.press(
            telegram,
            _chat(telegram, document),
            message_id=None if message_id is None else int(message_id),
            data=str(document.get("data", "")),
            text=str(document.get("text", "")),
            stale=bool(document.get("stale", False)),
        )
        telegram.hub.wait(lambda: pressed.answered, min(float(document.get("wait", 0)), MAX_WAIT))
        return {"press": views.press_view(pressed)}


@control("POST")
def block(request: SandboxRequest) -> dict[str, Any]:
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat = _chat(telegram, document)
        people.block(telegram, chat, blocked=bool(document.get("blocked", True)))
        return {"chat": views.chat_summary(telegram, chat)}


@control("POST")
def channel(request: SandboxRequest) -> dict[str, Any]:
    """The person joins the owner's channel, or leaves it. Nobody is told: the bot has to ask."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat = _chat(telegram, document)
        chat.in_channel = bool(document.get("joined", True))
        telegram.touch(chat)
        return {"chat": views.chat_summary(telegram, chat)}


@control("POST")
def group(request: SandboxRequest) -> dict[str, Any]:
    """The staff group: who is at the screen (`person`), a topic deleted, topics on or off, the bot's right."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat = _chat(telegram, document)
        wanted = int(document.get("person", 0))
        chat.person = next((one for one in chat.members if one.id == wanted), chat.person)
        if "delete_topic" in document:
            telegram.drop_topic(chat, int(document["delete_topic"]))
        chat.is_forum = bool(document.get("is_forum", chat.is_forum))
        chat.manages_topics = bool(document.get("manages_topics", chat.manages_topics))
        telegram.touch(chat)
        return {"chat": views.chat_summary(telegram, chat)}


@control("POST")
def read(request: SandboxRequest) -> dict[str, Any]:
    """The person looked at the chat."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        chat = _chat(telegram, document)
        if chat.unread:
            chat.unread = 0
            telegram.touch(chat)
        return {}


@control("GET")
def messages(request: SandboxRequest) -> dict[str, Any]:
    """Messages of a chat newer than revision `after`; waits up to `wait` seconds for one."""
    telegram = request.sandbox.get(Telegram)
    chat_id, after = int(request.GET.get("chat_id", 0)), int(request.GET.get("after", 0))
    only_bot = request.GET.get("from") == "bot"

    def found() -> list[Wire]:
        return [
            views.message_view(one)
            for one in telegram.history(chat_id)
            if one.revision > after and (one.outgoing or not only_bot)
        ]

    with telegram.hub.lock:
        telegram.hub.wait(lambda: bool(found()), min(float(request.GET.get("wait", 0)), MAX_WAIT))
        return {"messages": found(), "revision": telegram.hub.revision}


@control("GET")
def changes(request: SandboxRequest) -> dict[str, Any]:
    """For open pages: everything after `since`; another `epoch` means: begin anew from 0."""
    telegram = request.sandbox.get(Telegram)
    hub = telegram.hub
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == hub.epoch else 0

    def news() -> dict[str, Any]:
        found = views.changes(telegram, since)
        return found if found["chats"] or found["messages"] or found["presses"] else {}

    with hub.lock:
        if since:
            seen = hub.epoch
            hub.wait(
                lambda: bool(news()) or hub.epoch != seen,
                min(float(request.GET.get("wait", 0)), MAX_WAIT),
            )
            if hub.epoch != seen:
                since = 0
        return views.changes(telegram, since)


@control("POST")
def update(request: SandboxRequest) -> dict[str, Any]:
    """Deliver a raw update, or repeat a confirmed one: `{"repeat": update_id}`; 0 is the last."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        state = telegram.state
        if "repeat" in document:
            wanted = int(document["repeat"])
            old = [one for one in state.delivered if wanted in (0, one["update_id"])]
            if not old:
                raise ControlError("no such update", 404)
            state.updates.insert(0, old[-1])
        else:
            state.last_update_id += 1
            state.updates.append(
                {"update_id": state.last_update_id} | dict(document.get("update", {}))
            )
        telegram.hub.changed()
        return {"pending": len(state.updates)}


@control("GET")
def status(request: SandboxRequest) -> dict[str, Any]:
    """Whether the bot is listening, and how."""
    telegram = request.sandbox.get(Telegram)
    with telegram.hub.lock:
        state = telegram.state
        return {
            "alive": telegram.bot_alive(),
            "webhook": state.webhook.url,
            "last_error": state.webhook.last_error_message,
            "pending": len(state.updates),
            "allowed_updates": state.allowed_updates,
            "commands": state.commands,
        }
