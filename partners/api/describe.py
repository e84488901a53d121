"""How a view is told in the schema: one decorator, so that every operation names its refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema

from partners.api.problems import KINDS, MEDIA_TYPE, TYPE
from partners.api.shapes import Problem

View = TypeVar("View", bound=Callable[..., Any])
ALWAYS = (401, 403, 406, 429, 500, 503)
WITH_A_BODY = (400, 413, 415, 422)


class KeyOfTheApi(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "partners.api.access.BearerToken"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "prv_…"}


def operation(
    *,
    name: str,
    tag: str,
    summary: Any,
    description: Any = "",
    scopes: Sequence[str],
    responses: Mapping[int, Any],
    request: Any = None,
    parameters: Sequence[Any] = (),
    refuses: Sequence[int] = (),
    examples: Sequence[OpenApiExample] = (),
    filters: bool = False,
) -> Callable[[View], View]:
    """`responses`: what is answered when all is well; `refuses`: statuses beside those every operation has."""
    statuses = {*ALWAYS, *refuses, *(WITH_A_BODY if request is not None else ())}
    problems = {
        (status, MEDIA_TYPE): OpenApiResponse(
            Problem, description=KINDS[status][1], examples=[_example(status)]
        )
        for status in sorted(statuses)
    }
    good = {(status, "application/json"): shape for status, shape in responses.items()}
    return extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description=description,
        request=request,
        parameters=list(parameters),
        responses={**good, **problems},
        examples=list(examples),
        filters=filters or None,
        extensions={"x-scopes": list(scopes)},
    )


def _example(status: int) -> OpenApiExample:
    kind, title = KINDS[status]
    return OpenApiExample(
        kind,
        value={
            "type": TYPE.format(kind),
            "title": title,
            "status": status,
            "detail": "…",
            "request_id": "5f2b0c7e9d3a4f1b8c6d7e8f90a1b2c3",
        },
        response_only=True,
        status_codes=[str(status)],
    )
