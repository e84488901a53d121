"""How Flexbe writes: a lead as JSON for its API, as PHP's nested form for its calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.sandbox.flexbe.state import (
    PAY_STATUSES,
    PRICES,
    PRODUCTS,
    STATUSES,
    Lead,
    Options,
)


def lead(one: Lead, options: Options) -> dict[str, Any]:
    """A lead as `getLeads` and the calls have it."""
    return {
        "id": one.id,
        "num": one.num,
        "time": one.time,
        "status": {"code": one.status, "name": STATUSES[one.status]},
        "client": {"name": one.name, "phone": one.phone, "email": one.email},
        "note": one.note,
        "form_name": "Форма заявки",
        "form_data": {
            f"field_{number}": {"name": title, "value": value}
            for number, (title, value) in enumerate(one.answers, 1)
        },
        "products": [{"title": PRODUCTS[one.product], "price": PRICES[one.product]}]
        if one.product
        else [],
        "page": {"url": f"https://{options.domain}/", "name": "Главная"},
        "utm": {"utm_source": "vk", "utm_campaign": "autumn", "url": f"https://{options.domain}/"},
        "pay": _pay(one),
    }


def _pay(one: Lead) -> dict[str, Any] | None:
    if not one.pay:
        return None
    paid = {
        "id": one.id + 1_000_000,
        "summ": PRICES[one.product],
        "status": {"code": one.pay, "name": PAY_STATUSES[one.pay]},
        "desc": PRODUCTS[one.product],
    }
    return {**paid, "test": "1"} if one.is_test else paid


def call(event: str, one: Lead, options: Options) -> str:
    """The body of a call. Only a `lead` tells that its payment is a test."""
    data = lead(one, options)
    if event == "pay" and data["pay"]:
        data["pay"].pop("test", None)
    site = {"id": options.site_id, "domain": options.domain, "name": "Дом под ключ"}
    return urlencode(list(nested({"event": event, "site": site, "data": data})))


def nested(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """As PHP's http_build_query: nothing for null and for an empty array."""
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        if value is not None:
            yield name, str(value)
        return
    for key, inside in items:
        yield from nested(inside, f"{name}[{key}]" if name else str(key))
