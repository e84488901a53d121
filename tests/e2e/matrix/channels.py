"""What a payer can do at each provider of the sandbox, in its own words; where he cannot, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COPIES = 50


@dataclass(frozen=True, slots=True)
class Provider:
    """`named_by`: the field of the control API that takes our order number. `modes`: a way -> the sandbox's mode.

    `calls`: what the product asks for -> the operation it is in the sandbox's faults. `cannot`: a way -> why.
    """

    slug: str
    named_by: str
    modes: Mapping[str, str]
    calls: Mapping[str, str]
    cannot: Mapping[str, str] = field(default_factory=dict)
    service: str = ""  # whose faults they are, where it is not the provider's own

    @property
    def outside(self) -> str:
        return self.service or self.slug


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of the matrix: a provider and a button of the chat."""

    title: str
    provider: Provider
    button: str


ONEPLAT = Provider(
    slug="oneplat",
    named_by="merchant_order_id",
    modes={
        "paid": "pay",
        "unheard": "lost",
        "hinted": "md5_only",
        "copies": "duplicated",
        "pending after paid": "reordered",
        "less": "less",
        "more": "more",
        "currency": "currency",
        "late": "late",
    },
    calls={"create": "create", "ask": "info", "list": "list"},
    cannot={
        "refund before paid": "its calls know no refund",
        "refund at the provider": "its calls know no refund",
        "down at refund": "its API has no refund: a person transfers the money",
    },
)
CRYPTOBOT = Provider(
    slug="cryptobot",
    named_by="payload",
    modes={
        "paid": "pay",
        "unheard": "lost",
        "copies": "duplicated",
        "less": "less",
        "more": "more",
        "currency": "usd",
        "late": "late",
    },
    calls={
        "create": "createInvoice",
        "ask": "getInvoices",
        "list": "getInvoices",
        "refund": "transfer",
    },
    cannot={
        "hinted": "its signature covers the whole body",
        "pending after paid": "it tells of paid invoices only",
        "refund before paid": "it tells of paid invoices only",
        "refund at the provider": "a transfer made there names no invoice",
    },
)
YOOKASSA = Provider(
    slug="yookassa",
    named_by="order_id",
    modes={
        "paid": "pay",
        "unheard": "lost",
        "hinted": "pay",
        "told late": "slow",
        "copies": "duplicated",
        "pending after paid": "reordered",
        "less": "less",
        "more": "more",
        "currency": "currency",
        "late": "pay",  # its invoice outlives ours
        "refund": "refund",
    },
    calls={"create": "create", "ask": "payment", "list": "list", "refund": "refunds"},
)
CLOUDPAYMENTS = Provider(
    slug="cloudpayments",
    named_by="invoice_id",
    modes={
        "paid": "pay",
        "unheard": "lost",
        "told late": "slow",
        "copies": "duplicated",
        "pending after paid": "reordered",
        "less": "less",
        "more": "more",
        "currency": "currency",
        "late": "late",
        "refund": "refund",
    },
    calls={
        "create": "orders/create",
        "ask": "v2/payments/find",
        "list": "v2/payments/list",
        "refund": "payments/refund",
    },
    cannot={"hinted": "its signature covers the whole body"},
)
ITS_OWN_SUM = "Telegram charges what the invoice says"
TGSTARS = Provider(
    slug="tgstars",
    named_by="invoice",
    service="telegram",
    modes={},  # see Cell.with_stars
    calls={
        "create": "createInvoiceLink",
        "ask": "getStarTransactions",
        "list": "getStarTransactions",
        "refund": "refundStarPayment",
    },
    cannot={
        "hinted": "the bot takes the update from Telegram itself",
        "pending after paid": "there is no news of an unpaid invoice",
        "less": ITS_OWN_SUM,
        "more": ITS_OWN_SUM,
        "currency": ITS_OWN_SUM,
        "refund in parts": "only a whole charge goes back",
    },
)

# An invoice paid at a bank has no channel: nothing of it crosses a network (tests/partners/money/test_transfer.py).
CHANNELS = (
    Channel("1Plat card", ONEPLAT, "Карта · 1Plat"),
    Channel("1Plat SBP", ONEPLAT, "СБП · 1Plat"),
    Channel("Crypto Pay", CRYPTOBOT, "Криптовалюта"),
    Channel("YooKassa card", YOOKASSA, "Карта · ЮKassa"),
    Channel("YooKassa SBP", YOOKASSA, "СБП · ЮKassa"),
    Channel("CloudPayments", CLOUDPAYMENTS, "Карта · CloudPayments"),
    Channel("Stars", TGSTARS, "Звёзды Telegram"),
)
PROVIDERS = (ONEPLAT, CRYPTOBOT, YOOKASSA, CLOUDPAYMENTS, TGSTARS)
