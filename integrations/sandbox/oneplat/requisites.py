"""Invented details to pay to: right in form, nobody's in fact."""

from __future__ import annotations

import random

from integrations.sandbox.oneplat.state import Order

BANKS = ("Т-Банк", "Сбербанк", "Альфа-Банк", "ВТБ", "Озон Банк")
NAMES = ("Иван Примеров", "Мария Образцова", "Пётр Тестов", "Анна Выдуманная")


def invented(order: Order) -> dict[str, str]:
    """Always the same for one order. Cards are of the range no bank issues (2200 0000 …)."""
    dice = random.Random(order.guid)  # noqa: S311 - not a secret
    name, bank = dice.choice(NAMES), dice.choice(BANKS)
    if order.method == "card":
        tail = f"{dice.randrange(10000):04d} {dice.randrange(10000):04d}"
        return {"pan": f"2200 0000 {tail}", "bank": bank, "fio": name}
    if order.method == "sbp":
        phone = f"+7 900 000-{dice.randrange(100):02d}-{dice.randrange(100):02d}"
        return {"pan": phone, "bank": bank, "fio": name}
    if order.method == "qr":
        code = "".join(dice.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=32))
        return {
            "qr": f"https://qr.nspk.ru/{code}?type=02&sum={order.amount_to_pay * 100:.0f}&cur=RUB"
        }
    rate = 95
    amount = f"{order.amount_to_pay / rate:.2f}"
    return {
        "address": "T"
        + "".join(dice.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz", k=33)),
        "amount_in_currency": amount,
        "amount_rub": f"{order.amount_to_pay:f}",
        "course": str(rate),
    }
