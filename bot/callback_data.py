"""What a button carries: a code and typed fields, 64 bytes at most. No other state exists between two taps.

Adding a field makes older buttons unreadable, which is safe: an unreadable press shows the menu anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from bot.press import Press as Press
from payments.models import Payment
from payments.provider import Method

Purpose = Payment.Purpose


@dataclass(frozen=True, slots=True)
class Menu(Press):
    code: ClassVar[str] = "menu"


@dataclass(frozen=True, slots=True)
class TakeNotice(Press):
    """In the staff group: somebody takes what the notice tells."""

    code: ClassVar[str] = "take"
    notice_id: int


@dataclass(frozen=True, slots=True)
class PartnerChatOff(Press):
    """A partner wants no more leads in this chat."""

    code: ClassVar[str] = "nolead"
    chat_row: int


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
class TermStory(Press):
    """Why access lasts until its date."""

    code: ClassVar[str] = "why"


@dataclass(frozen=True, slots=True)
class Settings(Press):
    code: ClassVar[str] = "sets"


@dataclass(frozen=True, slots=True)
class SwitchReminders(Press):
    """1: remind of the end of the term, 0: do not."""

    code: ClassVar[str] = "mind"
    on: int


@dataclass(frozen=True, slots=True)
class ForgetEmail(Press):
    code: ClassVar[str] = "nomail"


@dataclass(frozen=True, slots=True)
class SwitchNews(Press):
    """1: news may be sent, 0: not."""

    code: ClassVar[str] = "news"
    on: int


@dataclass(frozen=True, slots=True)
class StopNews(Press):
    """No more news: pressed under a broadcast, whose recipient the token names."""

    code: ClassVar[str] = "nonews"
    token: str


@dataclass(frozen=True, slots=True)
class Hide(Press):
    """Take the message with this button away."""

    code: ClassVar[str] = "hide"
