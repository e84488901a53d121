"""Structured logs: one event a line, with the request's or the case's id, secrets taken out at the last moment."""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from django.conf import settings

# Values of keys like these are never printed, however deep they stand.
SECRET_KEYS = re.compile(
    r"(secret|token|password|passwd|authorization|cookie|api_?key)", re.IGNORECASE
)
# A bot token inside a URL: the Bot API puts it into every path.
BOT_TOKEN = re.compile(r"\b(bot)?\d{3,}:[A-Za-z0-9_-]{8,}")
HIDDEN = "***"


def configure(_config: Mapping[str, Any]) -> None:
    """Called by Django as LOGGING_CONFIG. Standard logging and structlog end in the same handler."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
    ]
    console = settings.LOG_FORMAT == "console"
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=False)]
        if console
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, *last],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.LOG_LEVEL)
    for noisy in ("httpx", "httpcore", "urllib3", "telegram", "apscheduler", "celery.redirected"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor: no secret leaves the process, whoever logged it."""
    known = known_secrets()
    for key, value in event.items():
        event[key] = HIDDEN if SECRET_KEYS.search(key) else _clean(value, known)
    return event


def known_secrets() -> tuple[str, ...]:
    """The configured credentials themselves, so that they are found inside any text."""
    return tuple(
        value
        for name, value in settings.CREDENTIALS.items()
        if SECRET_KEYS.search(name) and len(value) >= 8
    )


def _clean(value: Any, known: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, HIDDEN)
        return BOT_TOKEN.sub(HIDDEN, value)
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if SECRET_KEYS.search(str(key)) else _clean(inner, known)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(inner, known) for inner in value]
    return value
