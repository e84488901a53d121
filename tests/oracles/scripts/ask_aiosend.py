"""aiosend: Crypto Pay, the most complete library about it."""

from __future__ import annotations

import base64
from typing import Any

from aiosend import CryptoPay
from aiosend.client import Network
from aiosend.enums import Asset, CurrencyType, Fiat
from aiosend.types import Update
from desk import serve

clients: dict[str, CryptoPay] = {}


def configure(*, url: str, token: str) -> None:
    """It asks who it is at once."""
    clients["shop"] = CryptoPay(token, Network("sandbox", f"{url}/api/{{method}}"))


def shop() -> Any:
    """Outside a running loop its methods wait for their answers themselves."""
    return clients["shop"]


def me() -> str:
    return str(shop().get_me().name)


def create(*, amount: str, payload: str) -> dict[str, Any]:
    invoice = shop().create_invoice(
        float(amount),
        currency_type=CurrencyType.FIAT,
        fiat=Fiat.RUB,
        accepted_assets=[Asset.USDT, Asset.TON],
        payload=payload,
        expires_in=600,
    )
    return told(invoice)


def find(*, invoice_id: int) -> list[dict[str, Any]]:
    return [told(one) for one in shop().get_invoices(invoice_ids=[invoice_id])]


def delete(*, invoice_id: int) -> bool:
    return bool(shop().delete_invoice(invoice_id))


def as_a_stranger() -> str:
    """The same question under a token nobody gave out."""
    own, shop()._token = shop()._token, "1:nobody"
    try:
        return me()
    finally:
        shop()._token = own


def genuine(*, calls: list[tuple[str, str]]) -> list[bool]:
    """Bodies (base64) with their signatures."""
    return [
        shop()._check_signature(base64.b64decode(body), {"crypto-pay-api-signature": signature})
        for body, signature in calls
    ]


def update(*, body: str) -> dict[str, Any]:
    read = Update.model_validate_json(body, context={"client": shop()})
    return told(read.payload) | {"update_type": plain(read.update_type)}


def told(invoice: Any) -> dict[str, Any]:
    return {
        "invoice_id": invoice.invoice_id,
        "status": plain(invoice.status),
        "fiat": plain(invoice.fiat),
        "amount": invoice.amount,
        "payload": invoice.payload,
        "paid_asset": plain(invoice.paid_asset),
    }


def plain(word: Any) -> str:
    return str(getattr(word, "value", word) or "")


if __name__ == "__main__":
    serve(globals())
