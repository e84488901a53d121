"""Secrets that are set, and should be others: too short, or the sandbox's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from project.doctor.findings import Finding, failed, warning

SHORTEST = 20  # characters of a secret that is all that proves who calls
MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


def short_secrets(names: Sequence[str]) -> list[Finding]:
    """For secrets the owner thinks of; those a service gives out are as long as they are."""
    given = {name: settings.CREDENTIALS.get(name) or "" for name in names}
    return [
        warning("Secret", f"{name} has {len(value)} characters: it can be guessed", MAKE_ONE)
        for name, value in given.items()
        if 0 < len(value) < SHORTEST
    ]


def sandbox_values(names: Sequence[str]) -> list[Finding]:
    """Outside a sandbox a key that says "sandbox" was copied from one; nobody outside knows it."""
    if settings.SANDBOX:
        return []
    return [
        failed("Keys", f"{name} is the sandbox's", "Take the real one from the service's cabinet.")
        for name in names
        if "sandbox" in (settings.CREDENTIALS.get(name) or "").lower()
    ]
