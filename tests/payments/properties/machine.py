"""A shop to which anything happens, in any order."""

from __future__ import annotations

from hypothesis.stateful import invariant

from tests.payments.properties import books
from tests.payments.properties.operations.decisions import Decisions
from tests.payments.properties.operations.money import MoneyIn
from tests.payments.properties.operations.promotions import Promotions
from tests.payments.properties.operations.purchase import Purchase
from tests.payments.properties.operations.refunds import Refunds
from tests.payments.properties.operations.renewals import Renewals
from tests.payments.properties.operations.staff import Staff


class Shop(Purchase, MoneyIn, Refunds, Staff, Decisions, Promotions, Renewals):
    @invariant()
    def the_books_are_in_order(self) -> None:
        if self.world.written:
            books.in_order()
            self.world.written = False

    def teardown(self) -> None:
        """At the end everything is told, tried again and done; then it is all told once more."""
        try:
            self.come_to_rest()
        finally:
            super().teardown()

    def come_to_rest(self) -> None:
        for letter in self.world.bank.letters:
            if not letter.told:
                self.world.tell(letter)
        self.world.come_to_rest()
        books.in_order()
        books.ends_add_up()
        books.explained(self.world)
        books.panel_follows(self.world)
        books.repeating_changes_nothing(self.world)
