"""aiocryptopay: Crypto Pay, the most downloaded library about it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiocryptopay import AioCryptoPay
from aiocryptopay.models.update import Update
from desk import serve

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
settings: dict[str, str] = {}


def configure(*, url: str, token: str) -> None:
    settings.update(url=url, token=token)


def asked(name: str, *, token: str = "", **arguments: Any) -> Any:
    async def call() -> Any:
        shop = AioCryptoPay(token or settings["token"], network=settings["url"])
        try:
            return await getattr(shop, name)(**arguments)
        finally:
            await shop.close()

    return loop.run_until_complete(call())


def me() -> str:
    return str(asked("get_me").name)


def as_a_stranger() -> str:
    return str(asked("get_me", token="1:nobody").name)


def create(*, amount: str, payload: str) -> dict[str, Any]:
    price = {"currency_type": "fiat", "fiat": "RUB", "accepted_assets": "USDT,TON"}
    return told(asked("create_invoice", amount=float(amount), payload=payload, **price))


def find(*, invoice_id: int) -> list[dict[str, Any]]:
    found = asked("get_invoices", invoice_ids=invoice_id)
    return [told(one) for one in (found if isinstance(found, list) else [found])]


def delete(*, invoice_id: int) -> bool:
    return bool(asked("delete_invoice", invoice_id=invoice_id))


def genuine(*, calls: list[tuple[str, str]]) -> list[bool]:
    """Bodies with their signatures."""

    async def call() -> list[bool]:
        shop = AioCryptoPay(settings["token"], network=settings["url"])
        return [shop.check_signature(body, signature) for body, signature in calls]

    return loop.run_until_complete(call())


def update(*, body: dict[str, Any]) -> dict[str, Any]:
    read = Update(**body)
    return told(read.payload) | {"update_type": str(read.update_type)}


def told(invoice: Any) -> dict[str, Any]:
    return {
        "invoice_id": invoice.invoice_id,
        "status": getattr(invoice.status, "value", invoice.status),
        "fiat": invoice.fiat,
        "amount": invoice.amount,
        "payload": invoice.payload,
        "paid_asset": getattr(invoice.paid_asset, "value", invoice.paid_asset),
    }


if __name__ == "__main__":
    serve(globals())
