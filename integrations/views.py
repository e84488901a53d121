"""The only way a call enters the project: read, verify, store by one INSERT, answer."""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from integrations.addresses import client_address
from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.models import InboundCallback
from integrations.services import inbox
from integrations.wakeups import wake

log = structlog.get_logger(__name__)

REFUSED_ROWS_A_MINUTE = (
    30  # per source and process; a flood is counted in the log, not in the database
)
LINES_A_SECOND = 100  # per process, about calls that were simply stored


class CallbackSource(Protocol):
    slug: ClassVar[str]
    content_types: ClassVar[frozenset[str]]

    def verify(self, raw: RawCallback) -> None: ...


class ReceiveCallback(APIView, ABC):
    """Subclasses name the source and the task that applies what was stored.

    DRF without its per-request machinery: no parser (signatures cover bytes), no negotiation, no throttle.
    """

    authentication_classes = ()
    permission_classes = ()
    parser_classes = ()
    http_method_names = ["post"]
    schema = None
    task: ClassVar[str]

    @abstractmethod
    def get_source(self, slug: str) -> CallbackSource:
        """The source a URL names. Raises Http404."""

    def answer(self, source: Any, raw: RawCallback) -> tuple[Ack, bool]:
        """What to reply, and whether the call is to be kept. A question that changes nothing is not."""
        return Ack(), True

    def task_of(self, source: Any) -> str:
        """The task that applies what this source sends."""
        return self.task

    def limit_of(self, source: Any) -> int:
        """Bytes of a body that are read."""
        return int(settings.CALLBACK_MAX_BYTES)

    def read(self, request: HttpRequest, kind: str, limit: int) -> tuple[RawCallback, bool]:
        return read(request, kind, limit)

    def storable(self, source: Any, raw: RawCallback) -> RawCallback:
        """The call as it may be kept: here whatever came, whose secret headers the inbox masks."""
        return raw

    @property
    def default_response_headers(self) -> dict[str, str]:
        """No Vary and no Allow: providers read the status and the body."""
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing to negotiate, authenticate or throttle."""

    def post(self, request: Request, slug: str, kind: str = "") -> HttpResponse:
        source = self.get_source(slug)
        request_id = f"{random.getrandbits(128):032x}"  # a name, not a secret
        with structlog.contextvars.bound_contextvars(request_id=request_id, source=source.slug):
            try:
                response = self._receive(request._request, source, kind or "", request_id)
            except DatabaseError as error:
                log.exception("callback.not_stored", error=type(error).__name__)
                response = HttpResponse("try again later", status=503, content_type="text/plain")
        response["X-Request-ID"] = request_id
        return response

    def _receive(
        self, request: HttpRequest, source: CallbackSource, kind: str, request_id: str
    ) -> HttpResponse:
        raw, too_large = self.read(request, kind, self.limit_of(source))
        if too_large:
            return self._refuse(source, raw, request_id, 413, "too_large")
        content_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if content_type and content_type not in source.content_types:
            return self._refuse(source, raw, request_id, 415, "content_type")
        try:
            source.verify(raw)
            ack, keep = self.answer(source, raw)
        except CallbackRejected as error:
            return self._refuse(source, raw, request_id, 403, str(error) or "rejected")
        except CallbackMalformed as error:
            return self._refuse(source, raw, request_id, 400, str(error) or "malformed")
        if keep:
            row = inbox.store_callback(
                source=source.slug, raw=self.storable(source, raw), request_id=request_id
            )
            wake(self.task_of(source))
            if rush.admits():
                log.info("callback.stored", callback=row, bytes=len(raw.body))
        return HttpResponse(ack.body, status=ack.status, content_type=ack.content_type)

    def _refuse(
        self, source: CallbackSource, raw: RawCallback, request_id: str, status: int, reason: str
    ) -> HttpResponse:
        verdict = InboundCallback.Verdict.REJECTED
        if status == 400:
            verdict = InboundCallback.Verdict.MALFORMED
        if sampled(source.slug):
            inbox.store_refused(
                source=source.slug,
                raw=self.storable(source, raw),
                verdict=verdict,
                reason=reason,
                request_id=request_id,
            )
        log.warning("callback.refused", status=status, reason=reason, address=raw.remote_addr)
        answer = {400: "malformed", 403: "rejected", 413: "too large", 415: "content type"}[status]
        return HttpResponse(answer, status=status, content_type="text/plain")


def read(request: HttpRequest, kind: str, limit: int) -> tuple[RawCallback, bool]:
    """The request as bytes, and whether it is larger than `limit`."""
    body = request.read(limit + 1)
    raw = RawCallback(
        body=body[:limit],
        headers=headers_of(request.META),
        kind=kind,
        remote_addr=client_address(request.META, settings.TRUSTED_PROXIES),
    )
    return raw, len(body) > limit


def headers_of(meta: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers, names in lower case, without the walk through django.http's mapping."""
    found = {
        name[5:].replace("_", "-").lower(): value
        for name, value in meta.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if value := meta.get(name):
            found[name.replace("_", "-").lower()] = value
    return found


class Rush:
    """Lets the first lines of each second into the log and counts the rest: a line costs more than storing the call.

    Nothing is lost by it: the stored row has the request's id, and the worker's lines carry it.
    """

    def __init__(self, a_second: int) -> None:
        self._a_second = a_second
        self._second = 0
        self._seen = 0
        self._lock = threading.Lock()

    def admits(self) -> bool:
        second = int(time.monotonic())
        unlogged = 0
        with self._lock:
            if second != self._second:
                unlogged = max(0, self._seen - self._a_second)
                self._second, self._seen = second, 0
            self._seen += 1
            admitted = self._seen <= self._a_second
        if unlogged:
            log.info("callback.rush", unlogged=unlogged)
        return admitted


rush = Rush(LINES_A_SECOND)
_refused: defaultdict[tuple[str, int], int] = defaultdict(int)
_refused_lock = threading.Lock()


def sampled(source: str) -> bool:
    """Whether this refusal gets a row of its own: the first REFUSED_ROWS_A_MINUTE of each minute do."""
    minute = int(time.monotonic() // 60)
    with _refused_lock:
        for past in [window for window in _refused if window[1] != minute]:
            del _refused[past]
        _refused[source, minute] += 1
        return _refused[source, minute] <= REFUSED_ROWS_A_MINUTE
