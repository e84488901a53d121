"""What ways of paying are called where customers see them."""

from __future__ import annotations

from django.template.loader import select_template

from payments.formats import money
from payments.provider import Method
from payments.registry import get_provider
from payments.selectors import WayToPay


def way_label(way: WayToPay, among: list[WayToPay] | None = None) -> str:
    """The public name of a way to pay, in the active language.

    A provider may bring its own template; it is named only where two of them offer the same method.
    """
    template = select_template(
        [f"telegram/methods/{way.provider}.html", "telegram/methods/default.html"]
    )
    label = " ".join(template.render({"method": way.method.value}).split())
    if way.price is not None:
        return f"{label} · {money(way.price.amount, way.price.currency)}"
    twins = [one for one in among or [] if one.method == way.method]
    return f"{label} · {get_provider(way.provider).label}" if len(twins) > 1 else label


def method_label(provider: str, method: str) -> str:
    """The same for a payment that exists, whatever its provider is today."""
    known = method in {one.value for one in Method}
    return way_label(WayToPay(provider=provider, method=Method(method) if known else Method.ANY))
