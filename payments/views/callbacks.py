from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from integrations.callbacks import Ack, RawCallback
from integrations.views import ReceiveCallback
from payments.provider import EventKind, PaymentProvider, Verdict
from payments.registry import UnknownProvider, all_providers, get_provider
from payments.services import callbacks


class PaymentCallback(ReceiveCallback):
    """POST /payments/callbacks/<provider>[/<kind>], and the addresses providers were given before."""

    task: ClassVar[str] = callbacks.DRAIN

    def get_source(self, slug: str) -> PaymentProvider:
        try:
            return get_provider(slug)
        except UnknownProvider as error:
            raise Http404 from error

    def answer(self, source: PaymentProvider, raw: RawCallback) -> tuple[Ack, bool]:
        for event in source.parse(raw):
            if event.kind is EventKind.CHECK:
                verdict = callbacks.answer_check(provider=source.slug, event=event)
                return source.acknowledge(verdict), False
        return source.acknowledge(Verdict.ACCEPT), True


@require_safe
def public_file(request: HttpRequest, name: str) -> HttpResponse:
    """A text file a provider asks the owner of a domain to publish, e.g. /1plat.txt."""
    for provider in all_providers():
        body = provider.public_files(settings.CREDENTIALS).get(name)
        if body:
            return HttpResponse(body, content_type="text/plain")
    raise Http404
