"""Control API of the mailbox, `/control/mailbox/…`; described in the sandbox's README.md."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.mailbox.mailbox import Mailbox
from integrations.sandbox.mailbox.returns import HARD, KINDS

MAX_WAIT = 55.0
# What an operator may choose: what a server answers, at which command, and in which words.
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "421": ("connect", {"kind": "status", "status": 421, "description": "4.7.0 Try again later"}),
    "451": ("rcpt", {"kind": "status", "status": 451, "description": "4.7.1 Greylisted"}),
    "535": (
        "auth",
        {"kind": "status", "status": 535, "description": "5.7.8 Authentication failed"},
    ),
    "550": ("rcpt", {"kind": "status", "status": 550, "description": "5.1.1 No such user"}),
    "553": (
        "mail",
        {"kind": "status", "status": 553, "description": "5.7.1 Not owned by auth user"},
    ),
    "554": ("data", {"kind": "status", "status": 554, "description": "5.7.1 Suspicion of SPAM"}),
    "after": ("data", {"kind": "after"}),
    "reset": ("connect", {"kind": "reset"}),
}


@control("GET")
def letters(request: SandboxRequest) -> dict[str, Any]:
    """Letters, newest last; `to` filters; with `since` and `wait`, once something changed."""
    service, query = request.sandbox.get(Mailbox), request.GET
    hub = service.hub
    since = int(query.get("since", 0)) if query.get("epoch") == hub.epoch else -1
    to = query.get("to", "")
    with hub.lock:
        hub.wait(lambda: hub.revision > since, min(float(query.get("wait", 0)), MAX_WAIT))
        return {
            "epoch": hub.epoch,
            "revision": hub.revision,
            "port": service.port,
            "imap_port": service.imap_port,
            "daily_limit": service.state.daily_limit,
            "faults": [snapshot.dump(one) for one in hub.faults.of(service.slug)],
            "letters": [snapshot.dump(one) for one in service.state.letters if to in ("", one.to)],
        }


@control("POST")
def answer(request: SandboxRequest) -> dict[str, Any]:
    """`{"code": …, "times": …, "to": …}`: how the server answers from now on; "ok" is properly."""
    service, document = request.sandbox.get(Mailbox), request.body_object()
    code, times = str(document.get("code", "ok")), document.get("times")
    if code != "ok" and code not in ANSWERS:
        raise ControlError(f"unknown code {code!r}; known: ok, {', '.join(ANSWERS)}")
    with service.hub.lock:
        service.hub.faults.clear(service.slug)
        if code != "ok":
            operation, options = ANSWERS[code]
            options = dict(options)
            detail = {"description": options.pop("description", "")}
            service.hub.faults.plan(
                service.slug,
                options.pop("kind"),
                operation=operation,
                subject=str(document.get("to", "")),
                times=None if times is None else int(times),
                detail=detail,
                **options,
            )
        service.hub.changed(save=False)
        return {"faults": [snapshot.dump(one) for one in service.hub.faults.of(service.slug)]}


@control("POST")
def back(request: SandboxRequest) -> dict[str, Any]:
    """`{"id": …, "kind": …}`: the letter comes back (`hard`, `soft`, `delayed`) or somebody complains (`complaint`)."""
    service, document = request.sandbox.get(Mailbox), request.body_object()
    kind, number = str(document.get("kind", HARD)), document.get("id")
    if kind not in KINDS:
        raise ControlError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    with service.hub.lock:
        letter = next((one for one in service.state.letters if one.id == number), None)
        if letter is None:
            raise ControlError(f"there is no letter {number!r}")
        service.send_back(letter, kind)
        return {"returned": letter.returned}


@control("POST")
def limit(request: SandboxRequest) -> dict[str, Any]:
    """`{"a_day": …}`: how many letters the mailbox may send within 24 hours; 0: as many as there are."""
    service = request.sandbox.get(Mailbox)
    a_day = request.body_object().get("a_day", 0)
    if not isinstance(a_day, int) or a_day < 0:
        raise ControlError("a_day is a number of letters")
    with service.hub.lock:
        service.state.daily_limit = a_day
        service.hub.changed()
        return {"daily_limit": a_day}


@control("POST")
def clear(request: SandboxRequest) -> dict[str, Any]:
    """Throw the letters away."""
    service = request.sandbox.get(Mailbox)
    with service.hub.lock:
        service.state.letters, service.state.inbox = [], []
        service.hub.changed()
        return {"letters": []}
