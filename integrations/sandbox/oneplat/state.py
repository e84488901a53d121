"""What the simulated 1Plat remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.core import delivery as core

ERROR, DRAFT, WAITING, PAID, CONFIRMED = -2, -1, 0, 1, 2
STATUS_NAMES = {
    ERROR: "ошибка: нет реквизитов",
    DRAFT: "черновик, способ не выбран",
    WAITING: "ждёт оплаты",
    PAID: "оплачен",
    CONFIRMED: "подтверждён",
}
METHODS = {"card": "Банковская карта", "sbp": "СБП", "qr": "QR-код СБП", "crypto": "Криптовалюта"}


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """A callback with the status in it."""

    status: int


@dataclass
class Order:
    id: int
    guid: str
    merchant_order_id: str
    user_id: str
    amount: Decimal
    amount_to_pay: Decimal
    method: str
    email: str
    created: datetime
    expired: datetime
    status: int = DRAFT
    currency: str = "RUB"
    requisites: dict[str, str] = field(default_factory=dict)
    paid_amount: Decimal | None = None
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0

    @property
    def paid(self) -> bool:
        return self.status in (PAID, CONFIRMED)


@dataclass
class Options:
    """How the service behaves; changed on the bank page and by the control API."""

    cooldown_seconds: int = 60
    minimum: Decimal = Decimal(100)
    maximum: Decimal = Decimal(500000)
    lifetime_minutes: int = 30
    shift: Decimal = Decimal(0)
    commission_percent: Decimal = Decimal(15)
    variant: str = "A"
    number_style: str = "int"
    merchant_id: str = "order"  # "shop": the other reading of the field
    no_requisites: bool = False
    callback_url: str = ""
    retry_seconds: list[float] = field(default_factory=lambda: [1.0, 3.0, 10.0, 30.0, 60.0])


@dataclass
class OneplatState:
    orders: dict[str, Order] = field(default_factory=dict)  # by guid
    options: Options = field(default_factory=Options)
    last_id: int = 271096
    last_delivery: int = 0
