"""Control API of the simulated tax service, `/control/fns/…`; described in the sandbox's README.md."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.fns.register import is_genuine
from integrations.sandbox.fns.service import METHODS, Fns
from integrations.sandbox.fns.state import Company

MAX_WAIT = 55.0
# How the service answers from now on.
ANSWERS: dict[str, dict[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 5.0},
    "down": {"kind": "reset"},
    "soft": {"kind": "status", "status": 200},
    "string": {"kind": "garbage"},
    "key": {"kind": "status", "status": 403, "detail": {"error": "Ошибка: Неверный ключ (1)"}},
}
CHANGEABLE = frozenset(
    {
        "name",
        "status",
        "closed",
        "registered",
        "address",
        "director",
        "managed_by",
        "negative",
        "kpp",
    }
)


def _overview(service: Fns) -> dict[str, Any]:
    hub, state = service.hub, service.state
    companies = list(service.register().values())
    return {
        "epoch": hub.epoch,
        "revision": hub.revision,
        "faults": [snapshot.dump(one) for one in hub.faults.of(service.slug)],
        "companies": [snapshot.dump(one) for one in reversed(companies)],
        "spent": {method: state.spent.get(method, 0) for method in METHODS},
        "limit": state.limit,
        "over_quota": service.is_spent,
        "generate": state.generate,
    }


@control("GET")
def companies(request: SandboxRequest) -> dict[str, Any]:
    """The whole register, newest first; with `since` and `wait`, once something changed."""
    service, query = request.sandbox.get(Fns), request.GET
    since = int(query.get("since", 0)) if query.get("epoch") == service.hub.epoch else -1
    with service.hub.lock:
        service.hub.wait(
            lambda: service.hub.revision > since, min(float(query.get("wait", 0)), MAX_WAIT)
        )
        return _overview(service)


@control("POST")
def change(request: SandboxRequest) -> dict[str, Any]:
    """`{"inn": …, <field>: …}`: write fields of a company; of one that does not exist yet make it first.

    `{"inn": …, "liquidate": true}` closes it today, `"reopen": true` undoes that.
    """
    service, document = request.sandbox.get(Fns), request.body_object()
    inn = str(document.pop("inn", "")).strip()
    with service.hub.lock:
        company = service.find(inn)
        if company is None:
            if not is_genuine(inn):
                raise ControlError("the check digits of the INN are wrong")
            company = service.register()[inn] = Company(
                inn=inn, ogrn="", kind="ИП" if len(inn) == 12 else "ЮЛ", name="Новая"
            )
        if document.pop("liquidate", False):
            company.status = "Прекратило деятельность" if company.kind == "ИП" else "Ликвидировано"
            company.closed = service.hub.clock.now().date().isoformat()
        if document.pop("reopen", False):
            company.status, company.closed = "Действующее", ""
        unknown = document.keys() - CHANGEABLE
        if unknown:
            raise ControlError(f"no such field: {', '.join(sorted(unknown))}")
        for name, value in document.items():
            setattr(company, name, value if name == "negative" else str(value))
        service.hub.changed()
        return {"company": snapshot.dump(company)}


@control("POST")
def answer(request: SandboxRequest) -> dict[str, Any]:
    """`{"code": …, "times"?, "seconds"?}`: ok, slow, down, soft, string, key, or quota (nothing left)."""
    service, document = request.sandbox.get(Fns), request.body_object()
    code, times = str(document.get("code", "ok")), document.get("times")
    if code not in ("ok", "quota", *ANSWERS):
        raise ControlError(f"unknown code {code!r}; known: ok, quota, {', '.join(ANSWERS)}")
    with service.hub.lock:
        service.hub.faults.clear(service.slug)
        service.state.spent = dict.fromkeys(METHODS, service.state.limit) if code == "quota" else {}
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
        return _overview(service)


@control("POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """`limit`: calls a method has; `generate`: whether any INN of region 99 has a company."""
    service, document = request.sandbox.get(Fns), request.body_object()
    with service.hub.lock:
        if "limit" in document:
            service.state.limit = int(document["limit"])
        if "generate" in document:
            service.state.generate = bool(document["generate"])
        service.hub.changed()
        return _overview(service)
