"""What a message says, as far as it could be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Literal, Self

Side = Literal["client", "partner", "both", "none"]
Says = Literal["yes", "no", ""]
# What a wish keeps from message to message; the rest is true of one message alone.
_LASTING = ("specialisations", "category", "term", "phone", "email", "name")


@dataclass(frozen=True, slots=True)
class Understood:
    """`specialisations`, `category` and `region` are keys of rows, best first; `term` is in the person's own words."""

    side: Side = "none"
    specialisations: tuple[int, ...] = ()
    category: int | None = None
    region: int | None = None
    city: str = ""
    budget_from: Decimal | None = None
    budget_to: Decimal | None = None
    term: str = ""
    phone: str = ""
    email: str = ""
    name: str = ""
    wants_person: bool = False
    says: Says = ""
    rating: int | None = None
    start_over: bool = False

    def to_json(self) -> dict[str, Any]:
        """Sums as text: they are money."""
        return {
            **asdict(self),
            "specialisations": list(self.specialisations),
            "budget_from": _text(self.budget_from),
            "budget_to": _text(self.budget_to),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` wrote, older releases included: what is not there was not understood."""
        known = {name: data[name] for name in cls.__slots__ if name in data}
        known["specialisations"] = tuple(known.get("specialisations", ()))
        for end in ("budget_from", "budget_to"):
            known[end] = None if known.get(end) is None else Decimal(known[end])
        return cls(**known)

    def merged_with(self, newer: Understood) -> Understood:
        """The whole wish after one more message: the later word holds, place and budget each as a whole."""
        changes: dict[str, Any] = {
            name: getattr(newer, name) for name in _LASTING if getattr(newer, name)
        }
        if newer.side in ("client", "partner") or (newer.side == "both" and self.side == "none"):
            changes["side"] = newer.side
        if newer.city or newer.region is not None:
            stays = self.city if newer.region == self.region else ""
            changes |= {"region": newer.region, "city": newer.city or stays}
        if newer.budget_from is not None or newer.budget_to is not None:
            changes |= {"budget_from": newer.budget_from, "budget_to": newer.budget_to}
        return replace(
            self,
            **changes,
            wants_person=newer.wants_person,
            says=newer.says,
            rating=newer.rating,
            start_over=newer.start_over,
        )


def side_of(*, client: bool, partner: bool) -> Side:
    if client and partner:
        return "both"
    return "client" if client else "partner" if partner else "none"


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
