from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from integrations.clock import now
from integrations.fns.client import get_fns
from integrations.fns.errors import AddressRefused, BadKey, FnsOff, FnsProblem
from partners.models import City, Keyword
from partners.selectors import checking
from project.doctor.findings import Finding, ago, failed, fine, warning

HINTS = {
    BadKey: "Check FNS_API_KEY: the cabinet at api-fns.ru shows it.",
    AddressRefused: "Allow this server's address in the cabinet at api-fns.ru.",
}


def tax_service(*, kept: bool) -> list[Finding]:
    """Asks for the limits, which costs nothing. `kept`: whether stored answers can be read."""
    found = _account()
    return [*found, *_kept()] if kept else found


def lists() -> list[Finding]:
    """The lists an installation starts with; an older one gets the newer of them by the same command."""
    words, towns = Keyword.objects.filter(is_active=True).count(), City.objects.count()
    found = f"{words} words, {towns} towns"
    if not words or not towns:
        hint = "Run: manage.py load_vocabulary. Without words no message is understood."
        return [warning("Lists", found, hint)]
    return [fine("Lists", found)]


def _account() -> list[Finding]:
    try:
        stat = get_fns().stat()
    except FnsOff as off:
        hint = "Set FNS_API_KEY, or do without: people check every application alone."
        return [warning("Key", str(off), hint)]
    except FnsProblem as problem:
        level = failed if type(problem) in HINTS else warning
        return [level("Account", str(problem), HINTS.get(type(problem), ""))]
    found = [fine("Account", stat.status or "answers")]
    for name in ("egr", "check"):
        limit = stat.methods.get(name)
        if limit is not None:
            detail = f"{limit.spent} of {limit.limit} used, until {stat.until or 'unknown'}"
            found.append((fine if limit.left else warning)(f"Calls of {name}", detail))
    return found


def _kept() -> list[Finding]:
    answers = checking.answers()
    found = [fine("Last answer", _when(answers.last) if answers.last else "none yet")]
    if answers.failed is not None:
        newer = answers.last is None or answers.failed > answers.last
        detail = f"{_when(answers.failed)}: {answers.error}; {answers.failures} in 24 h"
        found.append((warning if newer else fine)("Last failure", detail))
    found += [
        warning(f"Asking paused: {gate.name}", f"{gettext(gate.why)}, until {gate.until:%H:%M} UTC")
        for gate in checking.pauses()
    ]
    waiting = checking.waiting()
    silent = waiting["manual"]
    detail = f"{waiting['waiting']} wait for an answer, {silent} for people alone"
    found.append((warning if silent else fine)("Applications", detail))
    late = checking.overdue_partners()
    found.append((warning if late else fine)("Partners", f"{late} are overdue for a new look"))
    return found


def _when(moment: datetime) -> str:
    return f"{ago((now() - moment).total_seconds())} ago"
