"""Error reports to a Sentry of the owner's choice; off without SENTRY_DSN, and without secrets always."""

from __future__ import annotations

from typing import Any, cast

import sentry_sdk
from sentry_sdk.types import Event

from project.logs import redact


def start(dsn: str, *, release: str) -> None:
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,  # they hold keys and customers' data
        max_request_body_size="never",  # callbacks are in the database already
        before_send=clean,
        before_breadcrumb=lambda crumb, _hint: cast("dict[str, Any]", redact(None, "", crumb)),
    )


def clean(event: Event, _hint: dict[str, Any]) -> Event:
    return cast("Event", redact(None, "", cast("dict[str, Any]", event)))
