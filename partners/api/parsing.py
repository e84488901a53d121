"""Bodies of requests: strict JSON of a bounded size, without what PostgreSQL could not keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from partners.api.errors import TooLarge

LARGEST = 256 * 1024  # bytes


class StrictJson(JSONParser):
    """Numbers with a point become Decimal; no NaN, no NUL, no half of a surrogate pair."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise TooLarge
        try:
            value = json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise ParseError(_("Тело запроса – не JSON в кодировке UTF-8.")) from None
        if not can_be_kept(value):
            raise ParseError(_("В тексте есть знаки, которые нельзя сохранить."))
        return value


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def can_be_kept(value: Any) -> bool:
    """Whether every text in it, names of fields too, is Unicode without NUL. Depth costs no recursion."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and ("\0" in each or not _is_unicode(each)):
            return False
    return True


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
