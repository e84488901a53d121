"""Finding by any id or name, in two steps: ids from each table over its own index, then the rows by their keys.

One query that joins and says OR reads both tables; two that do not read a few index pages each.
"""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.db.models.functions import Upper

from payments.models import Customer, Payment, Subscription
from payments.models.customer import PARTNER_PAYERS

MOST_CUSTOMERS = 200
MOST_PAYMENTS = 1000
LARGEST_ID = 2**63 - 1
SHORTEST_PART = 3  # a trigram index cannot help a shorter piece; that must be the whole name
HEX = re.compile(r"[0-9a-f]{6,32}")


def customer_ids(term: str) -> list[int]:
    """Customers by Telegram id, @username or name."""
    wanted = term.strip()
    ids: set[int] = set()
    if (number := _number(wanted)) is not None:
        ids.update(Customer.objects.filter(telegram_id=number).values_list("pk", flat=True))
        partners = Customer.objects.filter(kind=Customer.Kind.PARTNER)
        ids.update(partners.filter(pk=number - PARTNER_PAYERS).values_list("pk", flat=True))
        if not wanted.startswith("@"):
            ids.update(Customer.objects.filter(pk=number).values_list("pk", flat=True))
    name = wanted.removeprefix("@")
    lookup = "contains" if len(name) >= SHORTEST_PART else "exact"
    fields = ("username",) if wanted.startswith("@") else ("username", "first_name")
    for field in fields if name else ():
        ids.update(_named(field, lookup, name.upper()))
    return sorted(ids, reverse=True)[:MOST_CUSTOMERS]


def payment_ids(term: str) -> list[int]:
    """Payments by number, order number, the provider's number, or by their customer."""
    wanted = term.strip()
    ids: set[int] = set()
    plain = wanted.lstrip("№# ")
    if (number := _number(plain)) is not None:
        ids.update(Payment.objects.filter(pk=number).values_list("pk", flat=True))
    if HEX.fullmatch(plain.lower().replace("-", "")):
        ids.update(_prefixed("reference", plain.lower().replace("-", "")))
    if len(plain) >= SHORTEST_PART:
        ids.update(_prefixed("external_id", plain))
    customers = customer_ids(wanted)
    if customers:
        of_customers = Payment.objects.filter(customer_id__in=customers).order_by("-id")
        ids.update(of_customers.values_list("pk", flat=True)[:MOST_PAYMENTS])
    return sorted(ids, reverse=True)[:MOST_PAYMENTS]


def invoices_called(name: str) -> list[int]:
    """Payments that this is the very name of: a payment's own number, or else an order's number or the provider's.

    Nothing that only looks like it, as the number of somebody's customer does: money may hang on the answer.
    """
    plain = name.strip().lstrip("№# ")
    number = _number(plain)
    if number is not None and Payment.objects.filter(pk=number).exists():
        return [number]
    ids: set[int] = set()
    if plain:
        ids.update(Payment.objects.filter(external_id=plain).values_list("pk", flat=True))
    order = plain.lower().replace("-", "")
    if HEX.fullmatch(order):
        ids.update(_prefixed("reference", order))
    return sorted(ids)


def customers_called(name: str) -> list[int]:
    """Customers that this is the very name of: their Telegram id or their whole @username; of partners the number
    that providers know them by, or their address."""
    wanted = name.strip()
    number = _number(wanted)
    partners = Customer.objects.filter(kind=Customer.Kind.PARTNER)
    if number is not None and number > PARTNER_PAYERS:
        return list(partners.filter(pk=number - PARTNER_PAYERS).values_list("pk", flat=True))
    if number is not None:
        return list(Customer.objects.filter(telegram_id=number).values_list("pk", flat=True))
    if "@" in wanted[1:]:
        return list(partners.filter(email__iexact=wanted).values_list("pk", flat=True)[:2])
    plain = wanted.removeprefix("@").upper()
    return list(_named("username", "exact", plain)) if plain else []


def _named(field: str, lookup: str, name: str) -> QuerySet[Customer, int]:
    upper = Upper(field)
    # Unordered: with an order and a limit the planner would rather walk the whole table than use the index.
    found = Customer.objects.order_by().annotate(said=upper).filter(**{f"said__{lookup}": name})
    return found.values_list("pk", flat=True)[:MOST_CUSTOMERS]


def _prefixed(field: str, start: str) -> QuerySet[Payment, int]:
    found = Payment.objects.filter(**{f"{field}__startswith": start})
    return found.values_list("pk", flat=True)[:MOST_PAYMENTS]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID else None


def subscription_ids(customers: list[int]) -> list[int]:
    found = Subscription.objects.filter(customer_id__in=customers)
    return list(found.values_list("pk", flat=True))
