"""Control API of the simulated Umnico, `/control/umnico/…`; described in the sandbox's README.md."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.umnico import wire
from integrations.sandbox.umnico.account import Umnico
from integrations.sandbox.umnico.state import Talk

MAX_WAIT = 55.0


def _talk(umnico: Umnico, document: dict[str, Any]) -> Talk:
    return umnico.talk(int(document.get("lead", 0)))


@control("GET")
def talks(request: SandboxRequest) -> dict[str, Any]:
    """Everything; with `since` and `wait`, once something changed."""
    umnico, query = request.sandbox.get(Umnico), request.GET
    hub = umnico.hub
    since = int(query.get("since", 0)) if query.get("epoch") == hub.epoch else -1
    with hub.lock:
        hub.wait(lambda: hub.revision > since, min(float(query.get("wait", 0)), MAX_WAIT))
        return umnico.overview()


@control("POST")
def visit(request: SandboxRequest) -> dict[str, Any]:
    """`{"channel"?, "name"?, "phone"?}`: a new visitor."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    with umnico.hub.lock:
        facts = {name: str(document.get(name) or "") for name in ("name", "phone")}
        talk = umnico.visit(channel=str(document.get("channel") or "site"), **facts)
        return {"talk": snapshot.dump(talk)}


@control("POST")
def say(request: SandboxRequest) -> dict[str, Any]:
    """`{"lead"?, "text", "way"?, "picture"?, "channel"?, "name"?, "phone"?, "wait"?}`: as a visitor, maybe a new one.

    With `wait` once every webhook has taken the events, or their repeats are used up.
    """
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    with umnico.hub.lock:
        if document.get("lead"):
            talk = _talk(umnico, document)
        else:
            facts = {name: str(document.get(name) or "") for name in ("name", "phone")}
            talk = umnico.visit(channel=str(document.get("channel") or "site"), **facts)
        said = umnico.say(
            talk,
            str(document.get("text") or ""),
            way=str(document.get("way") or "plain"),
            picture=str(document.get("picture") or ""),
        )
        _wait(umnico, talk, document)
        return {"talk": snapshot.dump(talk), "message": snapshot.dump(said)}


@control("POST")
def manager(request: SandboxRequest) -> dict[str, Any]:
    """`{"lead", "text", "wait"?}`: a manager answers in Umnico's own window."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    with umnico.hub.lock:
        talk = _talk(umnico, document)
        said = umnico.answer(talk, str(document.get("text") or "Здравствуйте!"), by="manager")
        _wait(umnico, talk, document)
        return {"message": snapshot.dump(said)}


@control("POST")
def change(request: SandboxRequest) -> dict[str, Any]:
    """`{"lead", "name"?, "phone"?, "wait"?}`: the customer's card."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    with umnico.hub.lock:
        talk = _talk(umnico, document)
        facts = {name: str(document.get(name) or "") for name in ("name", "phone")}
        umnico.change(talk, **facts)
        _wait(umnico, talk, document)
        return {"talk": snapshot.dump(talk)}


@control("POST")
def event(request: SandboxRequest) -> dict[str, Any]:
    """`{"lead", "type", "wait"?}`: an event of that type about the dialogue; an unknown type has only its name."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    with umnico.hub.lock:
        talk, kind = _talk(umnico, document), str(document.get("type", ""))
        umnico.tell(talk, _event(talk, kind))
        _wait(umnico, talk, document)
        return {"deliveries": [snapshot.dump(one) for one in talk.deliveries]}


def _event(talk: Talk, kind: str) -> dict[str, Any]:
    if kind.startswith("message.") and talk.messages:
        return wire.message_event(talk, talk.messages[-1]) | {"type": kind}
    makers = {
        "lead": wire.lead_event,
        "customer": wire.customer_event,
        "integration": wire.integration_event,
    }
    maker = makers.get(kind.partition(".")[0])
    return maker(talk, kind) if maker else {"type": kind, "accountId": wire.ACCOUNT}


@control("POST")
def webhook(request: SandboxRequest) -> dict[str, Any]:
    """`{"status": "active" | "disabled" | "removed" | "foreign"}`: every webhook is that; foreign adds another's."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    status, state = str(document.get("status", "")), umnico.state
    with umnico.hub.lock:
        if status == "removed":
            state.webhooks = []
        elif status == "foreign":
            umnico.connect("https://other.example/hook", "CRM")
        elif status in ("active", "disabled"):
            for one in state.webhooks:
                one.status, one.failures = status, 0
        else:
            raise ControlError("status is active, disabled, removed or foreign")
        umnico.hub.changed()
        return {"webhooks": [snapshot.dump(one) for one in state.webhooks]}


@control("POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """`token_expired`, `disable_after`, `retry_seconds`."""
    umnico, document = request.sandbox.get(Umnico), request.body_object()
    chosen = umnico.state.options
    with umnico.hub.lock:
        chosen.token_expired = bool(document.get("token_expired", chosen.token_expired))
        chosen.disable_after = int(document.get("disable_after", chosen.disable_after))
        pauses = document.get("retry_seconds", chosen.retry_seconds)
        chosen.retry_seconds = [float(pause) for pause in pauses]
        umnico.hub.changed()
        return umnico.overview()


def _wait(umnico: Umnico, talk: Talk, document: dict[str, Any]) -> None:
    """Until the events of the dialogue have arrived (the caller holds the lock)."""
    tries = len(umnico.state.options.retry_seconds) + 1
    seconds = min(float(document.get("wait", 0)), MAX_WAIT)
    umnico.hub.wait(
        lambda: all(one.done or len(one.attempts) >= tries for one in talk.deliveries), seconds
    )
