from __future__ import annotations

import sentry_sdk
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from project.doctor.findings import Finding, failed, fine, warning


def configuration() -> list[Finding]:
    """Every system check; those of production too, unless this is a sandbox."""
    mode = "sandbox" if settings.SANDBOX else "production"
    try:
        messages = checks.run_checks(include_deployment_checks=not settings.SANDBOX)
    except ImproperlyConfigured as error:
        return [failed("Settings", str(error))]
    found = [
        (failed if message.level >= checks.ERROR else warning)(
            message.id or "check", message.msg, message.hint or ""
        )
        for message in messages
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    if not found:
        found = [fine("Settings", f"{mode}, release {settings.RELEASE}, {settings.PUBLIC_URL}")]
    return [*found, error_reports()]


def error_reports() -> Finding:
    """As this process has them: production starts them by SENTRY_DSN."""
    transport = sentry_sdk.get_client().transport
    dsn = transport.parsed_dsn if transport else None
    if dsn is None:
        return fine("Error reports", "off: SENTRY_DSN is not set")
    return fine("Error reports", f"sent to {dsn.host}")
