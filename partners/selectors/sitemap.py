"""Listed partners in blocks of ids: a block is read by one range of an index, however many there are before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import ExpressionWrapper, F, IntegerField, Max, Value

from partners.selectors.catalogue import listed

BLOCK = (
    5_000  # ids; a file of the map may have 50 000 addresses, and smaller ones are quicker to write
)
ANY_CODE = "P-000000-0000"


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    changed_at: datetime


def blocks() -> list[Block]:
    """One pass over an index, a row for each block that has somebody in it."""
    number = ExpressionWrapper(F("id") / Value(BLOCK), output_field=IntegerField())
    rows = (
        listed()
        .annotate(number=number)
        .values("number")
        .annotate(changed_at=Max("updated_at"))
        .order_by("number")
        .values_list("number", "changed_at")
    )
    return [Block(int(number), changed_at) for number, changed_at in rows]


def block(number: int) -> list[tuple[str, datetime]]:
    """Codes and times of change, in the order of ids."""
    first = number * BLOCK
    return list(
        listed()
        .filter(id__gte=first, id__lt=first + BLOCK)
        .order_by("id")
        .values_list("code", "updated_at")
    )
