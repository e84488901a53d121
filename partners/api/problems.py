"""Every refusal in one shape: RFC 9457, `application/problem+json`, in the language that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from partners.errors import NotPossible

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:provodnik:problem:{}"

# Status -> its name for programs and its title for people.
KINDS: Mapping[int, tuple[str, Any]] = {
    400: ("malformed", _("Запрос не читается")),
    401: ("unauthorised", _("Нужен ключ API")),
    403: ("forbidden", _("Ключу это не разрешено")),
    404: ("not-found", _("Здесь ничего нет")),
    405: ("method-not-allowed", _("Так этот адрес не вызывают")),
    406: ("not-acceptable", _("В таком виде мы не отвечаем")),
    409: ("not-possible", _("Сейчас это невозможно")),
    413: ("too-large", _("Запрос слишком велик")),
    415: ("unsupported-media-type", _("Такой тип данных мы не читаем")),
    422: ("invalid", _("Не все поля заполнены верно")),
    429: ("too-many-requests", _("Слишком много запросов")),
    500: ("internal", _("Ошибка на нашей стороне")),
    503: ("unavailable", _("Сейчас не отвечаем")),
}
Error = dict[str, str]


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: whatever was raised, a problem; what nobody foresaw is logged with its traceback."""
    set_rollback()
    headers: dict[str, str] = {}
    errors: list[Error] = []
    match error:
        case exceptions.ValidationError():
            status = 422
            errors = list(flat(error.get_full_details()))
            detail = "; ".join(
                f"{each['field']}: {each['message']}" if each["field"] else each["message"]
                for each in errors[:5]
            )
        case exceptions.APIException():
            status, detail = error.status_code, force_str(error.detail)
            if header := getattr(error, "auth_header", None):
                headers["WWW-Authenticate"] = header
            if wait := getattr(error, "wait", None):
                headers["Retry-After"] = str(int(wait))
        case Http404():
            status, detail = 404, force_str(exceptions.NotFound.default_detail)
        case PermissionDenied():
            status, detail = 403, force_str(exceptions.PermissionDenied.default_detail)
        case NotPossible():
            status, detail = 409, str(error)
        case OperationalError() | InterfaceError():
            log.error("api.database", exc_info=error)
            status, detail = 503, force_str(_("База данных не ответила. Повторите через минуту."))
        case DataError():
            # A number or a date beyond what the database keeps: the caller's, whoever let it through.
            log.warning("api.data", exc_info=error)
            status, detail = 400, force_str(_("Одно из значений нельзя сохранить."))
        case _:
            log.error("api.failed", exc_info=error)
            status = 500
            detail = force_str(_("Мы записали, что случилось. Назовите поддержке номер запроса."))
    return problem(status, detail, errors=errors, headers=headers)


def problem(
    status: int, detail: str, *, errors: list[Error] | None = None, headers: Any = None
) -> Response:
    """`errors`: [{field, code, message}], one for each thing to correct."""
    name, title = KINDS.get(status, KINDS[500])
    body = {
        "type": TYPE.format(name),
        "title": force_str(title),
        "status": status,
        "detail": detail,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def flat(details: Any, path: str = "") -> Iterator[Error]:
    """DRF's nested details as rows; `field` is dotted, "" for the whole request."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        yield {"field": path, "code": str(details["code"]), "message": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from flat(inner, ".".join(filter(None, (path, own))))
    else:
        is_messages = all(isinstance(each, Mapping) and "message" in each for each in details)
        for number, inner in enumerate(details):
            yield from flat(inner, path if is_messages else f"{path}.{number}".strip("."))
