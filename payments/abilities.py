"""What a provider may also be able to do, each as a small protocol of its own.

An adapter that has the methods has the ability; nothing is declared anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from integrations.callbacks import RawCallback
from payments.money import Money
from payments.provider import ProviderEvent


class RefundState(StrEnum):
    """What became of one refund at the provider."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"  # accepted; ask again with `find_refund`
    FAILED = "failed"  # final: nothing was given back


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Money to give back. Repeating a request with the same `reference` gives it back once."""

    reference: str  # Refund.reference: 32 hex characters, our idempotency key
    payment_reference: str
    external_id: str  # of the payment, as the provider knows it
    operation: str  # of the charge, where one order may be paid by several; "" where the order is the charge
    money: Money
    payer_id: int
    description: str = ""  # what the customer bought, as the invoice named it
    email: str = ""
    refund_id: str = ""  # theirs, where an earlier answer told it
    asked_since: (
        datetime  # nothing was asked for before: where a list of theirs need not be read further
    )
    # Their ids of this payment's other refunds: none of them is the one asked for.
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundResult:
    """`event` carries the same event id as the provider's own notification of this refund, so that both count once.

    It is set exactly where the state is SUCCEEDED.
    """

    state: RefundState
    external_id: str = ""
    reason: str = ""
    event: ProviderEvent | None = None


@runtime_checkable
class KnowsTestMode(Protocol):
    """A provider whose test mode looks like the real one, except that nobody pays."""

    def test_mode(self, last_call: RawCallback | None) -> str:
        """What shows, by the settings or by the last accepted call, that no money moves; empty where nothing does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredAddress:
    """What stands in the provider's cabinet for one kind of its calls."""

    is_on: bool
    address: str
    unread: str = ""  # in which form they come that we do not read, in English; "" where we do


@runtime_checkable
class ShowsAddresses(Protocol):
    """A provider whose API says which addresses were entered in its cabinet."""

    # Of `callback_kinds`: without these calls money is lost or left unseen.
    needed_kinds: ClassVar[frozenset[str]]

    def entered_address(self, kind: str) -> EnteredAddress:
        """For one of `callback_kinds`. Raises ServiceUnreachable, ServiceRefused."""
        ...


@runtime_checkable
class RefundsMoney(Protocol):
    """A provider that gives money back at our request. Without it a refund is a transfer by hand, with evidence."""

    def refund(self, request: RefundRequest) -> RefundResult:
        """Give money back, once per `request.reference`.

        Raises ServiceUnreachable where the outcome is unknown (ask again with the same request), ServiceRefused
        where nothing was given back and a repetition would hear the same.
        """
        ...

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        """What became of it; None where the provider knows of no such refund. Raises ServiceUnreachable."""
        ...


@runtime_checkable
class ListsRefunds(Protocol):
    """A provider that can be asked what of one payment has gone back."""

    def refunds_of(self, external_id: str, *, since: datetime) -> list[ProviderEvent]:
        """Every finished refund of a payment made since then, with the event id its notification has.

        Raises ServiceUnreachable, ServiceRefused.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """A charge without the payer: he agreed beforehand. Repeating the same `reference` charges once."""

    reference: str  # Payment.reference
    money: Money
    token: str = field(repr=False)
    description: str
    payer_id: int
    email: str = ""


@runtime_checkable
class ChargesSavedMethods(Protocol):
    """A provider that keeps a way of paying and charges it at our request."""

    def charge(self, request: ChargeRequest) -> ProviderEvent:
        """PAID, FAILED, or PENDING where the answer comes later by a call.

        Raises MethodRevoked where this method will never be charged again, ServiceUnreachable (outcome unknown: ask
        `find_charge`, then the same request may be repeated), ServiceRefused (surely not charged).
        """
        ...

    def find_charge(self, request: ChargeRequest, *, since: datetime) -> ProviderEvent | None:
        """What became of a charge ordered after `since`; None where the provider knows of none.

        Raises ServiceUnreachable, ServiceRefused.
        """
        ...


@runtime_checkable
class HoldsMoney(Protocol):
    """A provider with two-stage payments. Both calls are idempotent and answer with the payment's new state.

    `event_of` is what was told of the hold. Both raise ServiceUnreachable (ask again) and ServiceRefused.
    """

    def capture(self, event_of: ProviderEvent, *, money: Money) -> ProviderEvent:
        """Take the held sum, or a smaller one: the rest is released at once."""
        ...

    def release(self, event_of: ProviderEvent) -> ProviderEvent: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """The provider's own subscription as it is now."""

    external_id: str
    status: str  # active, past_due, canceled, ended: ProviderSubscription.Status
    money: Money
    payer_id: str
    next_charge_at: datetime | None = None


@runtime_checkable
class RunsSubscriptions(Protocol):
    """A provider that charges on a schedule of its own and tells us of every charge."""

    def create_subscription(
        self,
        *,
        reference: str,
        token: str,
        payer_id: int,
        money: Money,
        description: str,
        starts_at: datetime,
        length: int,
        unit: str,
    ) -> SubscriptionFacts:
        """Order a charge every `length` units (day or month: payments.periods.Unit) from `starts_at` on.

        `reference` makes a repetition harmless for as long as the provider remembers it; after an unclear outcome
        ask `find_subscriptions` first. Raises ServiceUnreachable, ServiceRefused.
        """
        ...

    def find_subscription(self, external_id: str) -> SubscriptionFacts: ...

    def find_subscriptions(self, *, payer_id: int) -> list[SubscriptionFacts]: ...

    def update_subscription(self, external_id: str, *, money: Money) -> SubscriptionFacts: ...

    def cancel_subscription(self, external_id: str) -> None: ...


@runtime_checkable
class SubscribesPayers(Protocol):
    """A provider that makes the payer its subscriber while he pays (InvoiceRequest.save_method), and charges by itself
    from then on. The PAID event of every such charge names the subscription."""

    def renews(self, *, length: int, unit: str) -> bool:
        """Whether it can charge again for a plan of this term (payments.periods.Unit)."""
        ...

    def cancel_subscription(self, external_id: str) -> None:
        """Have no further charge made. Idempotent. Raises ServiceUnreachable, ServiceRefused."""
        ...


@runtime_checkable
class ReadsUpdates(Protocol):
    """A provider whose calls come through the bot, as updates of the Bot API."""

    def callback_from(self, update: Mapping[str, Any]) -> RawCallback | None:
        """The call inside an update, in a form that `verify` accepts; None for an update about anything else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Whom a company pays, as an invoice names it. `vat`: the rate in per cent that a price includes, "" for none."""

    name: str
    inn: str
    bank: str
    bik: str
    account: str
    corr_account: str
    kpp: str = ""
    address: str = ""
    director: str = ""
    accountant: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A line of a bank's statement: the payment order's number and date, and what came."""

    number: str
    on: date
    money: Money


@runtime_checkable
class PaidByStatement(Protocol):
    """A provider whose money only a bank's statement shows: it is not asked, it does not call, people confirm it."""

    seller: Seller
    invoice_days: int  # how long an invoice is open

    def told_by(self, line: StatementLine, *, reference: str, payer_id: int) -> ProviderEvent:
        """What a line says of the order that a person has recognised in it."""
        ...


@runtime_checkable
class NamesSignatures(Protocol):
    """Its calls may be signed in more ways than one, and people want to know in which."""

    def signed_by(self, raw: RawCallback) -> str:
        """The signature that is right with the present keys, in English; "" where none is. Raises CallbackMalformed."""
        ...
