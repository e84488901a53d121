"""What can be wrong with a payment, in words an operator can act on."""

from __future__ import annotations

from enum import StrEnum

from payments.money import Money


class PaymentError(Exception):
    """Base of everything this app raises on purpose."""


class Refusal(StrEnum):
    """Why a provider would not open an invoice. The customer is shown another way to pay."""

    NO_REQUISITES = "no_requisites"  # normal for 1Plat: nobody to pay to at this moment
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"  # minimums move within days
    TOO_SOON = "too_soon"  # one create per user and minute
    OTHER = "other"


class InvoiceRefused(PaymentError):
    """The provider answered, and opened nothing. `minimum` is set where it named one."""

    def __init__(self, reason: Refusal, message: str = "", *, minimum: Money | None = None) -> None:
        super().__init__(message or reason.value)
        self.reason = reason
        self.minimum = minimum


class MethodRevoked(PaymentError):
    """A saved method that will never be charged again: the card is lost, the consent was withdrawn."""


class NothingHeld(PaymentError):
    """No sum is held for this payment (any more), or not so much."""


class EventTooEarly(PaymentError):
    """The event it builds on has not arrived yet; the worker tries again later."""


class UnknownPayment(PaymentError):
    """No payment of ours answers to this event: the "unknown payer" queue."""


class NotAcceptable(PaymentError):
    """Waiting money cannot pay for this order: it has its money already, or it had and gave it back."""


class IncidentDecided(PaymentError):
    """Somebody was faster: the incident is resolved. Its row says who, when and how."""


class IncidentTaken(PaymentError):
    """A colleague is looking at this incident at the moment; whoever takes it over may decide."""


class NotPossible(PaymentError):
    """The decision cannot be carried out as things are; the message says why, to the person who took it."""


class UnconfirmedHint(PaymentError):
    """Somebody tried to move a payment by a hint that the provider's API has not confirmed."""


class TooSoon(PaymentError):
    """The customer did the same thing a moment ago; `seconds` until the next try."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"next try in {seconds} s")
        self.seconds = seconds


class CheckTooSoon(TooSoon):
    """The customer pressed "check" again within the payment's own pause."""


class NotForSale(PaymentError):
    """The plan, the price or the provider the customer saw is no longer on offer."""


class AlreadyOpening(PaymentError):
    """The same invoice is being opened at this moment: a double tap. Nothing to do."""


class RefundRefusal(StrEnum):
    """Why money cannot be given back now, or a refund cannot be moved."""

    NOT_PAID = "not_paid"
    NOTHING_LEFT = "nothing_left"
    UNDECIDED = "undecided"  # one wish at a time
    TOO_SOON = "too_soon"  # the last wish of this payment was decided a short while ago
    AMOUNT = "amount"  # more than is left, nothing, or a fraction of a kopeck
    MOVED = "moved"  # somebody else was faster: it is in another state by now
    SAME_PERSON = "same_person"  # the second person must be another one


class RefundImpossible(PaymentError):
    """Nothing was changed. `refund_id` is the refund in the way, where there is one."""

    def __init__(self, reason: RefundRefusal, *, refund_id: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.refund_id = refund_id
