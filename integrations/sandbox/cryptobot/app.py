"""The service itself: opens invoices and tells what they look like on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.provider import Provider
from integrations.sandbox.cryptobot.state import (
    ACTIVE,
    DELETED,
    EXPIRED,
    FIATS,
    RATES,
    STATUS_NAMES,
    CryptobotState,
    Invoice,
)
from integrations.sandbox.cryptobot.wire import Payload, moment, number

LONGEST_LIFE = 2_678_400  # seconds


class Refused(Exception):
    """The service says no: the HTTP status and the name in `error`, which may have extra keys."""

    def __init__(self, name: str, status: int = 400, **extra: Any) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.extra = extra


class App(Provider):
    """Invoices of one app; the caller of every method holds the lock."""

    slug = "cryptobot"
    title = "CryptoBot"
    state_class = CryptobotState
    order = 22
    noun = "invoice"
    keys = ("invoice_id", "payload")
    state: CryptobotState

    @property
    def token(self) -> str:
        return credential("CRYPTOBOT_TOKEN", "4242:AAsandboxCryptoPayToken")

    # -- invoices ------------------------------------------------------------------------------

    def create(self, fields: Payload) -> Invoice:
        """A new invoice; Refused for what the service refuses."""
        kind = str(fields.get("currency_type") or "crypto")
        fiat, asset = str(fields.get("fiat") or ""), str(fields.get("asset") or "")
        if kind not in ("crypto", "fiat"):
            raise Refused("CURRENCY_TYPE_INVALID")
        if kind == "fiat" and fiat not in FIATS:
            raise Refused("UNSUPPORTED_FIAT")
        if kind == "crypto" and asset not in RATES:
            raise Refused("UNSUPPORTED_ASSET", allowed_crypto_assets=list(RATES))
        if fields.get("paid_btn_name") and not fields.get("paid_btn_url"):
            raise Refused("PAID_BTN_URL_REQUIRED")
        now = self.hub.clock.now()
        life = self._life(fields.get("expires_in"))
        self.state.last_id += 1
        invoice = Invoice(
            invoice_id=self.state.last_id,
            hash=f"IVbox{self.state.last_id}",
            currency_type=kind,
            fiat=fiat if kind == "fiat" else "",
            asset=asset if kind == "crypto" else "",
            amount=self._sum(fields.get("amount")),
            accepted_assets=self._accepted(fields.get("accepted_assets")),
            description=self._text(fields, "description", 1024),
            payload=self._text(fields, "payload", 4096),
            allow_comments=_flag(fields.get("allow_comments", True)),
            allow_anonymous=_flag(fields.get("allow_anonymous", True)),
            created=now,
            expires=now + timedelta(seconds=life) if life else None,
        )
        self.state.invoices[str(invoice.invoice_id)] = invoice
        self.note(invoice, "создан")
        return invoice

    def _sum(self, text: Any) -> Decimal:
        options = self.state.options
        try:
            amount = Decimal(str(text))
        except InvalidOperation:
            raise Refused("AMOUNT_INVALID") from None
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(text)):
            raise Refused("AMOUNT_INVALID")
        if amount < options.minimum:
            raise Refused("AMOUNT_TOO_SMALL")
        if amount > options.maximum:
            raise Refused("AMOUNT_TOO_BIG")
        return amount

    def _accepted(self, assets: Any) -> list[str]:
        if assets is None:
            return list(RATES)
        if not isinstance(assets, str):
            raise Refused("APP_ERROR", 500)  # as the service answers an array
        named = [one.strip() for one in assets.split(",")]
        if set(named) - set(RATES):
            raise Refused("UNSUPPORTED_ACCEPTED_ASSET", allowed_crypto_assets=list(RATES))
        return named

    def _life(self, text: Any) -> int:
        if text is None:
            return 0
        if not str(text).isdecimal() or not 1 <= int(str(text)) <= LONGEST_LIFE:
            raise Refused("EXPIRES_IN_INVALID")
        return int(str(text))

    def _text(self, fields: Payload, name: str, longest: int) -> str:
        text = str(fields.get(name) or "")
        if len(text.encode() if name == "payload" else text) > longest:
            raise Refused(f"{name.upper()}_TOO_LONG")
        return text

    def delete(self, invoice_id: str) -> None:
        invoice = self.state.invoices.get(invoice_id)
        if invoice is None or self.aged(invoice).status != ACTIVE:
            raise Refused("INVOICE_NOT_FOUND", 404)
        invoice.status = DELETED
        self.note(invoice, "удалён")

    def aged(self, invoice: Invoice) -> Invoice:
        """The invoice as it is now: one that nobody paid in time expires without a word."""
        due = invoice.expires is not None and invoice.expires <= self.hub.clock.now()
        if invoice.status == ACTIVE and due:
            invoice.status = EXPIRED
            self.note(invoice, "срок вышел, вызова об этом нет")
        return invoice

    def entries(self) -> Iterable[Invoice]:
        return self.state.invoices.values()

    def names(self, entry: Invoice) -> tuple[str, ...]:
        return str(entry.invoice_id), entry.payload, entry.hash

    def tidy(self) -> None:
        for invoice in self.entries():
            self.aged(invoice)

    # -- wire ----------------------------------------------------------------------------------

    def pay_url(self, invoice: Invoice) -> str:
        """The service has three links into Telegram and the web; here they lead to one page."""
        return f"{self.hub.base_url}/cryptobot/pay/{invoice.hash}"

    def wire(self, invoice: Invoice) -> Payload:
        """The Invoice object: what is not known has no key."""
        url = self.pay_url(invoice)
        fiat = invoice.currency_type == "fiat"
        fields: Payload = {
            "invoice_id": invoice.invoice_id,
            "hash": invoice.hash,
            "currency_type": invoice.currency_type,
            "asset": invoice.asset or None,
            "fiat": invoice.fiat or None,
            "amount": number(invoice.amount),
        }
        if invoice.paid and invoice.paid_amount is not None:
            fee = number((invoice.paid_amount * Decimal("0.03")).quantize(Decimal("0.00000001")))
            fields |= {
                "paid_asset": invoice.paid_asset,
                "paid_amount": number(invoice.paid_amount),
                "paid_fiat_rate": number(RATES[invoice.paid_asset]) if fiat else None,
                "fee_asset": invoice.paid_asset,
                "fee_amount": fee,
            }
        fields |= {
            "accepted_assets": invoice.accepted_assets if fiat else None,
            "pay_url": url,
            "bot_invoice_url": url,
            "mini_app_invoice_url": url,
            "web_app_invoice_url": url,
            "description": invoice.description or None,
            "status": invoice.status,
            "created_at": moment(invoice.created),
            "allow_comments": invoice.allow_comments,
            "allow_anonymous": invoice.allow_anonymous,
            "expiration_date": moment(invoice.expires) if invoice.expires else None,
            "paid_at": moment(invoice.paid_at) if invoice.paid_at else None,
            "paid_anonymously": False if invoice.paid else None,
            "payload": invoice.payload or None,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def tile(self) -> Tile:
        invoices = [self.aged(one) for one in list(self.state.invoices.values())]
        lost = self.undelivered()
        return Tile(
            title="CryptoBot · монеты",
            about="Оплатить счёт в USDT, TON или BTC: как положено и с подвохом.",
            link="/bank/cryptobot/",
            action="Открыть кошелёк",
            icon="bank",
            facts=[
                ("Счетов", str(len(invoices))),
                ("Ждут оплаты", str(sum(one.status == ACTIVE for one in invoices))),
                ("Последний", STATUS_NAMES[invoices[-1].status] if invoices else "—"),
                ("Вызовы идут на", self.callback_url),
            ],
            trouble=f"Недоставленных вызовов: {len(lost)}" if lost else "",
        )


def _flag(value: Any) -> bool:
    """JSON has true and false, a query has words."""
    return str(value).lower() not in ("false", "0", "")
