"""The bank behind four providers: what really happened to every order, whoever was told of it.

It stands where the providers' API clients are, so the adapters above them are the real ones. Its answers say what is
true now; its calls say what was true when they were made, and may come late, twice, in any order or never.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from unittest.mock import patch

from integrations.callbacks import RawCallback
from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.money import Money

KNOWS_OUR_NUMBER_ONLY = {"cloudpayments"}


@dataclass(frozen=True)
class Movement:
    """Money that came or went; `number` is the id of the operation. `of` is the one a refund gives back.

    `asked` is our own key of a refund that we asked for.
    """

    number: int
    money: Money
    of: int = 0
    asked: str = ""


@dataclass(eq=False)
class Order:
    """An order as its provider knows it. `word` is what the provider calls an order nobody has paid."""

    provider: str
    external_id: str
    reference: str
    money: Money
    word: str = "waiting"
    saves: bool = False  # whether the way of paying is kept for later charges
    came: list[Movement] = field(default_factory=list)
    went: list[Movement] = field(default_factory=list)

    @property
    def sum(self) -> Money:
        """What its provider says it is worth: what was really paid, where something was."""
        return self.came[0].money if self.came else self.money

    def left_of(self, payment: Movement) -> Decimal:
        """How much of one operation has not gone back."""
        gone = sum((one.money.amount for one in self.went if one.of == payment.number), Decimal(0))
        return payment.money.amount - gone

    @property
    def given_back(self) -> Decimal:
        return sum((movement.money.amount for movement in self.went), Decimal(0))


@dataclass(eq=False)
class Letter:
    """A call on its way to us; `told` counts how often it arrived."""

    order: Order
    raw: RawCallback
    told: int = 0


class Bank:
    """Every order of one run.

    `down` makes every API unreachable; `mute` has it do what it was asked and lose the answer; `declines` refuses
    every charge without the payer.
    """

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.letters: list[Letter] = []
        self.down = self.mute = self.declines = False
        self._numbers = count(1001)

    def number(self) -> int:
        return next(self._numbers)

    def charge(self, provider: str, *, reference: str, money: Money) -> Order:
        """A charge without the payer: once for each reference."""
        known = [order for order in self.of(provider) if order.reference == reference]
        order = self.open(provider, reference=reference, money=money)
        if not known and self.declines:
            order.word = "failed"
        elif not known:
            order.came.append(Movement(self.number(), money))
        return order

    def give_back(
        self, order: Order, back: Movement | None, money: Money, *, asked: str
    ) -> Movement:
        """A refund that we asked for: once for each key, and of no more than is left."""
        for movement in order.went:
            if movement.asked == asked:
                return movement
        if (
            back is None
            or money.amount > order.left_of(back)
            or money.currency != back.money.currency
        ):
            raise ServiceRefused("not so much is left", service="bank", status=400)
        movement = Movement(self.number(), money, of=back.number, asked=asked)
        order.went.append(movement)
        return movement

    def open(self, provider: str, *, reference: str, money: Money) -> Order:
        """The order of this reference; the same request opens it once."""
        self.answer()
        for order in self.orders:
            if (order.provider, order.reference) == (provider, reference):
                return order
        external_id = reference if provider in KNOWS_OUR_NUMBER_ONLY else str(self.number())
        order = Order(provider, external_id, reference, money)
        self.orders.append(order)
        return order

    def of(self, provider: str) -> list[Order]:
        return [order for order in self.orders if order.provider == provider]

    def post(self, order: Order, raw: RawCallback | None) -> Letter | None:
        """A call is on its way; it arrives when it is told."""
        if raw is None:
            return None
        letter = Letter(order, raw)
        self.letters.append(letter)
        return letter

    def answer(self) -> None:
        if self.down:
            raise ServiceUnreachable("the bank does not answer", service="bank")

    def find(self, provider: str, external_id: str) -> Order:
        self.answer()
        for order in self.orders:
            if (order.provider, order.external_id) == (provider, external_id):
                return order
        raise ServiceRefused("no such order", service="bank", status=404)

    def refund(self, number: str) -> tuple[Order, Movement]:
        self.answer()
        for order in self.orders:
            for movement in order.went:
                if str(movement.number) == number:
                    return order, movement
        raise ServiceRefused("no such refund", service="bank", status=404)


class Desk:
    """The one place the patched clients ask; the bank behind it changes with every run."""

    bank: Bank

    def __init__(self) -> None:
        self.bank = Bank()

    @contextmanager
    def standing_in(self, clients: dict[str, Any]) -> Iterator[None]:
        """With these methods of the API clients answered by a function that gets the bank first."""
        with ExitStack() as stack:
            for target, function in clients.items():
                stack.enter_context(patch(target, self._asked(function)))
            yield

    def _asked(self, function: Any) -> Any:
        def method(_client: Any, *given: Any, **named: Any) -> Any:
            return function(self.bank, *given, **named)

        return method
