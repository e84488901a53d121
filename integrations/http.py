"""The one outgoing HTTP client: deadline, retries of safe calls, error mapping, redaction.

What goes wrong becomes one of two errors. `ServiceUnreachable`: no usable answer, ask again later.
`ServiceRefused`: the service said no (4xx). Neither their messages nor the log hold a header, a
query or a body, and a path only as `log_path` shows it.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import requests
import structlog
import urllib3

from integrations import skew, traffic
from integrations.errors import ConnectionLost, ServiceRefused, ServiceUnreachable
from integrations.transport import Call, new_session, under_deadline

log = structlog.get_logger(__name__)
# urllib3 writes URLs into its own log, and some hold a secret (Telegram's path is the bot's token).
# What it has to say reaches us as exceptions.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

MAX_ANSWER = 1024 * 1024  # bytes; nobody we talk to has a reason to send more
SAFE_METHODS = frozenset({"GET", "HEAD"})
PAUSE = 0.2  # seconds before the first repeat of a safe call
REQUEST_TIMEOUT = 408
TOO_MANY_REQUESTS = 429

File = tuple[str, bytes, str]  # name, content, MIME type
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `data` is the parsed JSON body, None when empty; fractions are Decimal."""

    status: int
    data: Any
    headers: Mapping[str, str]


