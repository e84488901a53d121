"""What a payment provider is, in our own words: THE CONTRACT.

An adapter turns a provider's vocabulary into this one. It knows nothing of the database, of Celery, of the web
framework or of Telegram: bytes and dicts in, frozen dataclasses out, and no decision about what a payment becomes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from integrations.callbacks import Ack, RawCallback
from payments.money import Money


class EventKind(StrEnum):
    """What a provider says about a payment."""

    CHECK = "check"  # asks whether it may charge; answered at once, changes nothing
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"  # genuine, but of no interest to us


class Trust(StrEnum):
    """How far one verified event is believed."""

    SIGNED = "signed"  # the signature covers id, status and amount: the body decides
    HINT = "hint"  # it leaves something out: the worker asks the provider's API before acting


class Verdict(StrEnum):
    """Our answer to EventKind.CHECK."""

    ACCEPT = "accept"
    UNKNOWN_PAYMENT = "unknown_payment"
    WRONG_AMOUNT = "wrong_amount"
    NOT_PAYABLE = "not_payable"


class Method(StrEnum):
    """A way of paying inside one provider; ANY lets the payer choose on the provider's own page."""

    ANY = ""
    CARD = "card"
    SBP = "sbp"
    QR = "qr"
    CRYPTO = "crypto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The smallest and largest sum a method takes at the moment."""

    minimum: Money
    maximum: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisites:
    """Where the payer sends the money by hand. Empty strings where the method has no such thing."""

    card_number: str = ""
    phone: str = ""
    recipient: str = ""
    bank: str = ""
    qr_payload: str = ""  # text of the QR code
    qr_image_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequest:
    reference: str  # Payment.reference: 32 hex characters, our order number and idempotency key
    money: Money
    method: Method
    description: str
    payer_id: int  # the same number for the same customer, always
    return_url: str
    email: str = ""
    save_method: bool = False  # the payer agreed that we may charge it again without him
    hold: bool = False  # reserve the sum only: HoldsMoney takes or releases it later


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An open invoice at the provider. `amount_to_pay` is the sum to show: a provider may make it unique."""

    external_id: str
    pay_url: str = ""
    requisites: Requisites | None = None
    amount_to_pay: Money | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodKept:
    """A way of paying that may be charged again. The token is never shown and never logged."""

    token: str = field(repr=False)
    title: str  # what the payer knows it by: «Visa ·· 4242»


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One thing a provider says. `event_id` is the same in every redelivery of the same event."""

    kind: EventKind
    trust: Trust
    event_id: str
    reference: str = ""  # our Payment.reference, where the provider repeats it
    external_id: str = ""
    # With REFUNDED and CANCELED, NO_CURRENCY: the provider names none; it is that of the operation's money.
    money: Money | None = None
    operation: str = (
        ""  # the id of the money movement itself, where one order may be paid by several
    )
    charge: str = ""  # with REFUNDED: the operation whose money went back, where it is named
    reason: str = ""  # the provider's own words for a failure
    held: bool = False  # with PENDING: the sum is reserved and waits for HoldsMoney
    method_kept: MethodKept | None = None  # with PAID, where the payer agreed
    paid_at: datetime | None = None  # when the money came, where its list says so
    refunded: Money | None = None  # in a list: what of it has gone back, where the list says so
    method_revoked: bool = False  # with FAILED: this way of paying will never be charged again
    subscription: str = ""  # the id of the provider's own subscription this charge belongs to
    refund: str = ""  # with REFUNDED: our Refund.reference, where the provider repeats it
    subscription_status: str = ""  # where that is the news: ProviderSubscription.Status
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)  # for people, not for code


class PaymentProvider(ABC):
    """One provider. The folder `payments/providers/<slug>/` names it; `adapter.Provider` is it."""

    slug: ClassVar[str]
    label: ClassVar[str]  # for staff; customers read templates/telegram/methods/<slug>.html
    currencies: ClassVar[frozenset[str]]
    methods: ClassVar[tuple[Method, ...]]
    required_env: ClassVar[tuple[str, ...]]
    optional_env: ClassVar[tuple[str, ...]] = ()
    # The provider's word for a status (`ProviderEvent.raw["status"]`) -> language -> what it means, for staff.
    status_meanings: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    content_types: ClassVar[frozenset[str]] = frozenset({"application/json"})  # of its callbacks
    callback_aliases: ClassVar[tuple[str, ...]] = ()  # its older addresses, from the site's root
    # Where each type of event has an address of its own: their last parts. Without, there is one address.
    callback_kinds: ClassVar[tuple[str, ...]] = ()
    for_companies_only: ClassVar[bool] = False  # people who talk to the bot are never offered it

    @classmethod
    @abstractmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        """Build from the environment's values. Missing ones are empty: `verify` then rejects everything."""

    @classmethod
    def missing(cls, credentials: Mapping[str, str]) -> list[str]:
        """The required variables that are not set."""
        return [name for name in cls.required_env if not credentials.get(name)]

    @classmethod
    def public_files(cls, credentials: Mapping[str, str]) -> Mapping[str, str]:
        """Files the provider looks for at the site's root to verify the domain: name -> the whole body."""
        return {}

    @abstractmethod
    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        """Open an invoice. Raises InvoiceRefused, ServiceUnreachable (outcome unknown), ServiceRefused."""

    @abstractmethod
    def verify(self, raw: RawCallback) -> None:
        """Return for a genuine callback, raise CallbackRejected for any other.

        Offline, constant-time, silent about what it expected; fails closed where the secret is not configured.
        """

    @abstractmethod
    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        """Translate a verified body, or raise CallbackMalformed. An unlisted word becomes EventKind.UNKNOWN."""

    @abstractmethod
    def fetch(self, external_id: str) -> ProviderEvent:
        """Ask the provider's API, with our own credentials, for the present state of one payment."""

    def confirm(self, event: ProviderEvent, *, stored_id: str) -> ProviderEvent:
        """For Trust.HINT: what the API says. `stored_id` is the id we wrote down ourselves, "" if none."""
        return self.fetch(stored_id or event.external_id)

    def acknowledge(self, verdict: Verdict) -> Ack:
        return Ack()


@runtime_checkable
class NamesLimits(Protocol):
    """A provider whose minimums and maximums can be asked for."""

    def limits(self) -> Mapping[Method, Limits]: ...


@runtime_checkable
class ListsPayments(Protocol):
    """A provider that can list its payments: what reconciliation reads."""

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]: ...


@runtime_checkable
class ChecksCredentials(Protocol):
    """A provider with a harmless authenticated call: what the doctor asks."""

    def whoami(self) -> str:
        """The account's name at the provider. Raises ServiceRefused where the credentials are wrong."""
        ...


@runtime_checkable
class SignsTestCallbacks(Protocol):
    """A provider whose callbacks can be forged by the owner of the secret: `manage.py send_test_callback`."""

    test_statuses: ClassVar[Mapping[str, str]]  # the provider's word -> what it means
    test_signatures: ClassVar[tuple[str, ...]]  # e.g. hmac, md5, both, bad

    def build_test_callback(
        self, *, reference: str, external_id: str, money: Money, status: str, signature: str
    ) -> RawCallback: ...
