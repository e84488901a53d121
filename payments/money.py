from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

# ISO 4217 for "no currency": an amount whose currency cannot be read equals no order's, so a person looks at it.
NO_CURRENCY = "XXX"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact sum in one currency (ISO 4217, or XTR for Telegram Stars). A float is a TypeError."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError("Money needs a finite amount")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