class Received(NamedTuple):
    """An answer of any status, not looked into yet."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class _AnswerTooLarge(requests.RequestException):
    """The answer is over MAX_ANSWER."""


@dataclass(kw_only=True)
class Client:
    """A JSON client of one service; one object may serve many threads.

    `connect_timeout` and `deadline` are seconds. The deadline covers the whole call with its
    repeats, so that a service that drips one byte a second cannot hold a worker. Safe calls are
    repeated `retries` times.
    """

    service: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    connect_timeout: float = 3.05
    deadline: float = 10.0
    retries: int = 1
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False)

    def get(self, path: str, **kwargs: Any) -> Answer:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> Answer:
        return self.request("POST", path, **kwargs)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Mapping[str, File] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        log_path: str = "",
    ) -> Answer:
        """Send one call.

        `body` is sent as JSON (a Decimal as the number it is), or with `files` as the text fields of
        a multipart form. `log_path` stands in the log for a path that holds a secret.
        Raises ServiceUnreachable or ServiceRefused, both with the parsed answer in `payload`.
        """
        options: dict[str, Any] = {"params": params, "headers": headers}
        shown = log_path or path
        if files:
            options |= {"data": body, "files": files}
        elif body is not None:
            options["data"] = _written(body).encode()
            options["headers"] = {"Content-Type": "application/json", **(headers or {})}

        def attempt(until: float) -> Answer:
            return self._answer(self._attempt(method, path, shown, until, options))

        return self._repeated(method, attempt)

    def fetch(
        self, path: str, *, params: Mapping[str, str] | None = None, log_path: str = ""
    ) -> Received:
        """GET whatever is there, of any status, as the bytes that came: for services that answer in words.

        Raises ServiceUnreachable where no whole answer came; only that is repeated.
        """

        def attempt(until: float) -> Received:
            return self._attempt("GET", path, log_path or path, until, {"params": params})

        return self._repeated("GET", attempt)

    def _repeated(self, method: str, attempt: Callable[[float], Result]) -> Result:
        repeats = self.retries if method in SAFE_METHODS else 0
        until = time.monotonic() + self.deadline
        for repeat in range(repeats + 1):
            pause = PAUSE * (repeat + 1)
            try:
                return attempt(until)
            except ServiceUnreachable as error:
                hopeless = error.status == TOO_MANY_REQUESTS or time.monotonic() + pause > until
                if repeat == repeats or hopeless:
                    raise
            time.sleep(pause)
        raise AssertionError("the loop above returns or raises")

    def _attempt(
        self, method: str, path: str, log_path: str, until: float, options: Mapping[str, Any]
    ) -> Received:
        started = time.monotonic()
        url = f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"
        result: Received | ServiceUnreachable
        with under_deadline(until) as call:
            try:
                result = self._exchange(method, url, call, options)
                outcome: dict[str, Any] = {"status": result.status}
            except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
                result = self._failure(error, call)
                outcome = {"failure": type(error).__name__}
        elapsed = round((time.monotonic() - started) * 1000)
        log.info(
            "http.call", service=self.service, method=method, path=log_path, ms=elapsed, **outcome
        )
        status, answer = (
            (None, {})
            if isinstance(result, ServiceUnreachable)
            else (result.status, result.headers)
        )
        traffic.tell(traffic.Call(service=self.service, ms=elapsed, status=status, headers=answer))
        if isinstance(result, ServiceUnreachable):
            # Not raised where it was caught: the caught error holds the URL and would go along.
            raise result
        return result

    def _exchange(self, method: str, url: str, call: Call, options: Mapping[str, Any]) -> Received:
        left = max(call.until - time.monotonic(), 0.001)
        with self._session().request(
            method,
            url,
            timeout=(min(self.connect_timeout, left), left),
            allow_redirects=False,
            stream=True,
            **options,
        ) as response:
            skew.observe(response.headers)
            content = bytearray()
            for chunk in response.iter_content(16 * 1024):
                content += chunk
                if len(content) > MAX_ANSWER:
                    raise _AnswerTooLarge
            return Received(response.status_code, response.headers, bytes(content))

    def _failure(self, error: Exception, call: Call) -> ServiceUnreachable:
        """Our own error for a call without an answer; of `error` only the type's name is kept."""
        if not call.sent:
            return ServiceUnreachable(
                f"{self.service} cannot be connected to: {type(error).__name__}",
                service=self.service,
                maybe_executed=False,
            )
        if isinstance(error, _AnswerTooLarge):
            problem = f"answered with more than {MAX_ANSWER} bytes"
        elif isinstance(error, requests.Timeout) or time.monotonic() >= call.until:
            problem = f"did not answer within {self.deadline:g} s"
        elif call.answered:
            problem = f"broke off its answer: {type(error).__name__}"
        else:
            return ConnectionLost(
                f"{self.service} closed the connection without an answer", service=self.service
            )
        return ServiceUnreachable(f"{self.service} {problem}", service=self.service)

    def _answer(self, received: Received) -> Answer:
        """The answer, or the error that its status or its body stands for."""
        status = received.status
        readable, data = _parse(received.content)
        if status >= 500 or status in (REQUEST_TIMEOUT, TOO_MANY_REQUESTS):
            raise ServiceUnreachable(
                f"{self.service} answered {status}",
                service=self.service,
                status=status,
                payload=data,
                maybe_executed=status != TOO_MANY_REQUESTS,
            )
        if status >= 400:
            raise ServiceRefused(
                f"{self.service} refused with {status}",
                service=self.service,
                status=status,
                payload=data,
            )
        if status >= 300:
            raise ServiceUnreachable(
                f"{self.service} answered {status}, a redirect: is its base URL right?",
                service=self.service,
                status=status,
            )
        if not readable:
            raise ServiceUnreachable(
                f"{self.service} answered {status} with something that is not JSON",
                service=self.service,
                status=status,
            )
        return Answer(status=status, data=data, headers=received.headers)

    def _session(self) -> requests.Session:
        """One session per thread, and none inherited by a fork: sockets are not to be shared."""
        if getattr(self._local, "pid", None) != os.getpid():
            session = new_session()
            session.headers.update(self.headers)
            session.auth = self.auth
            self._local.session, self._local.pid = session, os.getpid()
        kept: requests.Session = self._local.session
        return kept


def _written(value: Any) -> str:
    """JSON. Fractions stay exact: json.dumps would want a float for them."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        pairs = [f"{json.dumps(str(name))}: {_written(item)}" for name, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join([_written(item) for item in value]) + "]"
    return json.dumps(value, allow_nan=False)


def _parse(content: bytes) -> tuple[bool, Any]:
    """Whether the body is JSON (nothing at all counts), and its value. Fractions stay exact."""
    if not content.strip():
        return True, None
    try:
        return True, json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return False, None
