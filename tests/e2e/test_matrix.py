"""Every provider × every way a payment goes, through the real processes; the table is printed at the end of the run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest

from tests.e2e.matrix.cells import PAUSE, SOLD, Cell, Facts, facts
from tests.e2e.matrix.channels import COPIES
from tests.e2e.matrix.desk import Desk
from tests.e2e.matrix.shop import Shop, together

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

GIVEN_BACK = Facts("refunded", captures=1, links=1)  # the chat still shows the link it was told
CALLS = 'SELECT coalesce(sum(deliveries), 0) FROM integrations_inboundcallback WHERE "case" = %s'
LAPSED = "UPDATE payments_payment SET invoice_expires_at = now() - interval '1 minute' WHERE id = ANY(%s)"
DUE = (
    "UPDATE payments_payment SET poll_at = now() WHERE id = ANY(%s) AND status = 'pending'"
    " AND poll_at > now()"
)


@pytest.fixture
def polls(stack) -> Iterator[None]:
    """The workers ask providers by themselves, as fast as they can."""
    stack.kill("worker")
    stack.start("worker", env={"POLLS_A_MINUTE": "6000"})
    yield
    stack.restart("worker")


def bought(shop: Shop, *ways: str) -> list[Cell]:
    """Orders that are paid and delivered."""
    cells = shop.orders(*ways)
    together(lambda cell: cell.happens("paid"), cells)
    shop.expect(cells, SOLD)
    return cells


def price(cell: Cell) -> Decimal:
    found = cell.stack.value("SELECT amount FROM payments_payment WHERE id = %s", cell.payment_id)
    return Decimal(found)


def test_paid_and_told(shop):
    cells = bought(shop)
    assert all(
        cell.customer.link() == cell.customer.on_panel()["subscription_url"] for cell in cells
    )
    shop.ran("paid and told", cells)


def test_a_lost_call_is_made_good_by_the_check_button(shop):
    cells = shop.orders()
    assert all("ещё не подтвердил" in said for said in together(Cell.checks, cells))
    together(lambda cell: cell.happens("unheard"), cells)
    time.sleep(PAUSE)
    together(Cell.checks, cells)
    shop.expect(cells, SOLD)
    shop.ran("call lost, check button", cells)


def test_a_lost_call_is_found_by_the_poller(shop, stack, polls):
    """Where only a call may pay, it is a person's case and the customer's button."""
    cells = shop.orders()
    together(lambda cell: cell.happens("unheard"), cells)
    told = [cell for cell in cells if cell.slug == "oneplat"]
    numbers = [cell.payment_id for cell in cells]

    def found() -> bool:
        stack.rows(DUE, numbers)
        return all(seen.cases for seen in facts(stack, told))

    stack.until(found, what="the money to be found")
    shop.expect(told, Facts("pending", cases="no_callback"))
    together(lambda cell: cell.customer.sees("Похоже, вы уже оплатили"), told)
    together(Cell.checks, told)
    shop.expect(cells, SOLD)
    shop.ran("call lost, poller", cells)


def test_fifty_copies_at_the_same_instant_pay_once(shop, stack):
    cells = shop.orders()
    together(lambda cell: cell.happens("copies", count=COPIES), cells)
    calls = [f"payment:{cell.payment_id}" for cell in cells]
    stack.until(
        lambda: all(stack.value(CALLS, case) >= COPIES for case in calls),
        what=f"{COPIES} calls of each",
    )
    shop.expect(cells, SOLD)
    shop.ran(f"{COPIES} copies at once", cells)


def test_news_in_the_wrong_order(shop, stack):
    after = shop.orders("pending after paid")
    before = shop.orders("refund before paid")
    together(lambda cell: cell.happens("pending after paid"), after)
    together(lambda cell: cell.happens("told late", seconds=4), before)
    together(given_back_at_once, before)
    for cell in before:
        if cell.slug == "tgstars":
            cell.news_of_stars()
    shop.expect(after, SOLD)
    asked = [cell for cell in before if cell.slug == "yookassa"]
    # Its API, which confirms each call, knows by then that nothing is left of the money: it bought nothing.
    together(Cell.checks, asked)
    shop.expect(asked, Facts("refunded", cases="refund_found"))
    told = [cell for cell in before if cell not in asked]
    shop.expect(told, GIVEN_BACK._replace(cases="refund_found"))
    shop.ran("pending told after paid", after, "pending after paid")
    shop.ran("refund told before paid", before, "refund before paid")


def given_back_at_once(cell: Cell) -> None:
    """As soon as the provider has the money, which may be a moment after the order for it."""

    def accepted() -> bool:
        try:
            cell.happens("refund")
        except AssertionError as error:
            if "nothing is paid" not in str(error):
                raise
            return False
        return True

    cell.stack.until(accepted, what="the provider to give back")


def test_another_sum_waits_apart_for_a_person(shop):
    for way, waiting, case in (
        ("less", 150, "underpaid"),
        ("more", 250, "overpaid"),
        ("currency", 200, "wrong_currency"),
    ):
        cells = shop.orders(way)
        together(partial(Cell.happens, way=way), cells)
        shop.expect(cells, Facts("review", waiting=waiting, cases=case))
        shop.ran(f"amount: {way}", cells, way)


def test_late_money_is_still_money(shop, stack):
    lapsed, canceled = shop.orders(), shop.orders()
    stack.rows(LAPSED, [cell.payment_id for cell in lapsed])
    together(lambda cell: cell.customer.press("Отменить счёт"), canceled)
    for cells, state in ((canceled, "canceled"), (lapsed, "expired")):
        shop.expect(cells, Facts(state))
        together(lambda cell: cell.happens("late"), cells)
        shop.expect(cells, Facts("paid", captures=1, cases="late", days=30, links=1))
        shop.ran(f"paid after it was {state}", cells)


def give_back(staff: Desk, cell: Cell, amount: Decimal, *, days: int = 0) -> None:
    """By the provider's API; where it has none, by hand."""
    number = staff.asks("give_back", payment_id=cell.payment_id, amount=str(amount), days=days)
    state = "SELECT status FROM payments_refund WHERE id = %s"
    over = ("succeeded", "manual", "failed")
    cell.stack.until(lambda: cell.stack.value(state, number) in over, what="the refund")
    if cell.stack.value(state, number) != "succeeded":
        assert cell.slug == "oneplat"
        assert staff.asks("transferred", refund_id=number) == "succeeded"


