"""CloudPayments' operations in our words.

A notification and an answer of the API describe an operation with the same fields. One order
(`InvoiceId`, our reference) may have many operations: each attempt to pay, and each refund, has
a `TransactionId` of its own. So the order's only lasting name is our reference, which is its
external id too; the TransactionId names the event. A charge of a subscription may have no
InvoiceId: its external id is made of its own number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from integrations.foreign import Unreadable, moment
from payments.money import NO_CURRENCY, Money
from payments.provider import EventKind, MethodKept, ProviderEvent, Trust

CURRENCY = "RUB"

CHECK, PAY, FAIL, CONFIRM = "check", "pay", "fail", "confirm"
REFUND, CANCEL, RECURRENT = "refund", "cancel", "recurrent"
TYPES = frozenset({CHECK, PAY, FAIL, CONFIRM, REFUND, CANCEL, RECURRENT})

HELD = "Authorized"
STATUSES: dict[str, EventKind] = {
    "AwaitingAuthentication": EventKind.PENDING,
    HELD: EventKind.PENDING,  # held on the card: no money until it is confirmed
    "Completed": EventKind.PAID,
    "Cancelled": EventKind.CANCELED,
    "Declined": EventKind.PENDING,  # one attempt; the payer may try again in the same form
}
SUBSCRIPTION_STATUSES = {  # theirs -> ProviderSubscription.Status
    "Active": "active",
    "PastDue": "past_due",  # one or two charges in a row failed; they try again tomorrow
    "Cancelled": "canceled",
    "Rejected": "ended",  # three failed in a row
    "Expired": "ended",
}
REFUNDED, NO_ATTEMPT, CHECKED = "Refunded", "NoAttempt", "Check"  # our words, beside theirs
# Notifications without a status: the type says it.
WORDS: dict[str, str] = {FAIL: "Declined", CANCEL: "Cancelled", REFUND: REFUNDED, CHECK: CHECKED}
STATUS_MEANINGS: dict[str, dict[str, str]] = {
    NO_ATTEMPT: {"ru": "попыток оплаты не было", "en": "nobody has tried to pay"},
    CHECKED: {"ru": "вопрос перед списанием", "en": "a question before charging"},
    "AwaitingAuthentication": {"ru": "ждёт 3-D Secure", "en": "waits for 3-D Secure"},
    HELD: {"ru": "деньги заморожены, не списаны", "en": "held, not charged"},
    "Completed": {"ru": "оплачен", "en": "paid"},
    "Cancelled": {"ru": "отменён", "en": "voided"},
    "Declined": {"ru": "попытка отклонена", "en": "one attempt was declined"},
    REFUNDED: {"ru": "возврат", "en": "refund"},
}
# The type is in the address only, and the signature does not cover the address. A body is believed
# to be of its type by (fields it must have, fields it cannot have); otherwise the API is asked.
MARKS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    PAY: (frozenset({"GatewayName"}), frozenset()),
    CONFIRM: (frozenset(), frozenset({"OperationType"})),
    REFUND: (frozenset({"PaymentTransactionId"}), frozenset()),
    CANCEL: (frozenset(), frozenset({"Status", "OperationType"})),
}
# `Type` in the API, `OperationType` in notifications; anything else (a payout) is no payment.
PAYMENTS = frozenset({"0", "Payment"})
REFUNDS = frozenset({"1", "Refund"})
# What people are shown; the card's token and the payer's name and address are not among it.
SHOWN = (
    "TransactionId",
    "PaymentTransactionId",
    "Id",
    "InvoiceId",
    "AccountId",
    "SubscriptionId",
    "Amount",
    "Currency",
    "PaymentAmount",
    "PaymentCurrency",
    "DateTime",
    "CreatedDateIso",
    "Status",
    "OperationType",
    "Type",
    "Refunded",
    "GatewayName",
    "PaymentMethod",
    "CardType",
    "CardLastFour",
    "Issuer",
    "Reason",
    "ReasonCode",
    "TestMode",
    "Rrn",
    "TotalFee",
)

# Charges without the payer: after these reasons their rules want no further one with this card.
REVOKING = frozenset({"5001", "5003", "5005", "5012", "5017", "5033", "5034", "5057"})
BY_NUMBER = "transaction-"  # of an external id: what follows is a TransactionId
LAST_FOUR = re.compile(r"[0-9]{4}")
TOKEN = re.compile(r"[!-~]{1,200}")
NUMBER = re.compile(r"[0-9]{1,20}")
SUBSCRIPTION = re.compile(r"[0-9A-Za-z_-]{1,64}")
AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
LONGEST_WORD = 64
# In the JSON text that comes back with a refund. It is read as text: what else is in there is not ours.
REFUND_KEY = re.compile(r'"refund_id":\s?"([0-9a-f]{32})"')


def notified(said: Mapping[str, str], *, notification: str) -> ProviderEvent:
    """What a notification of one type says. Raises Unreadable."""
    if notification == RECURRENT:
        return _subscription(said)
    word = WORDS.get(notification) or _word(said)
    kind = STATUSES.get(word, EventKind.UNKNOWN)
    if notification == CHECK:
        kind = EventKind.CHECK
    elif notification == REFUND:
        kind = EventKind.REFUNDED
    elif said.get("OperationType", "Payment") not in PAYMENTS:
        kind = EventKind.UNKNOWN
    return _event(said, word=word, kind=kind, trust=_trust(said, notification))


def told(said: Mapping[str, str]) -> ProviderEvent:
    """What the API says about an operation. Raises Unreadable."""
    word = _word(said)
    kind = STATUSES.get(word, EventKind.UNKNOWN)
    sort = said.get("Type", "0")
    if sort in REFUNDS:
        refunded = kind is EventKind.PAID
        word = REFUNDED if refunded else word
        kind = EventKind.REFUNDED if refunded else EventKind.UNKNOWN
    elif sort not in PAYMENTS or (kind is EventKind.PAID and said.get("Refunded", "0") != "0"):
        kind = EventKind.UNKNOWN  # money that has gone back, in whole or in part, pays for nothing
    return _event(said, word=word, kind=kind, trust=Trust.SIGNED)


def listed(said: Mapping[str, str]) -> ProviderEvent:
    """A row of their list of operations. Raises Unreadable.

    A refund is a row of its own beside the payment it takes from, and its sum is no order's sum.
    """
    found = replace(told(said), paid_at=moment(said.get("CreatedDateIso")))
    if found.kind is EventKind.REFUNDED:
        return replace(found, money=None, refunded=found.money)
    if found.kind is EventKind.UNKNOWN and _is_taken(said):
        found = replace(found, kind=EventKind.PAID)
    return replace(found, refunded=replace(found.money, amount=Decimal(0)) if found.money else None)


def _is_taken(said: Mapping[str, str]) -> bool:
    """Money came by it, whatever became of the money afterwards."""
    return said.get("Type", "0") in PAYMENTS and STATUSES.get(_word(said)) is EventKind.PAID


def untouched(reference: str) -> ProviderEvent:
    """An order that nobody has tried to pay: their search finds attempts, not orders."""
    return ProviderEvent(
        kind=EventKind.PENDING,
        trust=Trust.SIGNED,
        event_id=f"{reference}:{NO_ATTEMPT}",
        reference=reference,
        external_id=reference,
        raw={"status": NO_ATTEMPT},
    )


def _event(said: Mapping[str, str], *, word: str, kind: EventKind, trust: Trust) -> ProviderEvent:
    number = said.get("TransactionId", "")
    if not NUMBER.fullmatch(number):
        raise Unreadable("TransactionId")
    reference = said.get("InvoiceId", "")
    return ProviderEvent(
        kind=kind,
        trust=trust,
        event_id=f"{number}:{word}",
        reference=reference,
        external_id=reference or f"{BY_NUMBER}{said.get('PaymentTransactionId', number)}",
        money=_money(said),
        operation=number,
        charge=said.get("PaymentTransactionId", ""),
        refund=refund_reference(said, "Data", "JsonData") if word == REFUNDED else "",
        reason=_reason(said) if word == "Declined" else "",
        held=kind is EventKind.PENDING and word == HELD,
        method_kept=kept(said) if kind is EventKind.PAID else None,
        subscription=_name(said, "SubscriptionId"),
        raw=_shown(said, word),
    )


def refund_reference(said: Mapping[str, str], *names: str) -> str:
    """Our key of a refund that we asked for; "" in one that was made in the cabinet."""
    for name in names:
        if found := REFUND_KEY.search(said.get(name, "")):
            return found[1]
    return ""


def kept(said: Mapping[str, str]) -> MethodKept | None:
    """The card that may be charged again. A token comes with every payment, agreed or not: the core decides."""
    token = said.get("Token", "")
    if not TOKEN.fullmatch(token):
        return None
    last = said.get("CardLastFour", "")
    title = (
        f"{said.get('CardType', '')[:20]} ·· {last}".strip() if LAST_FOUR.fullmatch(last) else ""
    )
    return MethodKept(
        token=token, title=title or said.get("PaymentMethod", "")[:40] or "CloudPayments"
    )


def _subscription(said: Mapping[str, str]) -> ProviderEvent:
    """A subscription changed. Calls come in any order, and this one has no date: their API says how it is now."""
    name, word = _name(said, "Id"), _word(said)
    if not name:
        raise Unreadable("Id")
    return ProviderEvent(
        kind=EventKind.UNKNOWN,
        trust=Trust.HINT,
        event_id=f"{name}:{word}",
        subscription=name,
        subscription_status=SUBSCRIPTION_STATUSES.get(word, ""),
        raw=_shown(said, word),
    )


def _name(said: Mapping[str, str], field: str) -> str:
    """The name of a subscription; "" where there is none."""
    name = said.get(field, "")
    if name and not SUBSCRIPTION.fullmatch(name):
        raise Unreadable(field)
    return name


def _trust(said: Mapping[str, str], notification: str) -> Trust:
    needed, foreign = MARKS.get(notification, (frozenset(), frozenset()))
    return Trust.SIGNED if needed <= said.keys() and not foreign & said.keys() else Trust.HINT


def _word(said: Mapping[str, str]) -> str:
    word = said.get("Status", "")
    if not 0 < len(word) <= LONGEST_WORD:
        raise Unreadable("Status")
    return word


def _money(said: Mapping[str, str]) -> Money:
    """`Amount` in the order's currency; `PaymentAmount` is what the payer's bank made of it.

    The notifications Refund and Cancel have an `Amount` and no `Currency`.
    """
    amount, currency = said.get("Amount", ""), said.get("Currency", "")
    if not AMOUNT.fullmatch(amount):
        raise Unreadable("Amount")
    return Money(Decimal(amount), currency if CURRENCY_CODE.fullmatch(currency) else NO_CURRENCY)


def _reason(said: Mapping[str, str]) -> str:
    code = said.get("ReasonCode", "")
    return f"{said.get('Reason', '')} {code}".strip()


def _shown(said: Mapping[str, str], word: str) -> dict[str, str]:
    return {"status": word} | {name: said[name] for name in SHOWN if name in said}
