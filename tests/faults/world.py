"""The product's real processes with the kill points in place, and the questions that tests ask them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from devtools import plan
from tests.faults import books
from tests.faults.orders import SECRET, SHOP_ID, Order, open_orders
from tests.support.stack import Stack

WEBHOOK = "/1plat-webhook"
HEADERS = {"Content-Type": "application/json"}


class World(Stack):
    """Two workers of two processes each, so that every race has somebody to race against."""

    def __init__(self, folder: Path, *, processes: tuple[str, ...] = ()) -> None:
        armed = folder / "armed"
        armed.mkdir()
        super().__init__(folder, {"FAULTS_DIR": str(armed), "OUTBOX_LEASE_SECONDS": "1"})
        self.armed = armed
        worker, web = self._plans["worker"], self._plans["web"]
        killable = replace(worker, command=(*worker.command, "-I", "tests.faults.kills"))
        self._plans["worker"] = replace(killable, command=(*killable.command, "-n", "one@%h"))
        self._plans["worker-2"] = replace(
            killable, name="worker-2", command=(*killable.command, "-n", "two@%h")
        )
        self._plans["web"] = replace(
            web,
            command=tuple(
                word.replace("project.wsgi:", "tests.faults.web:") for word in web.command
            ),
        )
        if processes:
            self._plans = {name: self._plans[name] for name in processes}
        self._opened = 0

    def only_money(self) -> None:
        """Workers that settle and react to nothing: for runs that are about the ledgers."""
        for name in ("worker", "worker-2"):
            found = self._plans[name]
            command = tuple("money" if word == plan.QUEUES else word for word in found.command)
            self._plans[name] = replace(found, command=command)

    def open(self, count: int) -> list[Order]:
        self._opened += count
        return open_orders(count, self.env, offset=self._opened - count)

    def call(self, body: bytes, **headers: str) -> requests.Response:
        return requests.post(
            f"{self.web}{WEBHOOK}", data=body, headers=HEADERS | headers, timeout=15
        )

    def call_at_once(self, bodies: list[bytes], *, threads: int = 20) -> list[int]:
        """The status of each call, all of them sent side by side."""
        with ThreadPoolExecutor(threads) as crowd:
            return [answer.status_code for answer in crowd.map(self.call, bodies)]

    def arm(self, point: str) -> Path:
        file = self.armed / point
        file.touch()
        return file

    def settled(self, orders: list[Order], *, within: float = 30.0) -> None:
        """Until these payments are paid and nothing accepted is left to do for them."""
        ids = [order.payment_id for order in orders]
        open_calls = (
            "SELECT count(*) FROM integrations_inboundcallback WHERE verdict = 'accepted'"
            " AND status IN ('received', 'waiting', 'confirming')"
        )
        paid = "SELECT count(*) FROM payments_payment WHERE id = ANY(%s) AND status = 'paid'"
        self.until(
            lambda: self.value(paid, ids) == len(ids) and self.value(open_calls) == 0,
            what=f"{len(ids)} payments to be settled",
            within=within,
        )

    def served(self, order: Order, *, within: float = 30.0) -> None:
        """Until every reaction to this payment has happened, the inviter's too."""
        waiting = (
            "SELECT count(*) FROM integrations_outboxmessage WHERE delivered_at IS NULL AND "
            '("case" = %s OR "case" = %s)'
        )
        cases = f"payment:{order.payment_id}", f"customer:{order.inviter_id}"
        granted = "SELECT access FROM payments_payment WHERE id = %s"
        self.until(
            lambda: (
                self.value(granted, order.payment_id) == "granted"
                and self.value(waiting, *cases) == 0
                and self.value(
                    "SELECT link_sent_at FROM payments_payment WHERE id = %s", order.payment_id
                )
            ),
            what=f"payment {order.payment_id} to be served",
            within=within,
        )

    def entries(self, order: Order) -> list[tuple[str, int]]:
        """The day ledger of this payment: kind and days, in order of kind."""
        found = self.rows(
            "SELECT kind, (seconds / 86400)::int FROM payments_dayentry WHERE payment_id = %s ORDER BY kind",
            order.payment_id,
        )
        return [(str(kind), int(days)) for kind, days in found]

    def panel_follows(self, order: Order) -> bool:
        """Whether the panel knows this customer once, with the end the subscription has."""
        users: list[dict[str, Any]] = self.ask("remnawave/users")["users"]
        mine = [user for user in users if user["username"] == f"tg_{order.telegram_id}"]
        sql = "SELECT expires_at FROM payments_subscription WHERE customer_id = %s"
        ends = [moment for (moment,) in self.rows(sql, order.customer_id)]
        return [
            datetime.fromisoformat(user["expire_at"]).replace(microsecond=0) for user in mine
        ] == [moment.replace(microsecond=0) for moment in ends]

    def at_the_bank(self, order: Order, *, paid: bool) -> Order:
        """The same order opened at 1Plat too, where its state can be asked; money in, if so, without a word to us."""
        asked = {
            "merchant_order_id": order.reference,
            "user_id": order.telegram_id,
            "amount": 199,
            "method": "card",
        }
        answer = requests.post(
            f"{self.sandbox}/oneplat/api/merchant/order/create/by-api",
            json=asked | {"email": "nobody@customer.invalid"},
            headers={"x-shop": SHOP_ID, "x-secret": SECRET},
            timeout=15,
        ).json()
        sql = "UPDATE payments_payment SET external_id = %s WHERE id = %s"
        self.rows(sql, answer["guid"], order.payment_id)
        if paid:
            self.control("oneplat/pay", merchant_order_id=order.reference, mode="lost")
        return replace(order, guid=answer["guid"])

    def chat(self, order: Order) -> None:
        """The customer has a chat with the bot, so that messages can reach him."""
        self.control("telegram/chats", chat_id=order.telegram_id, name="Анна", username="anna")
        self.control("telegram/start", chat_id=order.telegram_id)

    def letters_with_link(self, order: Order) -> int:
        told = self.ask("telegram/messages", chat_id=order.telegram_id, **{"from": "bot"})[
            "messages"
        ]
        return sum("/sub/" in message["text"] for message in told)

    def in_order(self) -> None:
        books.assert_in_order(self)
