"""What the simulated YooKassa remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.core import delivery as core

PENDING, HELD, SUCCEEDED, CANCELED = "pending", "waiting_for_capture", "succeeded", "canceled"
STATUS_NAMES = {
    PENDING: "ждёт оплаты",
    HELD: "деньги удержаны",
    SUCCEEDED: "оплачен",
    CANCELED: "отменён",
}
METHODS = {"bank_card": "Банковская карта", "sbp": "СБП"}


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """A notification from `address`, as the product's proxy would see it."""

    event: str
    address: str


@dataclass
class Payment:
    id: str
    amount: Decimal
    currency: str
    method: str
    capture: bool
    description: str
    return_url: str
    metadata: dict[str, str]
    created: datetime
    expires: datetime
    receipt: bool = False
    saves: bool = False  # the shop asked to keep the way it is paid
    charged_from: str = ""  # of a charge without the payer: the saved method
    status: str = PENDING
    captured: datetime | None = None
    refunded: Decimal = Decimal(0)
    party: str = ""
    reason: str = ""
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0

    @property
    def order_id(self) -> str:
        return self.metadata.get("order_id", "")


@dataclass
class Refund:
    id: str
    payment_id: str
    amount: Decimal
    currency: str
    created: datetime
    description: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = SUCCEEDED
    reason: str = ""
    due: datetime | None = None  # when a pending one becomes succeeded


@dataclass
class SavedMethod:
    """A way of paying that may be charged again; its id is that of the payment it was saved by."""

    id: str
    method: str
    is_revoked: bool = False


@dataclass
class Stored:
    """What an Idempotence-Key was used for: the body's digest and the id of what it made."""

    digest: str
    made: str
    at: datetime


@dataclass
class Options:
    """How the service behaves; changed on the bank page and by the control API."""

    minimum: Decimal = Decimal(1)
    maximum: Decimal = Decimal(350000)
    lifetime_minutes: int = 60
    receipt_required: bool = False
    refund_answer: str = SUCCEEDED  # or pending, or canceled
    refund_seconds: float = 5.0  # how long a pending refund waits
    refund_reason: str = "insufficient_funds"  # of a canceled one
    saving_allowed: bool = True  # the manager has switched autopayments on
    charge_outcome: str = (
        ""  # of charges without the payer: pending, a reason to cancel, or success
    )
    address: str = "185.71.76.5"  # where notifications seem to come from
    callback_url: str = ""
    # Seconds after the event, as their help page lists them.
    retry_seconds: list[float] = field(
        default_factory=lambda: [10.0, 42.0, 84.0, 168.0, 672.0, 5376.0, 86016.0]
    )


@dataclass
class YookassaState:
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    methods: dict[str, SavedMethod] = field(default_factory=dict)
    keys: dict[str, Stored] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    last_delivery: int = 0
