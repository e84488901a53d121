"""The only way a call enters the project: read, verify, store by one INSERT, answer."""

from __future__ import annotations

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
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
    task: ClassVar[str]

    @abstractmethod
    def get_source(self, slug: str) -> CallbackSource:
        """The source a URL names. Raises Http404."""

    def answer(self, source: Any, raw: RawCallback) -> tuple[Ack, bool]:
        """What to reply, and whether the call is to be kept. A question that changes nothing is not."""
        return Ack(), True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing to negotiate, authenticate or throttle."""

    def post(self, request: Request, slug: str, kind: str = "") -> HttpResponse:
        source = self.get_source(slug)
        request_id = uuid.uuid4().hex
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
        raw, too_large = read(request, kind)
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
            row = inbox.store_callback(source=source.slug, raw=raw, request_id=request_id)
            wake(self.task)
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
                source=source.slug, raw=raw, verdict=verdict, reason=reason, request_id=request_id
            )
        log.warning("callback.refused", status=status, reason=reason, address=raw.remote_addr)
        answer = {400: "malformed", 403: "rejected", 413: "too large", 415: "content type"}[status]
        return HttpResponse(answer, status=status, content_type="text/plain")


def read(request: HttpRequest, kind: str) -> tuple[RawCallback, bool]:
    """The request as bytes, and whether it is larger than we read."""
    limit = settings.CALLBACK_MAX_BYTES
    body = request.read(limit + 1)
    raw = RawCallback(
        body=body[:limit],
        headers={name.lower(): value for name, value in request.headers.items()},
        kind=kind,
        remote_addr=client_address(request.META, settings.TRUSTED_PROXIES),
    )
    return raw, len(body) > limit


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
