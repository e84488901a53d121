"""Structured logs: one event a line, with the request's or the case's id, secrets taken out at the last moment."""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from project import env

# Values of keys like these are never printed, however deep they stand.
SECRET_KEYS = re.compile(
    r"(secret|token|password|passwd|authorization|cookie|api_?key)", re.IGNORECASE
)
HIDDEN = "***"
SHORTEST_SECRET = 6  # characters; hiding something shorter would blacken half of every line
# What gives a secret away in any text, whoever wrote it: a traceback, a library, a repr().
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # a bot token inside a URL: the Bot API puts it into every path
    (re.compile(r"\b(?:bot)?\d{3,}:[A-Za-z0-9_-]{8,}"), HIDDEN),
    # the password of an address with a user in it
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # a key of our API, wherever somebody pasted it
    (re.compile(r"\bprv_[A-Za-z0-9_-]{8,}"), f"prv_{HIDDEN}"),
    # a payer's card: the last four digits are enough to recognise it
    (re.compile(r"(?<![\w.-])\d{4}([ -]?)\d{4}\1\d{4}\1(\d{4})(?![\w-])"), rf"{HIDDEN}\2"),
    # an e-mail address keeps its first letter and its domain
    (re.compile(r"\b([\w+-])[\w.+-]*@([\w-]+\.[\w.-]+)"), rf"\1{HIDDEN}@\2"),
)
QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "urllib3": logging.CRITICAL,  # it quotes whole addresses, some of which hold a secret
    "telegram": logging.WARNING,
    "apscheduler": logging.WARNING,
    "celery.redirected": logging.WARNING,
    "celery.worker.strategy": logging.WARNING,  # "task received", several a second
    "celery.app.trace": logging.WARNING,  # "task succeeded", with whatever it returned
    "celery.beat": logging.WARNING,  # "sending due task"
    "fontTools": logging.WARNING,  # a hundred lines for every invoice in PDF
    "django.request": logging.ERROR,  # every 404 of a scanner, and each refused call a second time
    "django.security.DisallowedHost": logging.CRITICAL,  # a scanner's traceback
}


def configure(_config: Mapping[str, Any]) -> None:
    """Called by Django as LOGGING_CONFIG. Standard logging and structlog end in the same handler."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.LOG_LEVEL)
    for noisy, level in QUIET.items():
        logging.getLogger(noisy).setLevel(level)
    for served in ("_granian", "django.server"):
        own = logging.getLogger(served)
        own.handlers.clear()
        own.propagate = True
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def formatter() -> logging.Formatter:
    """What turns any record, ours or a library's, into one line. Also named by granian's own logging file."""
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.LOG_FORMAT == "console":
        # Without its own tracebacks: those would print local variables.
        render = structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # before redaction: messages of exceptions hold secrets too
            redact,
            render,
            scrub_line,
        ],
    )


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
    ]


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No secret leaves the process, whoever logged it."""
    cleaned = _clean(event)
    event.clear()
    event.update(cleaned)
    return event


def scrub_line(_logger: Any, _name: str, line: Any) -> str:
    """The finished line once more: objects became text only while it was rendered."""
    return _without_known(str(line))


def scrub(text: str) -> str:
    """Any text as it may be shown to people or sent elsewhere."""
    text = _without_known(text)
    for pattern, shown in PATTERNS:
        text = pattern.sub(shown, text)
    return text


@lru_cache(maxsize=1)
def known_secrets() -> tuple[str, ...]:
    """The configured credentials themselves, the longest first, so that they are found inside any text.

    Read once: the environment does not change under a running process.
    """
    names = _secret_names({*settings.CREDENTIALS, *env.given_by_file()})
    named = [settings.CREDENTIALS.get(name, "") for name in names]
    databases = [*settings.DATABASES.values(), settings.DATABASE_SESSION or {}]
    passwords = [str(database.get("PASSWORD", "")) for database in databases]
    for url in (settings.REDIS_URL, settings.CELERY_BROKER_URL):
        passwords.append(urlsplit(url).password or "")
    found = {
        value
        for value in (*named, *passwords, settings.SECRET_KEY, settings.METRICS_TOKEN)
        if len(value) >= SHORTEST_SECRET
    }
    return tuple(sorted(found | {quote(value, safe="") for value in found}, key=len, reverse=True))


@receiver(setting_changed)
def forget_secrets(**_: Any) -> None:
    known_secrets.cache_clear()


def _secret_names(names: Iterable[str]) -> list[str]:
    return [name for name in names if SECRET_KEYS.search(name)]


def _without_known(text: str) -> str:
    for secret in known_secrets():
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if SECRET_KEYS.search(str(key)) else _clean(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, int | float):
        return value
    return scrub(str(value) if isinstance(value, BaseException) else repr(value))
