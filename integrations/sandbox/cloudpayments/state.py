"""What the simulated CloudPayments remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.core import delivery as core

AWAITING, AUTHORIZED, COMPLETED = "AwaitingAuthentication", "Authorized", "Completed"
CANCELLED, DECLINED = "Cancelled", "Declined"
STATUS_NAMES = {
    "": "ждёт оплаты",
    AWAITING: "ждёт 3-D Secure",
    AUTHORIZED: "деньги заморожены",
    COMPLETED: "оплачен",
    CANCELLED: "отменён",
    DECLINED: "попытка отклонена",
}


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """A notification of one `kind`."""

    kind: str
    headers: dict[str, str]
    code: int | None = None  # what a Check was answered with


@dataclass
class Operation:
    """An attempt to pay, or a refund: each has a TransactionId of its own."""

    id: int
    amount: Decimal
    currency: str
    created: datetime
    status: str = AWAITING
    parent: int = 0  # of a refund: the payment's id
    json_data: str = ""  # what the shop said with it
    reason: str = ""
    reason_code: int = 0


@dataclass
class Made:
    """What an X-Request-ID made, kept for an hour."""

    number: int
    at: datetime


@dataclass
class Subscription:
    """What the site charges by itself; its charges are operations of the order of the same id."""

    id: str
    token: str
    start: datetime
    next: datetime
    interval: str
    period: int
    status: str = "Active"
    successful: int = 0
    failed: int = 0  # in a row
    last: datetime | None = None


@dataclass
class Order:
    """A payment link, a charge of a token, or a subscription with all its charges."""

    id: str
    number: int
    invoice_id: str
    account_id: str
    amount: Decimal
    currency: str
    description: str
    created: datetime
    back_to: str = ""
    canceled: bool = False
    two_stage: bool = False
    token: str = ""  # of the card that paid it
    subscription: Subscription | None = None
    operations: list[Operation] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0

    @property
    def payments(self) -> list[Operation]:
        return [one for one in self.operations if not one.parent]

    @property
    def paid(self) -> bool:
        return any(one.status == COMPLETED for one in self.payments)

    @property
    def status(self) -> str:
        """The best that any attempt came to."""
        reached = {one.status for one in self.payments}
        ranked = (COMPLETED, AUTHORIZED, CANCELLED, AWAITING, DECLINED)
        return next((status for status in ranked if status in reached), "")


@dataclass
class Options:
    """How the service behaves; changed on the bank page and by the control API."""

    check: bool = True  # whether Check is switched on in the cabinet
    format: str = "form"  # or json
    charge_code: int = (
        0  # of charges without the payer: a reason code to decline with, 0 for success
    )
    charge_waits: bool = False  # they answer AwaitingAuthentication, as SBP does
    callback_url: str = ""  # without the type at its end
    retry_seconds: list[float] = field(default_factory=lambda: [1.0, 3.0, 10.0, 30.0, 60.0])


@dataclass
class CloudPaymentsState:
    orders: dict[str, Order] = field(default_factory=dict)  # by link id
    replays: dict[str, str] = field(default_factory=dict)  # X-Request-ID -> link id
    refunds: dict[str, Made] = field(default_factory=dict)  # X-Request-ID -> refund
    tokens: dict[str, str] = field(default_factory=dict)  # card token -> AccountId
    options: Options = field(default_factory=Options)
    last_operation: int = 504000
    last_order: int = 2129
    last_delivery: int = 0
