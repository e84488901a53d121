"""What the simulated site remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.sandbox.core import delivery as core

# Title of the form's field → its name there.
FIELDS = {"comment": "Комментарий", "budget": "Бюджет", "city": "Город"}
PRODUCTS = {"": "без заказа", "design": "Дизайн-проект", "estimate": "Выезд и смета"}
PRICES = {"design": "45000", "estimate": "3500"}
STATUSES = {"0": "новая", "1": "в работе", "2": "выполнена", "10": "отменена", "11": "удалена"}
PAY_STATUSES = {"0": "ждёт", "1": "проводится", "2": "оплачено", "3": "ошибка"}
CALLS_A_MINUTE = 100


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """One call; `with_secret`: whether its address ends with the secret."""

    with_secret: bool = True


@dataclass
class Lead:
    """`answers` are pairs of a field's title and value; `product` a key of PRODUCTS; `pay` its payment's status."""

    id: int
    num: int
    time: int  # unix
    name: str
    phone: str
    email: str
    answers: list[list[str]]
    product: str = ""
    pay: str = ""
    is_test: bool = False
    status: str = "0"
    note: str = ""
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0


@dataclass
class Options:
    callback_url: str = ""
    with_secret: bool = True
    site_id: str = "40001"
    domain: str = "promo.example.test"
    retry_seconds: list[float] = field(default_factory=lambda: [3.0, 3.0])
    a_minute: int = CALLS_A_MINUTE


@dataclass
class FlexbeState:
    leads: list[Lead] = field(default_factory=list)
    options: Options = field(default_factory=Options)
    calls: list[int] = field(default_factory=list)  # of the API, unix time
    last_lead: int = 900000
    last_delivery: int = 0
