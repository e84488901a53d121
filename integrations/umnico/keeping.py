"""Our address among those Umnico tells of events: it may switch off one that kept failing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import structlog
from django.conf import settings
from django.urls import reverse

from integrations.umnico.client import UmnicoApi, Webhook, get_umnico

log = structlog.get_logger(__name__)

NAME = "Provodnik"
# No description names the values; these are understood as "nothing is sent there".
OFF = frozenset({"0", "false", "off", "disabled", "inactive", "blocked", "stopped", "error"})


class State(StrEnum):
    ON = "on"
    OFF = "off"
    MISSING = "missing"
    UNSET = "unset"  # there is no key, or no secret for the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`ours` are the rows of our very address, `outdated` how many others begin like it: of an older secret."""

    state: State
    ours: tuple[Webhook, ...] = ()
    outdated: int = 0


def address() -> str:
    """Where events are to go, with the secret at its end; empty without one."""
    secret = str(settings.CREDENTIALS.get("UMNICO_WEBHOOK_SECRET") or "")
    path = reverse("integrations:callback", kwargs={"slug": "umnico"})
    return f"{settings.PUBLIC_URL}{path}/{quote(secret, safe='')}" if secret else ""


def look() -> Found:
    """What is registered, changing nothing. Raises IntegrationError."""
    if not settings.CREDENTIALS.get("UMNICO_API_KEY") or not address():
        return Found(state=State.UNSET)
    return _found(get_umnico())


def keep() -> State:
    """Register our address where it is missing or switched off; returns what was found before.

    Raises IntegrationError: the next run tries again.
    """
    found = look()
    if found.state in (State.MISSING, State.OFF):
        umnico = get_umnico()
        for one in found.ours:  # the same address cannot be registered twice
            umnico.remove_webhook(one.id)
        made = umnico.add_webhook(address(), name=NAME)
        log.warning("umnico.webhook_registered", was=found.state.value, made=made)
    elif found.state is State.ON:
        log.info("umnico.webhook_is_on", outdated=found.outdated)
    return found.state


def _found(umnico: UmnicoApi) -> Found:
    ours = address().rstrip("/")
    door = ours.rpartition("/")[0] + "/"
    rows = umnico.webhooks()
    own = tuple(one for one in rows if one.url.rstrip("/") == ours)
    outdated = sum(1 for one in rows if one.url.startswith(door)) - len(own)
    if any(one.status not in OFF for one in own):
        state = State.ON
    else:
        state = State.OFF if own else State.MISSING
    return Found(state=state, ours=own, outdated=outdated)
