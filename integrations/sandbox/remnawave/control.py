"""Control API of the simulated panel, `/control/remnawave/…`; described in README.md."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.remnawave.fields import Invalid, PanelError, date_of
from integrations.sandbox.remnawave.panel import Panel
from integrations.sandbox.remnawave.state import VERSIONS, User
from integrations.sandbox.remnawave.wire import subscription_url

OUTAGES: dict[str, dict[str, Any]] = {
    "refuse": {"kind": "status", "status": 503},
    "reset": {"kind": "reset"},
    "hang": {"kind": "hang"},
    "garbage": {"kind": "garbage"},
    "after": {"kind": "after"},
}
MAX_WAIT = 55.0


def _view(panel: Panel, user: User) -> dict[str, Any]:
    view: dict[str, Any] = snapshot.dump(user)
    return view | {"subscription_url": subscription_url(panel, user)}


def _overview(panel: Panel) -> dict[str, Any]:
    return {
        "epoch": panel.hub.epoch,
        "revision": panel.hub.revision,
        "now": panel.now().isoformat(),
        "version": panel.state.version,
        "versions": VERSIONS,
        "faults": [snapshot.dump(one) for one in panel.hub.faults.of(panel.slug)],
        "users": [_view(panel, user) for user in reversed(panel.every())],
    }


@control("GET")
def users(request: SandboxRequest) -> dict[str, Any]:
    """Everything the panel knows; with `since` and `wait`, once something changed."""
    panel = request.sandbox.get(Panel)
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == panel.hub.epoch else -1
    with panel.hub.lock:
        panel.hub.wait(
            lambda: panel.hub.revision > since, min(float(request.GET.get("wait", 0)), MAX_WAIT)
        )
        return _overview(panel)


@control("POST")
def version(request: SandboxRequest) -> dict[str, Any]:
    """Switch to 2.x or 3.x; the users stay."""
    panel = request.sandbox.get(Panel)
    wanted = str(request.body_object().get("version", ""))[:1]
    if wanted not in VERSIONS:
        raise ControlError('version must be "2" or "3"')
    with panel.hub.lock:
        panel.state.version = wanted
        panel.hub.changed()
        return {"version": wanted}


@control("POST")
def outage(request: SandboxRequest) -> dict[str, Any]:
    """`{"mode": …, "times": …}`: one failure until `mode` is "none", or for so many calls."""
    panel, document = request.sandbox.get(Panel), request.body_object()
    mode, times = str(document.get("mode", "none")), document.get("times")
    if mode != "none" and mode not in OUTAGES:
        raise ControlError(f"unknown mode {mode!r}; known: none, {', '.join(OUTAGES)}")
    with panel.hub.lock:
        panel.hub.faults.clear(panel.slug)
        if mode != "none":
            options = dict(OUTAGES[mode])
            operation = str(document.get("operation", "users.create" if mode == "after" else ""))
            panel.hub.faults.plan(
                panel.slug,
                options.pop("kind"),
                times=None if times is None else int(times),
                operation=operation,
                **options,
            )
        panel.hub.changed()
        return {"faults": [snapshot.dump(one) for one in panel.hub.faults.of(panel.slug)]}


@control("POST")
def act(request: SandboxRequest) -> dict[str, Any]:
    """What an operator does by hand: enable, disable, revoke, delete, or set the date."""
    panel, document = request.sandbox.get(Panel), request.body_object()
    action = str(document.get("action", ""))
    with panel.hub.lock:
        try:
            user = panel.one(lambda one: one.username == document.get("username"))
            if action == "delete":
                panel.delete(user)
            elif action == "set_date":
                user.expire_at = date_of(document.get("expire_at"))
                panel.hub.changed()
            elif action in ("enable", "disable", "revoke"):
                getattr(panel, action)(user, {})
            else:
                raise ControlError("action must be enable, disable, revoke, delete or set_date")
        except (PanelError, Invalid, ValueError) as error:
            raise ControlError(str(error)) from None
        return _overview(panel)
