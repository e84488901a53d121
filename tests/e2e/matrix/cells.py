"""One customer with one order at one provider, and the few facts that say what became of it."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from tests.e2e.customer import Customer
from tests.e2e.matrix.channels import COPIES, Channel
from tests.support.stack import Stack

FACTS = """
SELECT payment.id, payment.status,
       (SELECT count(*) FROM payments_moneyentry WHERE payment_id = payment.id AND kind = 'capture'),
       (SELECT coalesce(sum(CASE WHEN credit = 'suspense' THEN amount ELSE -amount END), 0)
          FROM payments_moneyentry
         WHERE payment_id = payment.id AND 'suspense' IN (debit, credit)) AS waiting,
       (SELECT coalesce(string_agg(kind, ' ' ORDER BY kind), '')
          FROM payments_incident WHERE payment_id = payment.id AND status = 'open'),
       (SELECT coalesce(sum(entry.seconds), 0) / 86400 FROM payments_dayentry AS entry
          JOIN payments_subscription AS subscription ON subscription.id = entry.subscription_id
         WHERE subscription.customer_id = payment.customer_id)
FROM payments_payment AS payment WHERE payment.id = ANY(%s)
"""
PAUSE = 1.1  # seconds; the customer's own cooldown of this stack is shorter


class Facts(NamedTuple):
    """`waiting`: money in suspense; `cases`: open incidents; `days`: all the customer has been given and kept."""

    state: str
    captures: int = 0
    waiting: int = 0
    cases: str = ""
    days: int = 0
    links: int = 0


SOLD = Facts("paid", captures=1, days=30, links=1)
OPEN = Facts("pending")


class Cell:
    """A customer who has opened an order, and what happens to it at the provider's."""

    def __init__(self, customer: Customer, channel: Channel) -> None:
        self.customer, self.channel = customer, channel
        self.stack: Stack = customer.stack
        self.payment_id = 0
        self.reference = ""
        self.charge = ""  # of the stars that were paid

    def __repr__(self) -> str:
        return f"{self.channel.title}, payment {self.payment_id}, chat {self.customer.chat_id}"

    @property
    def slug(self) -> str:
        return self.channel.provider.slug

    def order(self) -> Cell:
        self.customer.to_ways()
        self.customer.press(self.channel.button)
        return self.ordered()

    def ordered(self) -> Cell:
        self.customer.sees("Счёт №")
        return self.known()

    def known(self) -> Cell:
        """The order as the database has it, whatever the chat shows."""
        self.payment_id = self.customer.payment_id
        self.reference = self.customer.reference
        return self

    def happens(self, way: str, **details: Any) -> None:
        """The payer or the provider does something; the news of it is the product's to hear."""
        if self.slug == "tgstars":
            self.with_stars(way)
            return
        provider = self.channel.provider
        named = {provider.named_by: self.reference}
        self.stack.control(f"{self.slug}/pay", **named, mode=provider.modes[way], **details)

    def with_stars(self, way: str) -> None:
        if way == "refund":
            self.stack.control("telegram/stars/refund", charge=self.charge)
            return
        is_heard = way not in ("unheard", "told late")
        done = self.stack.control(
            "telegram/stars/pay",
            invoice=self.reference,
            chat_id=self.customer.chat_id,
            ask=way != "late",  # the bot would refuse: two people who press at the same instant
            tell=is_heard,
        )
        assert done["paid"], done
        self.charge = done["charge"]
        if way == "copies":
            for _copy in range(COPIES):
                self.news_of_stars()

    def news_of_stars(self) -> None:
        """The update about the charge, as Telegram words it, under one more number."""
        bill = self.stack.rows(
            "SELECT amount::int FROM payments_payment WHERE id = %s", self.payment_id
        )
        person = {"id": self.customer.chat_id, "is_bot": False, "first_name": "Анна"}
        paid = {
            "currency": "XTR",
            "total_amount": bill[0][0],
            "invoice_payload": self.reference,
            "telegram_payment_charge_id": self.charge,
            "provider_payment_charge_id": f"{self.customer.chat_id}_1",
        }
        message = {
            "message_id": 900_000,
            "date": int(time.time()),
            "chat": {"id": self.customer.chat_id, "type": "private", "first_name": "Анна"},
            "from": person,
            "successful_payment": paid,
        }
        self.stack.control("telegram/update", update={"message": message})

    def checks(self) -> str:
        """Press the check button; what the bot answered, or nothing where it had no answer in time."""
        answer = self.customer.press("Проверить оплату").get("answer") or {}
        return str(answer.get("text", ""))


def facts(stack: Stack, cells: list[Cell]) -> list[Facts]:
    """What the database and the chats say of these cells now."""
    told = {row[0]: row[1:] for row in stack.rows(FACTS, [cell.payment_id for cell in cells])}
    found = []
    for cell in cells:
        state, captures, waiting, cases, days = told[cell.payment_id]
        links = cell.customer.links_received()
        found.append(Facts(state, captures, int(waiting), cases, int(days), links))
    return found
