"""What the simulated Crypto Pay remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.core import delivery as core

ACTIVE, PAID, EXPIRED, DELETED = "active", "paid", "expired", "deleted"
STATUS_NAMES = {
    ACTIVE: "ждёт оплаты",
    PAID: "оплачен",
    EXPIRED: "срок вышел",
    DELETED: "удалён",
}
RATES = {  # roubles for one coin
    "USDT": Decimal("92.55813953"),
    "TON": Decimal("245.6"),
    "BTC": Decimal("9850000"),
    "ETH": Decimal("312000"),
    "LTC": Decimal("8100"),
    "BNB": Decimal("61000"),
    "TRX": Decimal("26.4"),
    "USDC": Decimal("92.5"),
}
FIATS = frozenset(
    ("USD", "EUR", "RUB", "BYN", "UAH", "GBP", "CNY", "KZT", "UZS", "GEL", "TRY", "AMD", "INR")
)


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """An update and the signature in its header."""

    signature: str | None


@dataclass
class Invoice:
    invoice_id: int
    hash: str
    currency_type: str
    fiat: str
    asset: str
    amount: Decimal
    accepted_assets: list[str]
    description: str
    payload: str
    allow_comments: bool
    allow_anonymous: bool
    created: datetime
    expires: datetime | None = None
    status: str = ACTIVE
    paid_at: datetime | None = None
    paid_asset: str = ""
    paid_amount: Decimal | None = None
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0

    @property
    def paid(self) -> bool:
        return self.status == PAID


@dataclass
class Transfer:
    transfer_id: int
    spend_id: str
    user_id: int
    asset: str
    amount: Decimal
    completed: datetime
    comment: str = ""


@dataclass
class Options:
    """How the service behaves; changed on its page and by the control API."""

    minimum: Decimal = Decimal(1)
    maximum: Decimal = Decimal(2000000)
    suspended: bool = False  # every call is answered with 423
    transfers: bool = True  # switched on in the app's security settings
    coins: bool = True  # whether the app's balance has any
    callback_url: str = ""
    retry_seconds: list[float] = field(default_factory=lambda: [1.0, 3.0, 10.0, 30.0, 60.0])


@dataclass
class CryptobotState:
    invoices: dict[str, Invoice] = field(default_factory=dict)  # by id
    transfers: dict[str, Transfer] = field(default_factory=dict)  # by spend id
    options: Options = field(default_factory=Options)
    last_transfer: int = 7300
    last_id: int = 528889
    last_update: int = 7000
    last_delivery: int = 0
