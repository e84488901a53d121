"""Control API of the bots, `/control/protalk/…`, and their page; described in the sandbox's README.md."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control, page
from integrations.sandbox.protalk.bots import ProTalk
from integrations.sandbox.protalk.state import BOTS, FORMATS, PLACES, Chat

MAX_WAIT = 55.0
# How the API answers from now on.
ANSWERS: dict[str, dict[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 5.0},
    "401": {"kind": "status", "status": 401, "detail": {"text": "Unauthorized"}},
    "429": {"kind": "status", "status": 429, "detail": {"text": "Too Many Requests"}},
    "500": {"kind": "status", "status": 500},
    "after": {"kind": "after"},
    "reset": {"kind": "reset"},
}


def window(request: SandboxRequest) -> HttpResponse:
    """The chats of both bots."""
    words = {"bots": BOTS, "places": PLACES, "formats": FORMATS}
    return page(request, "sandbox/protalk/window.html", words)


@control("GET")
def chats(request: SandboxRequest) -> dict[str, Any]:
    """Everything, chats newest first; with `since` and `wait`, once something changed."""
    service, query = request.sandbox.get(ProTalk), request.GET
    since = int(query.get("since", 0)) if query.get("epoch") == service.hub.epoch else -1
    seconds = min(float(query.get("wait", 0)), MAX_WAIT)
    with service.hub.lock:
        service.hub.wait(lambda: service.hub.revision > since, seconds)
        return service.overview()


@control("POST")
def open_chat(request: SandboxRequest) -> dict[str, Any]:
    """`{"bot": "client" | "partner", "name"?}`."""
    service, document = request.sandbox.get(ProTalk), request.body_object()
    with service.hub.lock:
        name = str(document.get("name", ""))[:100]
        return {"chat": snapshot.dump(service.open(str(document.get("bot", "client")), name))}


@control("POST")
def say(request: SandboxRequest) -> dict[str, Any]:
    """`{"chat": …, "text": …, "wait"?}`: the person writes."""
    service, document = request.sandbox.get(ProTalk), request.body_object()
    text = str(document.get("text", "")).strip()
    if not text:
        raise ControlError("nothing is said")
    with service.hub.lock:
        chat = service.find(str(document.get("chat", "")))
        service.say(chat, text)
        return _waited(service, chat, document)


@control("POST")
def lead(request: SandboxRequest) -> dict[str, Any]:
    """`{"chat": …, "name"?, "phone"?, "email"?, "text"?, "wait"?}`: the bot has collected contacts."""
    service, document = request.sandbox.get(ProTalk), request.body_object()
    contacts = {name: str(document.get(name, "")) for name in ("name", "phone", "email")}
    if not any(contacts.values()):
        raise ControlError("no contacts are given")
    with service.hub.lock:
        chat = service.find(str(document.get("chat", "")))
        service.leave_contacts(chat, contacts, str(document.get("text", "")))
        return _waited(service, chat, document)


@control("POST")
def again(request: SandboxRequest) -> dict[str, Any]:
    """`{"chat": …, "wait"?}`: the chat's last call once more."""
    service, document = request.sandbox.get(ProTalk), request.body_object()
    with service.hub.lock:
        chat = service.find(str(document.get("chat", "")))
        service.again(chat)
        return _waited(service, chat, document)


@control("POST")
def answer(request: SandboxRequest) -> dict[str, Any]:
    """`{"code": …, "times"?, "seconds"?}`: ok, slow, 401, 429, 500, after (done, the answer is lost) or reset."""
    service, document = request.sandbox.get(ProTalk), request.body_object()
    code, times = str(document.get("code", "ok")), document.get("times")
    if code != "ok" and code not in ANSWERS:
        raise ControlError(f"unknown code {code!r}; known: ok, {', '.join(ANSWERS)}")
    with service.hub.lock:
        service.hub.faults.clear(service.slug)
        if code in ANSWERS:
            options = dict(ANSWERS[code])
            if "seconds" in document:
                options["seconds"] = float(document["seconds"])
            service.hub.faults.plan(
                service.slug,
                options.pop("kind"),
                times=None if times is None else int(times),
                **options,
            )
        service.hub.changed()
        return service.overview()


@control("POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """`place`, `format`, `callback_url`, `retry_seconds`, `with_number`, `answer`, `polls`, `stale`."""
    service = request.sandbox.get(ProTalk)
    with service.hub.lock:
        service.choose(request.body_object())
        return service.overview()


def _waited(service: ProTalk, chat: Chat, document: dict[str, Any]) -> dict[str, Any]:
    """The chat, once its last call was tried (the caller holds the lock)."""
    service.wait_tried(chat, document)
    return {"chat": snapshot.dump(chat)}
