"""The door of every service that is no payment provider. What a call must be is its source's business."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.request import Request

from integrations.callbacks import Ack, RawCallback
from integrations.sources import SOURCES, Source
from integrations.views import ReceiveCallback


class ServiceCallback(ReceiveCallback):
    """POST, and GET where a service uses it: /integrations/callbacks/<service>[/<secret>].

    The secret of the path goes no further than the source's check: it is not the call's `kind`.
    """

    http_method_names = ["get", "post"]
    task: ClassVar[str] = ""

    def post(self, request: Request, slug: str, secret: str = "") -> HttpResponse:
        if request._request.method not in self.get_source(slug).methods:
            return HttpResponse("method not allowed", status=405, content_type="text/plain")
        self.path_secret = secret or ""
        return super().post(request, slug)

    get = post

    def get_source(self, slug: str) -> Source:
        try:
            return SOURCES[slug](settings.CREDENTIALS)
        except KeyError as error:
            raise Http404 from error

    def answer(self, source: Source, raw: RawCallback) -> tuple[Ack, bool]:
        return source.answer(raw)

    def task_of(self, source: Source) -> str:
        return source.task

    def limit_of(self, source: Source) -> int:
        return source.max_bytes

    def read(self, request: HttpRequest, kind: str, limit: int) -> tuple[RawCallback, bool]:
        """A GET has no body: its query is what it says."""
        raw, too_large = super().read(request, kind, limit)
        query = str(request.META.get("QUERY_STRING", ""))
        body = query.encode() if request.method == "GET" else raw.body
        return replace(raw, body=body, query=query, path_secret=self.path_secret), too_large

    def storable(self, source: Source, raw: RawCallback) -> RawCallback:
        return source.storable(raw)
