"""What the registry's own form does: one submission however often it is sent, and no flood from one network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from integrations.clock import now
from partners.models import Application, Decision
from partners.services import allowances
from partners.services.aliases import Raw
from partners.services.applications import REPLACEABLE, submit
from partners.services.reading import tidy
from partners.services.sign_in import network_of

WINDOW = timedelta(hours=1)
LIMIT = 20  # submissions of one network in WINDOW: an office has one address
Status = Application.Status


def seconds_to_wait(remote_addr: str) -> int:
    """Count one submission; how long this network has to wait, 0 when there is room."""
    network = network_of(remote_addr)
    if not network:
        return 0
    return allowances.spend(f"join:{network}", limit=LIMIT, window=WINDOW)


def send(
    *,
    form: str,
    raw: Raw,
    language: str,
    number: str,
    files: Iterable[UploadedFile[Any]] = (),
    previous: Application | None = None,
) -> Application:
    """Keep what was typed. Pressed twice it is one; gone back to and changed, it takes the first one's place."""
    files = list(files)
    common: dict[str, Any] = {"form": form, "source": Application.Source.SITE, "language": language}
    first = submit(**common, raw=raw, tranid=number, previous=previous, files=files)
    kept = tidy(raw)
    if first.raw == kept:
        return first
    # The same page, sent again with other words.
    newest = latest(first)
    if newest.raw == kept or newest.status not in REPLACEABLE:
        return newest
    words = sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]
    return submit(**common, raw=raw, tranid=f"{number}:{words}", previous=newest, files=files)


def correct(
    application: Application, *, raw: Raw, number: str, files: Iterable[UploadedFile[Any]] = ()
) -> Application:
    """Send an application again. Where it may not be any more, nothing happens: the newest of its line is returned."""
    decision = application.decisions.order_by("-id").first()
    if not may_correct(application, decision):
        return latest(application)
    return send(
        form=application.form,
        raw=raw,
        language=application.language,
        number=number,
        files=files,
        previous=application,
    )


def latest(application: Application) -> Application:
    """The last of those that took each other's place."""
    while (newer := application.corrections.order_by("-id").first()) is not None:
        application = newer
    return application


def may_correct(application: Application, decision: Decision | None) -> bool:
    """Whether the applicant may send it again: until it is approved or replaced, and by the rule of a rejection."""
    if application.status in REPLACEABLE:
        return True
    if application.status != Status.REJECTED or decision is None:
        return False
    if application.corrections.exists():  # that one goes on
        return False
    return decision.reapply_after is not None and decision.reapply_after <= now()
