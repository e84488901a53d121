"""What a button carries: a code and typed fields, 64 bytes at most. No other state exists between two taps.

Adding a field makes older buttons unreadable, which is safe: an unreadable press shows the menu anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar, Self, get_type_hints

from payments.models import Payment
from payments.provider import Method

Purpose = Payment.Purpose
MAX_BYTES = 64  # Telegram's limit
SEPARATOR = ":"

# How a field of each type is read back; anything else in its place is somebody's invention.
READERS: dict[type, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    int: (re.compile(r"[0-9]{1,18}"), int),
    str: (re.compile(r"[A-Za-z0-9_-]{0,40}"), str),
    Decimal: (re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?"), Decimal),
    Method: (re.compile("|".join(method.value for method in Method)), Method),
    Purpose: (re.compile("|".join(Purpose.values)), Purpose),
}


@dataclass(frozen=True, slots=True)
class Press:
    """Base of all buttons."""

    code: ClassVar[str]

    def encode(self) -> str:
        values = [getattr(self, one.name) for one in fields(self)]
        data = SEPARATOR.join([self.code, *(_written(value) for value in values)])
        if len(data.encode()) > MAX_BYTES:
            raise ValueError(f"{data!r} is longer than {MAX_BYTES} bytes")
        return data

    @classmethod
    def decode(cls, data: str) -> Self | None:
        """The press behind this data; None for an old or foreign format."""
        code, *texts = data.split(SEPARATOR)
        kinds = _field_types(cls)
        if code != cls.code or len(texts) != len(kinds):
            return None
        values: list[Any] = []
        for kind, text in zip(kinds, texts, strict=True):
            pattern, read = READERS[kind]
            if not pattern.fullmatch(text):
                return None
            values.append(read(text))
        return cls(*values)

    @classmethod
    def pattern(cls) -> re.Pattern[str]:
        """Matches every button of this kind, whatever its fields."""
        return re.compile(rf"^{cls.code}(?:{SEPARATOR}|$)")


@dataclass(frozen=True, slots=True)
class Menu(Press):
    code: ClassVar[str] = "menu"


@dataclass(frozen=True, slots=True)
class AcceptTerms(Press):
    """`errand` is what the customer came for: the payload of his link."""

    code: ClassVar[str] = "terms"
    errand: str = ""


@dataclass(frozen=True, slots=True)
class Plans(Press):
    code: ClassVar[str] = "plans"


@dataclass(frozen=True, slots=True)
class Effect(Press):
    """What buying this plan would change, and the ways to pay."""

    code: ClassVar[str] = "plan"
    plan_id: int
    purpose: Purpose = Purpose.TERM


@dataclass(frozen=True, slots=True)
class Pay(Press):
    """Open an invoice at the price the customer was shown."""

    code: ClassVar[str] = "pay"
    plan_id: int
    provider: str
    method: Method
    shown: Decimal
    purpose: Purpose = Purpose.TERM


@dataclass(frozen=True, slots=True)
class EffectRenewing(Effect):
    """The same with the customer's consent to be charged again."""

    code: ClassVar[str] = "planr"


@dataclass(frozen=True, slots=True)
class PayRenewing(Pay):
    """Open an invoice, and keep the way it is paid for charging it again."""

    code: ClassVar[str] = "payr"


@dataclass(frozen=True, slots=True)
class Renewal(Press):
    code: ClassVar[str] = "auto"


@dataclass(frozen=True, slots=True)
class RenewalOff(Press):
    code: ClassVar[str] = "autooff"


@dataclass(frozen=True, slots=True)
class RenewalOn(Press):
    """At the price the customer was shown."""

    code: ClassVar[str] = "autoon"
    shown: Decimal


@dataclass(frozen=True, slots=True)
class RemoveMethod(Press):
    code: ClassVar[str] = "autorm"
    method_id: int


@dataclass(frozen=True, slots=True)
class ShowPayment(Press):
    """The payment as it is now: its invoice while it is open."""

    code: ClassVar[str] = "show"
    payment_id: int


@dataclass(frozen=True, slots=True)
class Check(Press):
    code: ClassVar[str] = "check"
    payment_id: int


@dataclass(frozen=True, slots=True)
class Cancel(Press):
    code: ClassVar[str] = "cancel"
    payment_id: int


@dataclass(frozen=True, slots=True)
class InvoiceQr(Press):
    code: ClassVar[str] = "iqr"
    payment_id: int


@dataclass(frozen=True, slots=True)
class Payments(Press):
    code: ClassVar[str] = "list"


@dataclass(frozen=True, slots=True)
class PaymentCard(Press):
    """The history of one payment."""

    code: ClassVar[str] = "card"
    payment_id: int


@dataclass(frozen=True, slots=True)
class AskRefund(Press):
    """What asking for this payment's money would mean."""

    code: ClassVar[str] = "back"
    payment_id: int


@dataclass(frozen=True, slots=True)
class ConfirmRefund(Press):
    """Ask for the sum the customer was shown."""

    code: ClassVar[str] = "backyes"
    payment_id: int
    shown: Decimal


@dataclass(frozen=True, slots=True)
class WithdrawRefund(Press):
    code: ClassVar[str] = "backno"
    refund_id: int


@dataclass(frozen=True, slots=True)
class Connect(Press):
    code: ClassVar[str] = "link"


@dataclass(frozen=True, slots=True)
class AccessQr(Press):
    code: ClassVar[str] = "aqr"


@dataclass(frozen=True, slots=True)
class Invite(Press):
    code: ClassVar[str] = "invite"


@dataclass(frozen=True, slots=True)
class InviteQr(Press):
    code: ClassVar[str] = "vqr"


@dataclass(frozen=True, slots=True)
class Promo(Press):
    """How to enter a promo code."""

    code: ClassVar[str] = "promo"


@dataclass(frozen=True, slots=True)
class ClaimGift(Press):
    """Take the gift behind this token."""

    code: ClassVar[str] = "claim"
    token: str


@dataclass(frozen=True, slots=True)
class Trial(Press):
    code: ClassVar[str] = "trial"


@dataclass(frozen=True, slots=True)
class Channel(Press):
    """The days for joining the channel: what to do."""

    code: ClassVar[str] = "chan"


@dataclass(frozen=True, slots=True)
class CheckChannel(Press):
    """«I have joined»."""

    code: ClassVar[str] = "member"


@dataclass(frozen=True, slots=True)
class Help(Press):
    code: ClassVar[str] = "help"


@dataclass(frozen=True, slots=True)
class Languages(Press):
    code: ClassVar[str] = "langs"


@dataclass(frozen=True, slots=True)
class SetLanguage(Press):
    code: ClassVar[str] = "lang"
    language: str


@dataclass(frozen=True, slots=True)
class Hide(Press):
    """Take the message with this button away."""

    code: ClassVar[str] = "hide"


def _written(value: Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    pattern, _ = READERS[type(value)]
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} cannot stand in a button")
    return text


def _field_types(kind: type[Press]) -> tuple[type, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[one.name] for one in fields(kind))
