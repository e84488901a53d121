"""Calls that come through the bot instead of over HTTP: from here on they are calls like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.services import inbox
from integrations.wakeups import wake
from payments.abilities import ReadsUpdates
from payments.provider import EventKind, Verdict
from payments.registry import ready_providers
from payments.services import callbacks

log = structlog.get_logger(__name__)


def receive_update(update: Mapping[str, Any]) -> Verdict | None:
    """Keep what an update of the Bot API says about money; returns the verdict where it asks for one.

    A question is answered and changes nothing; anything else is stored for the worker. None for an update that no
    provider knows, or that cannot be read: that one stays in the log only, and the order is found by a check.
    """
    for provider in ready_providers():
        raw = provider.callback_from(update) if isinstance(provider, ReadsUpdates) else None
        if raw is None:
            continue
        try:
            provider.verify(raw)
            events = provider.parse(raw)
        except (CallbackMalformed, CallbackRejected) as error:
            log.warning("update.unreadable", provider=provider.slug, reason=str(error))
            return None
        for event in events:
            if event.kind is EventKind.CHECK:
                return callbacks.answer_check(provider=provider.slug, event=event)
        inbox.store_callback(source=provider.slug, raw=raw)
        wake(callbacks.DRAIN)
        return Verdict.ACCEPT
    return None
