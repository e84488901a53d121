"""One difference, in the words staff will read. Kept as text: what was found stays as it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from payments.models import Payment, ReconciliationLine

Kind = ReconciliationLine.Kind
LONGEST = 200
LONGEST_KEY = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`key` is the same in every run that finds it; `ours` and `theirs` tell whether it has changed since."""

    kind: Kind
    key: str
    payment_id: int | None = None
    subscription_id: int | None = None
    reference: str = ""
    ours: str = ""
    theirs: str = ""

    @classmethod
    def of(
        cls,
        kind: Kind,
        name: str,
        *,
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        **rows: Any,
    ) -> Self:
        """From facts: status, money and refunded (an amount and its currency), at (a moment), word (any text)."""
        return cls(
            kind=kind,
            key=f"{kind.value}:{name}"[:LONGEST_KEY],
            ours=said(ours),
            theirs=said(theirs),
            reference=str(rows.pop("reference", ""))[:100],
            **rows,
        )


def said(facts: Mapping[str, Any]) -> str:
    """«оплачен, 199.00 RUB, 20.11.2026 12:30»; empty where there is nothing to say."""
    statuses = dict(Payment.Status.choices)
    parts = []
    if status := facts.get("status"):
        parts.append(str(statuses.get(status, status)))
    if word := facts.get("word"):
        parts.append(str(word))
    if "money" in facts:
        parts.append(_sum(*facts["money"]))
    if "refunded" in facts:
        parts.append(_("возвращено %(sum)s") % {"sum": _sum(*facts["refunded"])})
    if at := facts.get("at"):
        parts.append(f"{localtime(at):%d.%m.%Y %H:%M}")
    return ", ".join(part for part in parts if part)[:LONGEST]


def _sum(amount: Any, currency: str) -> str:
    if amount is None:
        return ""
    exact = Decimal(amount).normalize()
    digits = max(2, -int(exact.as_tuple().exponent))
    return f"{exact:.{digits}f} {currency}".strip()