def test_a_refund_takes_the_access_back_with_its_last_rouble(shop, staff):
    whole, parts = bought(shop), bought(shop, "refund in parts")
    together(lambda cell: give_back(staff, cell, price(cell)), whole)
    together(lambda cell: give_back(staff, cell, Decimal(50), days=5), parts)
    shop.expect(whole, GIVEN_BACK)
    shop.expect(parts, Facts("partly_refunded", captures=1, days=25, links=1))
    together(lambda cell: give_back(staff, cell, price(cell) - 50), parts)
    shop.expect(parts, GIVEN_BACK)
    shop.ran("refund by staff, whole", whole)
    shop.ran("refund by staff, in parts", parts, "refund in parts")


def test_a_refund_made_at_the_provider_is_found_and_booked(shop):
    whole = bought(shop, "refund at the provider")
    parts = bought(shop, "refund at the provider", "refund in parts")
    together(lambda cell: cell.happens("refund"), whole)
    together(lambda cell: cell.happens("refund", amount="50"), parts)
    shop.expect(whole, GIVEN_BACK._replace(cases="refund_found"))
    once = Facts("partly_refunded", captures=1, cases="refund_found", days=30, links=1)
    shop.expect(parts, once)
    together(lambda cell: cell.happens("refund"), parts)
    shop.expect(parts, GIVEN_BACK._replace(cases="refund_found refund_found"))
    shop.ran("refund at the provider, whole", whole, "refund at the provider")
    shop.ran("refund at the provider, in parts", parts, "refund at the provider", "refund in parts")
