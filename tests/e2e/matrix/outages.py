"""A provider that is down at one of its calls, and what is left of it once it is back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from tests.e2e.matrix.cells import OPEN, PAUSE, SOLD, Cell, Facts
from tests.e2e.matrix.channels import Provider
from tests.e2e.matrix.desk import Desk
from tests.e2e.matrix.shop import Shop, together
from tests.support.stack import Stack

DONE_UNHEARD = "after"  # the call was obeyed, the answer is lost
SILENT = "hang"
KINDS = ("reset", "status", "garbage", DONE_UNHEARD, SILENT)
# Seconds of silence where a worker waits: both processes of the stack's would sit out their 20 s, and nobody be served.
SHORT = 4
# Seconds: one refund may meet all that goes wrong, and then waits 2 + 4 + 8 + 16 + 32.
UNLUCKY = 150.0
UNCONFIRMED = (
    "SELECT count(*) FROM integrations_inboundcallback WHERE source = %s AND status = 'confirming'"
    " AND attempts > 0"
)


@contextmanager
def down(
    stack: Stack, provider: Provider, call: str, kind: str, *, silence: int = 60
) -> Iterator[None]:
    """Every call of this sort fails in this way; `silence` in seconds, 60 is longer than the product waits."""
    service, operation = provider.outside, provider.calls[call]
    planned = stack.control(
        "faults",
        service=service,
        operation=operation,
        kind=kind,
        times=None,
        error="INTERNAL",
        **({"seconds": silence} if kind == SILENT else {}),
    )["faults"]
    mine = [
        one["id"]
        for one in planned
        if (one["service"], one["operation"], one["kind"]) == (service, operation, kind)
    ]
    try:
        yield
    finally:
        stack.control("faults/clear", id=mine[-1])


def down_at_create(provider: Provider, shop: Shop) -> list[Cell]:
    """The customer is told and tries again; an order opened unheard is still paid for."""
    done = []
    for kind in KINDS:
        cells = shop.customers(of=provider)
        together(lambda cell: cell.customer.to_ways(), cells)
        with down(shop.stack, provider, "create", kind):
            together(lambda cell: cell.customer.press(cell.channel.button), cells)
            together(lambda cell: cell.customer.sees("сейчас не отвечает", within=60), cells)
        if kind == DONE_UNHEARD:
            together(Cell.known, cells)
        else:
            together(lambda cell: cell.customer.press("Повторить"), cells)
            together(Cell.ordered, cells)
        together(lambda cell: cell.happens("paid"), cells)
        shop.expect(cells, SOLD)
        done += cells
    return done


@dataclass(frozen=True, slots=True)
class Orders:
    """Opened before anything is down, for each of `KINDS`: to be told of, to be checked, and paid ones to refund."""

    told: list[list[Cell]]
    checked: list[list[Cell]]
    paid: list[list[Cell]]


def orders(provider: Provider, shop: Shop) -> Orders:
    def of_each_kind(*ways: str) -> list[list[Cell]]:
        return [shop.orders(*ways, of=provider) for _kind in KINDS]

    opened = Orders(of_each_kind("hinted"), of_each_kind(), of_each_kind("down at refund"))
    paid = flat(opened.paid)
    together(lambda cell: cell.happens("paid"), paid)
    shop.expect(paid, SOLD)
    return opened


def flat(groups: Iterable[list[Cell]]) -> list[Cell]:
    return [cell for group in groups for cell in group]


def down_at_asking(
    provider: Provider, shop: Shop, desk: Desk, opened: Mapping[str, Orders]
) -> None:
    """Neither the button, nor a call that must be confirmed, nor a reconciliation moves anything meanwhile."""
    mine = opened[provider.slug]
    for kind, cells in zip(KINDS, mine.checked, strict=True):
        together(lambda cell: cell.happens("unheard"), cells)
        with down(shop.stack, provider, "ask", kind):
            together(Cell.checks, cells)
            shop.expect(cells, OPEN)
        time.sleep(PAUSE)
        together(Cell.checks, cells)
        shop.expect(cells, SOLD)
    for kind, cells in zip(KINDS, mine.told, strict=True) if flat(mine.told) else ():
        with down(shop.stack, provider, "ask", kind, silence=SHORT):
            together(lambda cell: cell.happens("hinted"), cells)
            shop.stack.until(
                lambda: shop.stack.value(UNCONFIRMED, provider.slug),
                what="a call to wait",
            )
            shop.expect(cells, OPEN)
        shop.expect(cells, SOLD)
    for kind in KINDS:
        with down(shop.stack, provider, "list", kind):
            state, error, _listed = desk.asks("reconcile", provider=provider.slug)
        assert (state, bool(error)) == ("failed", True), f"{provider.slug} {kind}: {state} {error}"
    state, error, listed = desk.asks("reconcile", provider=provider.slug)
    paid = len(flat(mine.told + mine.checked + mine.paid))
    assert (state, listed >= paid) == ("done", True), (provider.slug, state, error, listed, paid)


def down_at_refund(
    provider: Provider, shop: Shop, desk: Desk, opened: Mapping[str, Orders]
) -> None:
    """Each kind is met once; all money goes back, once each at the provider's too."""
    cells, stack = flat(opened[provider.slug].paid), shop.stack
    if not cells:
        return
    service, operation = provider.outside, provider.calls["refund"]
    for kind in KINDS:
        silence = {"seconds": SHORT} if kind == SILENT else {}
        stack.control("faults", service=service, operation=operation, kind=kind, **silence)
    for cell in cells:
        amount = stack.value("SELECT amount FROM payments_payment WHERE id = %s", cell.payment_id)
        desk.asks("give_back", payment_id=cell.payment_id, amount=str(amount))
    shop.expect(cells, Facts("refunded", captures=1, links=1), within=UNLUCKY)
    left = [one for one in stack.ask("faults")["faults"] if one["operation"] == operation]
    assert left == [], f"faults that were not met: {left}"
    assert [times_given_back(cell) for cell in cells] == [1] * len(cells)


def times_given_back(cell: Cell) -> int:
    """How many refunds of an order the provider knows of."""
    if cell.slug == "yookassa":
        paid = cell.stack.ask(f"yookassa/payments/{cell.reference}")["payment"]
        made = [one for one in paid["deliveries"] if one["event"] == "refund.succeeded"]
        assert float(paid["refunded"]) == float(paid["amount"])
        return len(made)
    if cell.slug == "cloudpayments":
        order = cell.stack.ask(f"cloudpayments/orders/{cell.reference}")["order"]
        return sum(bool(one["parent"]) for one in order["operations"])
    if cell.slug == "cryptobot":
        answer = requests.get(
            f"{cell.stack.sandbox}/cryptobot/api/getTransfers",
            headers={"Crypto-Pay-API-Token": "4242:AAsandboxCryptoPayToken"},
            params={"count": "1000"},
            timeout=10,
        )
        transfers = answer.json()["result"]["items"]
        return sum(one["user_id"] == cell.customer.chat_id for one in transfers)
    bot = f"{cell.stack.sandbox}/telegram/bot4242:sandbox-bot-token"
    told = requests.post(f"{bot}/getStarTransactions", json={"limit": 100}, timeout=10).json()
    went = [row.get("receiver", {}) for row in told["result"]["transactions"]]
    return sum(one.get("invoice_payload") == cell.reference for one in went)
