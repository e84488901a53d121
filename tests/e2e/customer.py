"""A customer in the sandbox chat: sees messages, presses visible buttons, pays at the bank."""

from __future__ import annotations

import re
from typing import Any

from tests.support.stack import Stack

LINK = re.compile(r"https?://[^\s<]+/sub/[A-Za-z0-9_-]+")


class Customer:
    def __init__(
        self, stack: Stack, chat_id: int, *, name: str, payload: str = "", language: str = "ru"
    ) -> None:
        self.stack = stack
        self.chat_id = chat_id
        stack.control(
            "telegram/chats",
            chat_id=chat_id,
            name=name,
            username=f"user{chat_id}",
            language=language,
        )
        self.start(payload)

    def start(self, payload: str = "") -> None:
        self.stack.control("telegram/start", chat_id=self.chat_id, payload=payload)

    def messages(self) -> list[dict[str, Any]]:
        """What the bot has written so far, as it reads now, oldest first."""
        found: list[dict[str, Any]] = self.stack.ask(
            "telegram/messages", chat_id=self.chat_id, **{"from": "bot"}
        )["messages"]
        return found

    def sees(self, text: str, *, within: float = 30.0) -> dict[str, Any]:
        """The newest message that contains a text, awaited."""

        def look() -> dict[str, Any] | None:
            return next((m for m in reversed(self.messages()) if text in m["text"]), None)

        found: dict[str, Any] = self.stack.until(
            look, what=f"{text!r} in chat {self.chat_id}, which shows {self.texts()}", within=within
        )
        return found

    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages()]

    def press(self, label: str) -> dict[str, Any]:
        """Press a button that is visible, by what stands on it; returns how the bot answered."""

        def visible() -> bool:
            return any(label in button for m in self.messages() for button in m["buttons"])

        self.stack.until(
            visible, what=f"a button {label!r}; the chat shows {self.texts()}", within=30
        )
        press: dict[str, Any] = self.stack.control(
            "telegram/press", chat_id=self.chat_id, text=label, wait=20
        )["press"]
        return press

    def order_card(self) -> None:
        self.to_ways()
        self.press("Карта")
        self.sees("Переведите:")

    def to_ways(self) -> None:
        """From /start to the choice of a way to pay."""
        self.press("Принимаю")
        self.press("Выбрать тариф")
        self.press("1 месяц")
        self.sees("Сумма:")

    @property
    def payment_id(self) -> int:
        """The number of the newest payment."""
        return int(
            self.stack.value(
                "SELECT max(p.id) FROM payments_payment p JOIN payments_customer c"
                " ON c.id = p.customer_id WHERE c.telegram_id = %s",
                self.chat_id,
            )
        )

    @property
    def reference(self) -> str:
        return str(
            self.stack.value(
                "SELECT reference FROM payments_payment WHERE id = %s", self.payment_id
            )
        )

    def pays(self, mode: str = "pay", **options: Any) -> None:
        """What happens at the bank; see the sandbox's modes."""
        self.stack.control("oneplat/pay", merchant_order_id=self.reference, mode=mode, **options)

    def link(self, *, within: float = 30.0) -> str:
        """The access link, awaited."""
        message = self.sees("/sub/", within=within)
        found = LINK.search(message["text"])
        assert found, message["text"]
        return found.group()

    def links_received(self) -> int:
        return sum("/sub/" in text for text in self.texts())

    def days(self) -> int:
        """What the day ledger says this customer was given in all."""
        return int(
            self.stack.value(
                "SELECT coalesce(sum(d.seconds), 0) / 86400 FROM payments_dayentry d"
                " JOIN payments_subscription s ON s.id = d.subscription_id"
                " JOIN payments_customer c ON c.id = s.customer_id WHERE c.telegram_id = %s",
                self.chat_id,
            )
        )

    def on_panel(self) -> dict[str, Any]:
        users = self.stack.ask("remnawave/users")["users"]
        mine = [user for user in users if user["username"] == f"tg_{self.chat_id}"]
        assert len(mine) == 1, f"{len(mine)} panel users for {self.chat_id}"
        found: dict[str, Any] = mine[0]
        return found
