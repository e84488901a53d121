"""The schema, and the page on which a person reads and tries it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.base import Problems

# Swagger UI sets styles on its elements and draws its icons from data: addresses. No script stands in the page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class PlainJson(OpenApiJsonRenderer):
    """For whoever asks for `application/json`, or for anything."""

    media_type = JSONRenderer.media_type


class Schema(Problems, SpectacularAPIView):
    """OpenAPI 3 in the language of the request."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = [PlainJson, OpenApiJsonRenderer, OpenApiYamlRenderer]
    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        del answer.headers[
            "Content-Disposition"
        ]  # a file name in Cyrillic, which a header cannot hold
        return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    response = render(request, "partners/api_docs.html", {"title": _("API реестра партнёров")})
    response["Content-Security-Policy"] = POLICY
    return response
