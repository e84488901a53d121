from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# What could end the script element or begin another one means the same to JSON when it is written as a number.
_HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def json_ld(value: Any) -> SafeString:
    """The text of a `<script type="application/ld+json">`. A browser runs no data block, and so no CSP stops it."""
    text = json.dumps(value, ensure_ascii=False).translate(_HARMLESS)
    return mark_safe(text)  # noqa: S308
