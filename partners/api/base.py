"""What all views of the API have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api import problems
from partners.api.access import BearerToken, FairUse, HasScope
from partners.api.parsing import StrictJson
from partners.models import ApiToken

Scope = ApiToken.Scope


class Problems(APIView):
    """Tells every refusal as a problem, and counts a request before it is judged: a wrong key costs too."""

    throttle_classes = (FairUse,)
    metadata_class = None
    http_method_names = ["get", "post", "patch", "head"]

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        return problems.answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.version, request.versioning_scheme = None, None
        try:
            self.perform_authentication(request)
        finally:
            self.check_throttles(request)
        self.check_permissions(request)
        renderer, media_type = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = renderer, media_type

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


class ApiView(Problems):
    """A view behind a key. `scopes` names for each method the rights of which one is enough."""

    authentication_classes = (BearerToken,)
    permission_classes = (HasScope,)
    renderer_classes = (JSONRenderer,)
    parser_classes = (StrictJson,)
    scopes: ClassVar[Mapping[str, tuple[str, ...]]] = {}


class Nothing(Problems):
    """Every address under /api/ that there is not, whatever the method."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
